"""The configuration of a JupyterHub in the tests; the settings of users are those of the docs.

The files of extraFiles are in a ConfigMap, as they are in a Secret of Zero to JupyterHub.
"""

import json
import os
from pathlib import Path

c = get_config()  # type: ignore[name-defined]  # noqa: F821
singleuser = json.loads(Path("/etc/hub/values.json").read_text())["singleuser"]
namespace = os.environ["NAMESPACE"]

c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = os.environ["PASSWORD"]
c.Authenticator.allow_all = True
c.JupyterHub.db_url = "sqlite:///:memory:"
c.JupyterHub.cookie_secret_file = "/tmp/cookie-secret"
c.JupyterHub.bind_url = "http://:8000"
c.JupyterHub.hub_bind_url = "http://:8081"
c.JupyterHub.hub_connect_url = f"http://hub.{namespace}.svc:8081"
c.ConfigurableHTTPProxy.command = [os.environ["PROXY"]]

c.JupyterHub.spawner_class = "kubespawner.KubeSpawner"
c.KubeSpawner.enable_user_namespaces = True
c.KubeSpawner.user_namespace_template = "{hubnamespace}-{username}"
c.KubeSpawner.image = os.environ["IMAGE"]
c.KubeSpawner.image_pull_policy = "Never"
c.KubeSpawner.cmd = ["jupyterhub-singleuser"]
c.KubeSpawner.start_timeout = c.KubeSpawner.http_timeout = 300
c.KubeSpawner.service_account = singleuser["serviceAccountName"]
c.KubeSpawner.environment = singleuser["extraEnv"]
c.KubeSpawner.volumes = [{"name": "files", "configMap": {"name": "extra-files"}}]
c.KubeSpawner.volume_mounts = [
    {"name": "files", "mountPath": file["mountPath"], "subPath": key}
    for key, file in singleuser["extraFiles"].items()
]
