"""What the chart promises of every component: names, ports, security, pass-through."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.programs import helm
from tests.paths import CHART
from tests.rendering import Object, container, find, render

COMPONENTS = ["scheduler", "worker", "jupyter"]
NOT_SAVED = "NOTEBOOKS-ARE-NOT-SAVED.md"


def names(objects: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(o["kind"], o["metadata"]["name"]) for o in objects}


def pods(objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [o["spec"]["template"] for o in objects if o["kind"] == "Deployment"]


def test_names_come_from_the_release() -> None:
    for release, prefix in [("a", "a-dask"), ("dask", "dask"), ("my-dask-1", "my-dask-1")]:
        rendered = {o["metadata"]["name"] for o in render(release=release)}
        assert rendered == {f"{prefix}-{c}" for c in [*COMPONENTS, "files", "jupyter-seed", "test"]}


def test_two_long_release_names_that_begin_alike_stay_apart_and_fit() -> None:
    values: dict[str, Any] = {"workers": {"a" * 20: {}}}
    first, second = (names(render(values, release="r" * 52 + end)) for end in "ab")
    assert not first & second
    longest = max(len(name) for _, name in first | second)
    assert longest == 63, "the longest suffix fills a Service name exactly"


def test_dots_of_a_release_name_do_not_reach_service_names() -> None:
    assert ("Service", "v1-2-dask-scheduler") in names(render(release="v1.2"))


def test_overrides_of_names() -> None:
    assert ("Service", "x-scheduler") in names(render({"fullnameOverride": "x"}))
    assert ("Service", "demo-calc-scheduler") in names(render({"nameOverride": "calc"}))


def test_the_default_install_is_what_a_restricted_namespace_takes() -> None:
    for pod in pods(render()):
        assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
        assert pod["spec"]["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for one in (*pod["spec"]["containers"], *pod["spec"].get("initContainers", [])):
            assert one["securityContext"]["allowPrivilegeEscalation"] is False
            assert one["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_no_service_links_and_a_token_only_for_jupyter() -> None:
    objects = render()
    for pod in pods(objects):
        assert pod["spec"]["enableServiceLinks"] is False
    for component in COMPONENTS:
        assert pod_spec(objects, component)["automountServiceAccountToken"] is (
            component == "jupyter"
        )


def pod_spec(objects: list[Object], component: str) -> Object:
    spec: Object = find(objects, "Deployment", f"demo-dask-{component}")["spec"]
    return dict(spec["template"]["spec"])


RIGHTS = {
    ("", "services"): {"list"},
    ("apps", "deployments"): {"get", "list", "watch"},
    ("", "pods"): {"get", "list", "watch"},
    ("", "pods/log"): {"get"},
    ("", "pods/portforward"): {"get", "create"},
    ("", "events"): {"list"},
}
SCALING = {("apps", "deployments/scale"): {"patch"}, ("", "pods/status"): {"patch"}}


def granted(role: Object) -> dict[tuple[str, str], set[str]]:
    return {(r["apiGroups"][0], r["resources"][0]): set(r["verbs"]) for r in role["rules"]}


def test_jupyter_has_the_rights_of_the_handle_and_no_others() -> None:
    objects = render()
    role = find(objects, "Role", "demo-dask-jupyter")
    assert granted(role) == RIGHTS | SCALING
    named = [rule["resourceNames"] for rule in role["rules"] if "resourceNames" in rule]
    assert named == [["demo-dask-worker"]]
    binding = find(objects, "RoleBinding", "demo-dask-jupyter")
    account = find(objects, "ServiceAccount", "demo-dask-jupyter")["metadata"]["name"]
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": account, "namespace": "team"}]
    assert binding["roleRef"]["name"] == "demo-dask-jupyter"
    assert pod_spec(objects, "jupyter")["serviceAccountName"] == account
    assert "serviceAccountName" not in pod_spec(objects, "worker")


def test_a_release_without_a_scheduler_may_read_the_service_of_another() -> None:
    values = {"scheduler": {"enabled": False, "address": "tcp://other-dask-scheduler:8786"}}
    role = find(render(values), "Role", "demo-dask-jupyter")
    assert granted(role)["", "services"] == {"get", "list"}


def test_the_rights_to_scale_name_the_pools_and_can_be_left_out() -> None:
    pools: Object = {"workers": {"default": {}, "big": {}, "gone": None}}
    role = find(render(pools), "Role", "demo-dask-jupyter")
    (named,) = [rule["resourceNames"] for rule in role["rules"] if "resourceNames" in rule]
    assert named == ["demo-dask-worker-big", "demo-dask-worker"]
    viewer = {"kind": "Group", "name": "analysts"}
    for values in ({"workers": {"default": None}}, {"rbac": {"readOnly": True}}):
        assert granted(find(render(values), "Role", "demo-dask-jupyter")) == RIGHTS
    objects = render({"rbac": {"viewers": [viewer]}})
    assert granted(find(objects, "Role", "demo-dask-viewer")) == RIGHTS
    assert granted(find(objects, "Role", "demo-dask-jupyter")) == RIGHTS | SCALING
    binding = find(objects, "RoleBinding", "demo-dask-viewer")
    assert binding["subjects"] == [{**viewer, "apiGroup": "rbac.authorization.k8s.io"}]
    assert binding["roleRef"]["name"] == "demo-dask-viewer"


@pytest.mark.parametrize("where", ["podDefaults", "jupyter"])
def test_an_account_of_ones_own_gets_the_rights(where: str) -> None:
    objects = render({where: {"serviceAccountName": "own"}})
    assert not [o for o in objects if o["kind"] == "ServiceAccount"]
    assert find(objects, "RoleBinding", "demo-dask-jupyter")["subjects"][0]["name"] == "own"
    assert pod_spec(objects, "jupyter")["serviceAccountName"] == "own"


def test_subjects_get_the_rights_without_jupyter_too() -> None:
    given = [
        {"kind": "ServiceAccount", "name": "notebooks", "namespace": "hub"},
        {"kind": "ServiceAccount", "name": "near"},
        {"kind": "Group", "name": "research"},
    ]
    wanted = [
        {"kind": "ServiceAccount", "name": "notebooks", "namespace": "hub"},
        {"kind": "ServiceAccount", "name": "near", "namespace": "team"},
        {"kind": "Group", "name": "research", "apiGroup": "rbac.authorization.k8s.io"},
    ]
    objects = render({"rbac": {"subjects": given}})
    first, *others = find(objects, "RoleBinding", "demo-dask-jupyter")["subjects"]
    assert (first["name"], others) == ("demo-dask-jupyter", wanted)
    objects = render({"rbac": {"subjects": given}, "jupyter": {"enabled": False}})
    assert find(objects, "RoleBinding", "demo-dask-jupyter")["subjects"] == wanted
    assert not [o for o in objects if o["kind"] == "ServiceAccount"]


@pytest.mark.parametrize(
    "values",
    [{"rbac": {"create": False}}, {"rbac": None}, {"jupyter": {"enabled": False}}],
)
def test_without_rights(values: Object) -> None:
    objects = render(values)
    assert not {o["kind"] for o in objects} & {"Role", "RoleBinding", "ServiceAccount"}
    for pod in pods(objects):
        assert pod["spec"]["automountServiceAccountToken"] is False
        assert "serviceAccountName" not in pod["spec"]


def test_jupyter_may_have_rights_and_no_token() -> None:
    objects = render({"jupyter": {"automountServiceAccountToken": False}})
    assert pod_spec(objects, "jupyter")["automountServiceAccountToken"] is False


def test_a_tag_that_is_a_whole_number_is_text() -> None:
    objects = render({"image": {"tag": 4711}, "jupyter": {"image": {"tag": 20261130}}})
    images = [container(objects, f"demo-dask-{component}")["image"] for component in COMPONENTS]
    tags = ["dask:4711", "dask:4711", "dask-notebook:20261130"]
    assert images == [f"ghcr.io/dask/{tag}" for tag in tags]


def test_the_entry_point_of_the_image_is_kept() -> None:
    for component in COMPONENTS:
        own = container(render(), f"demo-dask-{component}")
        assert "command" not in own
        assert own["args"][0] in ("dask", "jupyter")


def test_ports_are_named_and_the_same_everywhere() -> None:
    expected = {
        "scheduler": {"tcp-comm": 8786, "http-dashboard": 8787},
        "worker": {"tcp-comm": 9000, "tcp-nanny": 9100, "http-dashboard": 8790},
        "jupyter": {"http": 8888},
    }
    objects = render()
    for component, ports in expected.items():
        name = f"demo-dask-{component}"
        service = find(objects, "Service", name)["spec"]["ports"]
        assert {p["name"]: p["port"] for p in service} == ports
        assert {p["targetPort"] for p in service} == set(ports)
        own = container(objects, name)["ports"]
        assert {p["name"]: p["containerPort"] for p in own} == ports


def test_worker_name_is_the_pod_name() -> None:
    worker = container(render(), "demo-dask-worker")
    assert "--name=$(POD_NAME)" in worker["args"]
    assert worker["env"][0]["valueFrom"] == {"fieldRef": {"fieldPath": "metadata.name"}}


def test_one_scheduler_that_is_never_doubled_or_evicted() -> None:
    objects = render()
    scheduler = find(objects, "Deployment", "demo-dask-scheduler")["spec"]
    assert (scheduler["replicas"], scheduler["strategy"]) == (1, {"type": "Recreate"})
    annotations = scheduler["template"]["metadata"]["annotations"]
    assert annotations["cluster-autoscaler.kubernetes.io/safe-to-evict"] == "false"
    budget = find(objects, "PodDisruptionBudget", "demo-dask-scheduler")["spec"]
    assert budget["minAvailable"] == 1
    assert budget["selector"] == scheduler["selector"]


def test_a_prefix_moves_dashboard_probes_and_ingress_together() -> None:
    values = {
        "scheduler": {
            "dashboard": {"prefix": "dask/", "ingress": {"enabled": True, "hosts": ["a", "b"]}}
        },
        "jupyter": {"prefix": "/lab/x", "ingress": {"enabled": True}},
    }
    objects = render(values)
    scheduler = container(objects, "demo-dask-scheduler")
    assert {"--dashboard-prefix=/dask", "--use-xheaders=true"} <= set(scheduler["args"])
    assert scheduler["readinessProbe"]["httpGet"]["path"] == "/dask/health"
    rules = find(objects, "Ingress", "demo-dask-scheduler")["spec"]["rules"]
    assert [r["host"] for r in rules] == ["a", "b"]
    assert {r["http"]["paths"][0]["path"] for r in rules} == {"/dask"}
    jupyter = container(objects, "demo-dask-jupyter")
    assert "--ServerApp.base_url=/lab/x/" in jupyter["args"]
    assert jupyter["startupProbe"]["httpGet"]["path"] == "/lab/x/api"
    (rule,) = find(objects, "Ingress", "demo-dask-jupyter")["spec"]["rules"]
    assert "host" not in rule
    assert rule["http"]["paths"][0]["backend"]["service"]["name"] == "demo-dask-jupyter"


@pytest.mark.parametrize(
    ("component", "port"), [("scheduler", "http-dashboard"), ("jupyter", "http")]
)
def test_options_of_every_service(component: str, port: str) -> None:
    given = {
        "type": "LoadBalancer",
        "annotations": {"a": "1"},
        "labels": {"l": "1"},
        "nodePorts": {port: 30001},
        "externalTrafficPolicy": "Local",
        "loadBalancerClass": "x/y",
        "loadBalancerSourceRanges": ["10.0.0.0/8"],
    }
    service = find(render({component: {"service": given}}), "Service", f"demo-dask-{component}")
    for key in ("type", "externalTrafficPolicy", "loadBalancerClass", "loadBalancerSourceRanges"):
        assert service["spec"][key] == given[key]
    assert service["metadata"]["annotations"] == {"a": "1"}
    assert service["metadata"]["labels"]["l"] == "1"
    ports = {p["name"]: p.get("nodePort") for p in service["spec"]["ports"]}
    assert ports[port] == 30001


def test_a_release_of_workers_names_no_scheduler_that_is_not_there() -> None:
    address = "tcp://elsewhere:8786"
    objects = render({"scheduler": {"enabled": False, "address": address}})
    assert not [o for o in objects if o["metadata"]["name"] == "demo-dask-scheduler"]
    assert address in container(objects, "demo-dask-worker")["args"]
    jupyter = container(objects, "demo-dask-jupyter")["env"]
    assert {"name": "DASK_SCHEDULER_ADDRESS", "value": address} in jupyter
    assert "demo-dask-scheduler" not in str(objects)


PASSED_THROUGH: dict[str, Any] = {
    "nodeSelector": {"a": "b"},
    "tolerations": [{"operator": "Exists"}],
    "affinity": {"podAntiAffinity": {}},
    "priorityClassName": "high",
    "runtimeClassName": "gvisor",
    "schedulerName": "other",
    "serviceAccountName": "account",
    "terminationGracePeriodSeconds": 77,
    "initContainers": [{"name": "init", "image": "i"}],
}


@pytest.mark.parametrize("component", COMPONENTS)
def test_the_same_pass_through_on_every_component(component: str) -> None:
    own = {
        **PASSED_THROUGH,
        "podLabels": {"pl": "1"},
        "podAnnotations": {"pa": "1"},
        "volumes": [{"name": "v", "emptyDir": {}}],
        "volumeMounts": [{"name": "v", "mountPath": "/v"}],
        "extraContainers": [{"name": "side", "image": "s"}],
        "lifecycle": {"preStop": {"exec": {"command": ["true"]}}},
        "topologySpreadConstraints": [
            {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}
        ],
        "env": [{"name": "OWN", "value": "1"}],
        "envFrom": [{"secretRef": {"name": "s"}}],
        "podSpec": {"dnsPolicy": "Default"},
        "extraArgs": ["--extra"],
    }
    key = "workerDefaults" if component == "worker" else component
    deployment = find(render({key: own}), "Deployment", f"demo-dask-{component}")["spec"]
    pod, metadata = deployment["template"]["spec"], deployment["template"]["metadata"]
    if component == "jupyter":
        assert pod["initContainers"].pop()["name"] == "seed"
    assert {k: pod[k] for k in PASSED_THROUGH} == PASSED_THROUGH
    assert (metadata["labels"]["pl"], metadata["annotations"]["pa"]) == ("1", "1")
    first, side = pod["containers"]
    assert side == own["extraContainers"][0]
    assert first["volumeMounts"][-1] == own["volumeMounts"][0]
    assert pod["volumes"][-1] == own["volumes"][0]
    assert first["lifecycle"] == own["lifecycle"]
    assert first["env"][-1] == own["env"][0]
    assert first["envFrom"] == own["envFrom"]
    assert first["args"][-1] == "--extra"
    assert pod["dnsPolicy"] == "Default"
    (constraint,) = pod["topologySpreadConstraints"]
    assert constraint["labelSelector"] == deployment["selector"]


def test_environment_reaches_all_and_the_last_of_one_name_wins() -> None:
    values = {
        "env": [{"name": "A", "value": "all"}, {"name": "B", "value": "all"}],
        "scheduler": {"env": [{"name": "A", "value": "own"}, {"name": "HOME", "value": "/x"}]},
    }
    objects = render(values)
    scheduler = container(objects, "demo-dask-scheduler")["env"]
    assert len(scheduler) == 5, "no name stands twice, which server-side apply would refuse"
    users = {"USER": "dask", "LOGNAME": "dask"}
    own = {"A": "own", "B": "all", "HOME": "/x", **users}
    assert {e["name"]: e["value"] for e in scheduler} == own
    jupyter = container(objects, "demo-dask-jupyter")["env"]
    assert {"name": "A", "value": "all"} in jupyter


def test_a_changed_dask_config_restarts_every_pod_and_nothing_else_does() -> None:
    def checksums(target: float) -> list[str]:
        config = {"distributed": {"worker": {"memory": {"target": target}}}}
        objects = render({"dask": {"config": config}})
        assert "dask.yaml" in find(objects, "ConfigMap", "demo-dask-config")["data"]
        return [pod["metadata"]["annotations"]["checksum/config"] for pod in pods(objects)]

    assert len(checksums(0.6)) == 3
    assert checksums(0.6) == checksums(0.6)
    assert not set(checksums(0.6)) & set(checksums(0.7))


def test_a_new_chart_version_does_not_restart_pods() -> None:
    for pod in pods(render()):
        assert not {"helm.sh/chart", "app.kubernetes.io/version"} & set(pod["metadata"]["labels"])


def test_extra_packages_reach_every_component() -> None:
    objects = render({"extraPackages": {"pip": ["s3fs", "xarray>=2026"]}})
    wanted = {"name": "EXTRA_PIP_PACKAGES", "value": "s3fs xarray>=2026"}
    for component in COMPONENTS:
        assert wanted in container(objects, f"demo-dask-{component}")["env"]


def test_jupyter_has_no_built_in_token() -> None:
    objects = render()
    assert not [o for o in objects if o["kind"] == "Secret"]
    assert "TOKEN" not in str(container(objects, "demo-dask-jupyter"))
    env = container(render({"jupyter": {"existingSecret": "login"}}), "demo-dask-jupyter")["env"]
    wanted = {"name": "login", "key": "token"}
    assert [e["valueFrom"]["secretKeyRef"] for e in env if e["name"] == "JUPYTER_TOKEN"] == [wanted]


@pytest.mark.parametrize("existing", ["", "mine"])
def test_notebooks_on_a_claim(existing: str) -> None:
    values = {"jupyter": {"persistence": {"enabled": True, "existingClaim": existing}}}
    objects = render(values)
    claim = existing or "demo-dask-jupyter"
    pod = find(objects, "Deployment", "demo-dask-jupyter")["spec"]["template"]["spec"]
    wanted = {"name": "dask-home", "persistentVolumeClaim": {"claimName": claim}}
    assert [v for v in pod["volumes"] if v["name"] == "dask-home"] == [wanted]
    assert NOT_SAVED not in find(objects, "ConfigMap", "demo-dask-jupyter-seed")["data"]
    made = [o for o in objects if o["kind"] == "PersistentVolumeClaim"]
    assert bool(made) is not bool(existing)
    for o in made:
        assert o["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}


def test_a_volume_of_the_users_at_the_home_directory_replaces_the_charts() -> None:
    mount = {"name": "notebooks", "mountPath": "/home/me/", "subPath": "a"}
    objects = render({"jupyter": {"home": "/home/me", "volumeMounts": [mount]}})
    pod = find(objects, "Deployment", "demo-dask-jupyter")["spec"]["template"]["spec"]
    (jupyter,), (seed,) = pod["containers"], pod["initContainers"]
    assert [m for m in jupyter["volumeMounts"] if "/home/me" in m["mountPath"]] == [mount]
    assert {**mount, "mountPath": "/mnt/home"} in seed["volumeMounts"]


def test_init_containers_of_jupyter_are_like_its_own_container() -> None:
    mounts = [{"name": "s", "mountPath": "/scripts"}, {"name": "d", "mountPath": "/home/jovyan/d"}]
    values = {
        "command": ["sh", "/scripts/start.sh"],
        "volumeMounts": mounts,
        "env": [{"name": "WHO", "value": "me"}],
        "envFrom": [{"secretRef": {"name": "s"}}],
        "packagesImage": "example.com/packages:1",
        "initContainers": [{"name": "own", "image": "i"}],
    }
    objects = render({"jupyter": values, "extraPackages": {"pip": ["x"]}})
    pod = find(objects, "Deployment", "demo-dask-jupyter")["spec"]["template"]["spec"]
    (jupyter,), (own, packages, install, seed) = pod["containers"], pod["initContainers"]
    assert (own["name"], packages["image"]) == ("own", "example.com/packages:1")
    for one in (install, seed):
        for key in ("image", "command", "envFrom", "securityContext"):
            assert one[key] == jupyter[key]
        left_out = {variable["name"] for variable in jupyter["env"] if variable not in one["env"]}
        assert left_out == {"EXTRA_PIP_PACKAGES"}
        paths = {mount["mountPath"]: mount for mount in one["volumeMounts"]}
        assert {"/mnt/home", "/scripts", "/etc/dask-helm/seed", "/tmp"} <= set(paths)
        assert not [path for path in paths if path.startswith("/home/jovyan")]
        assert "readOnly" not in paths["/opt/dask-helm"]


@pytest.mark.parametrize(
    ("values", "is_kept"),
    [
        ({}, False),
        ({"persistence": {"enabled": True}}, True),
        ({"persistence": {"enabled": True}, "rootDir": "/home/jovyan/work"}, True),
        ({"persistence": {"enabled": True}, "rootDir": "/data"}, False),
        ({"volumeMounts": [{"name": "nb", "mountPath": "/data"}], "rootDir": "/data"}, True),
        ({"volumeMounts": [{"name": "nb", "mountPath": "/data"}]}, False),
        ({"volumeMounts": [{"name": "nb", "mountPath": "/home/jovyan/"}]}, True),
    ],
)
def test_notebooks_that_are_lost_are_warned_of(values: Object, is_kept: bool) -> None:
    objects = render({"jupyter": values})
    seeds = find(objects, "ConfigMap", "demo-dask-jupyter-seed")["data"]
    assert (NOT_SAVED not in seeds) == is_kept


def test_the_home_directory_of_jupyters_image() -> None:
    objects = render({"jupyter": {"home": "/home/me", "exampleNotebooks": False}})
    jupyter = container(objects, "demo-dask-jupyter")
    assert {"name": "HOME", "value": "/home/me"} in jupyter["env"]
    assert jupyter["workingDir"] == "/home/me"
    assert "--ServerApp.root_dir=/home/me" in jupyter["args"]
    assert set(find(objects, "ConfigMap", "demo-dask-jupyter-seed")["data"]) == {
        "seed.py",
        NOT_SAVED,
    }


def test_a_token_of_a_secret_wins_over_a_password() -> None:
    def provider(**jupyter: Any) -> Any:
        objects = render({"jupyter": jupyter})
        data = find(objects, "ConfigMap", "demo-dask-jupyter")["data"]
        return json.loads(data["jupyter_server_config.json"]).get("PasswordIdentityProvider")

    hashed = "argon2:$argon2id$v=19$m=10240,t=10,p=8$c2FsdA$aGFzaA"
    assert provider() is None
    assert provider(hashedPassword=hashed) == {"hashed_password": hashed}
    assert provider(hashedPassword=hashed, existingSecret="login") is None
    own = {"PasswordIdentityProvider": {"allow_password_change": False}}
    assert provider(hashedPassword=hashed, config=own) == {
        "hashed_password": hashed,
        "allow_password_change": False,
    }


def test_probes_can_be_changed_removed_and_given_a_handler() -> None:
    def probes(**values: Any) -> dict[str, Any]:
        return container(render({"workerDefaults": values}), "demo-dask-worker")

    handler = {"path": "/health", "port": "http-dashboard"}
    assert probes()["startupProbe"]["httpGet"] == handler
    assert "livenessProbe" not in probes()
    assert "readinessProbe" not in probes(readinessProbe=None)
    own = {"exec": {"command": ["true"]}}
    assert "httpGet" not in probes(readinessProbe=own)["readinessProbe"]


def test_rendering_is_a_function_of_release_and_values() -> None:
    values = {"workers": {"a": {}, "b": {"processes": 2}}, "dask": {"config": {"x": 1}}}
    assert render(values) == render(values)


def test_nothing_is_created_when_an_umbrella_disables_it() -> None:
    assert render({"enabled": False}) == []
    umbrella = {"enabled": True, "tags": {"dask": True}, "global": {"imageRegistry": "example.com"}}
    assert render(umbrella) == render()


def test_jupyters_own_flags_give_way() -> None:
    values = {"ip": "::", "port": 8889, "rootDir": "/data"}
    objects = render({"jupyter": values})
    given = container(objects, "demo-dask-jupyter")["args"]
    assert {"--ip=::", "--port=8889", "--ServerApp.root_dir=/data"} <= set(given)
    assert find(objects, "Service", "demo-dask-jupyter")["spec"]["ports"][0]["port"] == 8889
    for own in (["--ServerApp.root_dir=/data", "--ip=127.0.0.1"], ["--notebook-dir", "/data"]):
        args = container(render({"jupyter": {"extraArgs": own}}), "demo-dask-jupyter")["args"]
        assert args[-len(own) :] == own
        assert "--ServerApp.root_dir=/home/jovyan" not in args
        assert ("--ip=0.0.0.0" in args) == ("--ip=127.0.0.1" not in own)


def test_the_test_pod_has_settings_of_its_own() -> None:
    beside = {"name": "agent", "image": "agent:1"}
    defaults = {"extraContainers": [beside], "nodeSelector": {"a": "b"}}
    own = {
        "resources": {"limits": {"cpu": 2}, "requests": None},
        "tolerations": [{"operator": "Exists"}],
    }
    scheduler = {"env": [{"name": "A", "value": "1"}], "nodeSelector": {"c": "d"}}
    values = {"podDefaults": defaults, "scheduler": scheduler, "test": own}
    pod = find(render(values), "Pod", "demo-dask-test")["spec"]
    (only,) = pod["containers"]
    assert only["resources"] == {"limits": {"cpu": 2, "memory": "2Gi"}}
    assert {"name": "A", "value": "1"} in only["env"]
    assert (pod["nodeSelector"], pod["tolerations"]) == ({"a": "b"}, own["tolerations"])


@pytest.mark.parametrize("version", [3, 4])
def test_the_condition_of_an_umbrella(version: int, tmp_path: Path) -> None:
    chart = tmp_path / "platform"
    shutil.copytree(CHART, chart / "charts" / "dask")
    needed = {"name": "dask", "version": "*", "condition": "dask.enabled", "tags": ["compute"]}
    about = {"apiVersion": "v2", "name": "platform", "version": "1.0.0", "dependencies": [needed]}
    (chart / "Chart.yaml").write_text(yaml.safe_dump(about))
    (chart / "values.yaml").write_text("dask: {enabled: true}\nglobal: {imageRegistry: a}\n")

    def kinds(*arguments: str) -> int:
        command: list[str | Path] = [helm(version), "template", "my", chart, *arguments]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return printed.count("kind: Deployment")

    assert kinds() == 3
    assert kinds("--set", "dask.enabled=false") == 0
