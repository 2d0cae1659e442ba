"""The manifests of workers that hand over what they hold before they stop."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.programs import helm
from tests.paths import CHART
from tests.rendering import Object, container, find, refusal, render

HOOK = {"exec": {"command": ["sh", "/etc/dask-helm/files/drain.sh"]}}
OWN = {"exec": {"command": ["sync"]}}


def worker_pod(values: Object, name: str = "demo-dask-worker") -> Object:
    """Return the specification of a pool's pods."""
    spec: Object = find(render(values), "Deployment", name)["spec"]["template"]["spec"]
    return spec


def lifecycle(values: Object) -> Any:
    return worker_pod(values)["containers"][0].get("lifecycle")


def grace(values: Object) -> Any:
    return worker_pod(values).get("terminationGracePeriodSeconds")


def environment(values: Object) -> dict[str, Any]:
    return {e["name"]: e.get("value") for e in worker_pod(values)["containers"][0]["env"]}


def test_every_pool_has_the_hook_and_nothing_else_has() -> None:
    objects = render({"workers": {"big": {}, "several": {"processes": 2}}})
    for name in ("worker", "worker-big", "worker-several"):
        own = container(objects, f"demo-dask-{name}")
        assert own["lifecycle"] == {"preStop": HOOK}
        mounts = {m["name"]: m["mountPath"] for m in own["volumeMounts"]}
        assert mounts["dask-files"] == "/etc/dask-helm/files"
    for name in ("scheduler", "jupyter"):
        assert "lifecycle" not in container(objects, f"demo-dask-{name}")


def test_the_scripts_of_workers_are_in_the_config_map_as_they_stand() -> None:
    data = find(render(), "ConfigMap", "demo-dask-files")["data"]
    names = (
        "drain.sh",
        "drain.py",
        "dask_helm_handover.py",
        "dask_helm_ports.py",
        "dask_helm_restart.py",
    )
    assert data == {name: (CHART / "files" / name).read_text() for name in names}


def test_nannies_load_what_hands_over() -> None:
    folder = "/etc/dask-helm/files"
    files = [f"{folder}/dask_helm_handover.py", f"{folder}/dask_helm_restart.py"]
    gpu = {"type": "gpu"}
    objects = render({"workers": {"default": {}, "two": {"processes": 2}, "gpu": gpu}})
    for name in ("worker", "worker-two"):
        arguments = container(objects, f"demo-dask-{name}")["args"]
        assert {f"--preload-nanny={file}" for file in files} <= set(arguments)
    (loaded,) = [
        variable["value"]
        for variable in container(objects, "demo-dask-worker-gpu")["env"]
        if variable["name"] == "DASK_DISTRIBUTED__NANNY__PRELOAD"
    ]
    assert json.loads(loaded) == files


def test_what_the_script_has_to_know() -> None:
    drain = {"enabled": True, "timeout": 1_000_000, "replacementTimeout": 0}
    given = environment({"drain": drain})
    assert given["DASK_SCHEDULER_ADDRESS"] == "tcp://demo-dask-scheduler:8786"
    assert given["DRAIN_TIMEOUT"] == "1000000"
    assert given["DRAIN_REPLACEMENT_TIMEOUT"] == "0"
    assert "POD_NAME" in given


def test_workers_for_a_scheduler_elsewhere_hand_over_too() -> None:
    address = "tls://elsewhere:8786"
    values = {"scheduler": {"enabled": False, "address": address}}
    assert environment(values)["DASK_SCHEDULER_ADDRESS"] == address
    assert lifecycle(values) == {"preStop": HOOK}


def test_switched_off_pods_know_nothing_of_it() -> None:
    values = {"drain": {"enabled": False}}
    assert grace(values) is None
    assert "drain" not in str(worker_pod(values)).lower()


def test_a_pool_overrides_how_it_is_drained() -> None:
    pools = {"default": {}, "spot": {"drain": {"timeout": 5}}, "off": {"drain": {"enabled": False}}}
    values = {"drain": {"timeout": 600, "replacementTimeout": 7}, "workers": pools}
    spot = worker_pod(values, "demo-dask-worker-spot")
    given = {e["name"]: e.get("value") for e in spot["containers"][0]["env"]}
    assert (given["DRAIN_TIMEOUT"], given["DRAIN_REPLACEMENT_TIMEOUT"]) == ("5", "7")
    assert spot["terminationGracePeriodSeconds"] == 35
    assert grace(values) == 630
    off = worker_pod(values, "demo-dask-worker-off")
    assert "terminationGracePeriodSeconds" not in off
    assert "drain" not in str(off).lower()


def test_without_pools_there_is_no_script() -> None:
    objects = render({"workers": {"default": None}, "jupyter": {"enabled": False}})
    assert not [one for one in objects if one["kind"] == "ConfigMap"]


@pytest.mark.parametrize("place", ["podDefaults", "workerDefaults", "pool"])
def test_a_hook_of_the_users_own_wins_and_null_removes_it(place: str) -> None:
    def values(hooks: Any) -> Object:
        part = {"lifecycle": hooks}
        return {"workers": {"default": part}} if place == "pool" else {place: part}

    post = {"postStart": OWN}
    assert lifecycle(values({"preStop": OWN})) == {"preStop": OWN}
    assert lifecycle(values(post)) == {"preStop": HOOK, **post}
    assert lifecycle(values({"preStop": None, **post})) == post
    assert lifecycle(values({"preStop": None})) is None
    assert environment(values({"preStop": OWN}))["DRAIN_TIMEOUT"] == "300", "theirs may call ours"


def test_the_notes_warn_of_a_hook_that_replaces_ours() -> None:
    def notes(**lifecycle: Any) -> str:
        values = {"workers": {"a": {"lifecycle": lifecycle}}}
        options = ["--dry-run=client", "-f", "-"]
        command: list[str | Path] = [helm(), "install", "demo", CHART, *options]
        text = yaml.safe_dump(values)
        return subprocess.run(
            command, input=text, capture_output=True, text=True, check=True
        ).stdout.partition("NOTES:")[2]

    warning = "WARNING: the preStop hook of the pool a replaces"
    assert warning in notes(preStop=OWN)
    assert warning not in notes(postStart=OWN)
    assert warning not in notes(preStop=None), "null says that it is meant so"


def test_the_grace_period_follows_the_timeout_unless_it_is_given() -> None:
    assert grace({}) == 330
    assert grace({"drain": {"timeout": 0}}) == 30
    assert grace({"drain": {"timeout": 2_000_000}}) == 2_000_030
    assert grace({"workerDefaults": {"terminationGracePeriodSeconds": 330}}) == 330
    given = {"terminationGracePeriodSeconds": 5}
    assert grace({"podDefaults": given, "drain": {"enabled": False}}) == 5
    own_hook = {"podDefaults": {**given, "lifecycle": {"preStop": OWN}}}
    assert grace(own_hook) == 5, "how long a hook of theirs takes is theirs to know"
    follows = {"podDefaults": given, "workerDefaults": {"terminationGracePeriodSeconds": None}}
    assert grace(follows) == 330
    message = refusal({"podDefaults": given})
    assert "with drain.timeout 300 a worker can need 310 seconds" in message
    assert "Write null" in message
    message = refusal({"podDefaults": {"terminationGracePeriodSeconds": 25}})
    assert "Write a shorter timeout for this pool:" in message
    assert "timeout: 15" in message
    spot = {"terminationGracePeriodSeconds": 15, "drain": {"timeout": 5}}
    assert environment({"workers": {"default": spot}})["DRAIN_GRACE_PERIOD"] == "15"
