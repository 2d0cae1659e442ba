"""A real JupyterHub with KubeSpawner on the cluster, configured as the documentation says."""

import json
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from devcluster import api, hub
from harness.release import Release
from harness.target import Target
from tests.paths import ROOT

DOCUMENTATION = ROOT / "docs" / "jupyterhub.md"
CONFIG = Path(__file__).parent / "files" / "jupyterhub_config.py"
OBJECTS = """
apiVersion: v1
kind: ServiceAccount
metadata: {{name: hub}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {{name: {namespace}}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}}
subjects: [{{kind: ServiceAccount, name: hub, namespace: {namespace}}}]
---
apiVersion: v1
kind: Service
metadata: {{name: hub}}
spec:
  selector: {{app: hub}}
  ports: [{{name: proxy, port: 8000}}, {{name: hub, port: 8081}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: hub}}
spec:
  selector: {{matchLabels: {{app: hub}}}}
  template:
    metadata: {{labels: {{app: hub}}}}
    spec:
      serviceAccountName: hub
      containers:
        - name: hub
          image: {image}
          imagePullPolicy: Never
          args: [jupyterhub, -f, /etc/hub/jupyterhub_config.py]
          workingDir: /tmp
          env:
            - {{name: NAMESPACE, value: {namespace}}}
            - {{name: PASSWORD, value: "{password}"}}
            - {{name: PROXY, value: {proxy}}}
            - {{name: IMAGE, value: {image}}}
          ports: [{{containerPort: 8000}}, {{containerPort: 8081}}]
          readinessProbe: {{httpGet: {{path: /hub/health, port: 8081}}}}
          volumeMounts: [{{name: config, mountPath: /etc/hub}}]
      volumes: [{{name: config, configMap: {{name: hub}}}}]
"""


@dataclass(frozen=True)
class Hub:
    """A running JupyterHub, at a local port; each user has the password."""

    port: int
    password: str


def image(cluster: Target) -> str:
    """Return the image of hub and users: HUB_IMAGE if set, else one for the local cluster."""
    if given := os.environ.get("HUB_IMAGE"):
        return given
    if cluster.kubeconfig != api.KUBECONFIG:
        pytest.skip("SKIPPED, HUB_IMAGE is needed: an image of JupyterHub, see devcluster/hub.py")
    return api.load_hub()


def documented(release: Release) -> dict[str, Any]:
    """Return the values for JupyterHub in the documentation, for a release `my`."""
    assert release.name == "my"
    (block,) = re.findall(r"```yaml\n(singleuser:.*?)```", DOCUMENTATION.read_text(), re.DOTALL)
    for before in (".team.", "namespace: team"):
        assert before in block
        block = block.replace(before, before.replace("team", release.namespace))
    found: dict[str, Any] = yaml.safe_load(block)
    return found


def files(values: dict[str, Any]) -> dict[str, Any]:
    """Return a ConfigMap with the extra files of the users."""
    extra = values["singleuser"]["extraFiles"]
    data = {key: json.dumps(file["data"]) for key, file in extra.items()}
    metadata = {"name": "extra-files"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


@contextmanager
def running(where: Release, values: dict[str, Any], image: str) -> Iterator[Hub]:
    """Yield a JupyterHub in the namespace of `where`."""
    password = secrets.token_hex(8)
    settings = (f"--from-file={CONFIG}", f"--from-literal=values.json={json.dumps(values)}")
    where.kubectl("create", "configmap", "hub", *settings)
    given = {"namespace": where.namespace, "password": password, "image": image}
    objects = OBJECTS.format(proxy=hub.PROXY, **given)
    try:
        where.kubectl("apply", "-f", "-", stdin=objects)
        where.kubectl("rollout", "status", "deployment/hub", "--timeout=300s")
        with where.forwarded("service/hub", 8000) as port:
            yield Hub(port, password)
    finally:
        where.kubectl("delete", "clusterrolebinding", where.namespace)
