"""Pools of workers: one template, and what a pool sets wins."""

import json
from typing import Any

import pytest

from tests.rendering import container, find, render


def pool(name: str = "default", **values: Any) -> dict[str, Any]:
    return {"workers": {name: values}}


def argument(
    objects: list[dict[str, Any]], flag: str, name: str = "demo-dask-worker"
) -> str | None:
    """Return what follows `--flag=` in the worker's arguments."""
    found = [a for a in container(objects, name)["args"] if a.startswith(f"--{flag}=")]
    return found[0].partition("=")[2] if found else None


@pytest.mark.parametrize(
    ("resources", "threads"),
    [
        ({}, None),
        ({"limits": {"cpu": "500m"}}, "1"),
        ({"limits": {"cpu": 1.5}}, "1"),
        ({"limits": {"cpu": "1500m"}}, "1"),
        ({"limits": {"cpu": "2"}}, "2"),
        ({"limits": {"cpu": 3.999}}, "3"),
        ({"limits": {"cpu": "3999m"}}, "3"),
        ({"limits": {"cpu": "1e1"}}, "10"),
        ({"limits": {"cpu": "4k"}}, "4000"),
        ({"requests": {"cpu": "2500m"}}, "2"),
        ({"requests": {"cpu": 1}, "limits": {"cpu": 4}}, "4"),
        ({"requests": {"cpu": 1}, "limits": {"memory": "1Gi"}}, "1"),
        ({"limits": {"cpu": None}, "requests": {"cpu": 3}}, "3"),
    ],
)
def test_threads_from_cpu(resources: Any, threads: str | None) -> None:
    assert argument(render(pool(resources=resources)), "nthreads") == threads


@pytest.mark.parametrize(
    ("amount", "limit"),
    [
        ("3Gi", 3 * 2**30),
        ("1500Mi", 1500 * 2**20),
        ("2.5Gi", 2.5 * 2**30),
        ("1G", 10**9),
        ("1e9", 10**9),
        (1e9, 10**9),
        (1073741824, 2**30),
        ("128974848000m", 128974848),
        ("0.5Ti", 2**39),
        ("1E", 10**18),
    ],
)
@pytest.mark.parametrize("kind", ["limits", "requests"])
def test_memory_limit_in_each_notation(kind: str, amount: Any, limit: float) -> None:
    whole = render(pool(resources={kind: {"memory": amount}}, memoryLimitFraction=1))
    assert argument(whole, "memory-limit") == f"{limit:.0f}"


def test_dask_manages_nine_tenths_of_the_memory_limit() -> None:
    objects = render(pool(resources={"limits": {"memory": "3Gi"}}))
    assert argument(objects, "memory-limit") == str(3 * 2**30 * 9 // 10)


@pytest.mark.parametrize(
    ("given", "limit"), [("2Gi", str(2**31)), ("auto", "auto"), (0, "0"), (5e8, "500000000")]
)
def test_an_explicit_memory_limit_wins(given: Any, limit: str) -> None:
    objects = render(pool(memoryLimit=given, resources={"limits": {"memory": "9Gi"}}))
    assert argument(objects, "memory-limit") == limit


def test_no_resources_no_flags() -> None:
    arguments = container(render(), "demo-dask-worker")["args"]
    assert not [a for a in arguments if a.startswith(("--nthreads", "--memory-limit"))]


def test_processes_divide_threads_and_memory_and_have_ports_of_their_own() -> None:
    resources = {"limits": {"cpu": 4, "memory": "10G"}}
    objects = render(pool(processes=2, resources=resources, memoryLimitFraction=1))
    assert argument(objects, "nworkers") == "2"
    assert argument(objects, "nthreads") == "2"
    assert argument(objects, "memory-limit") == "5000000000"
    assert argument(objects, "worker-port") == "9000:9001"
    assert argument(objects, "nanny-port") == "9100:9101"
    arguments = container(objects, "demo-dask-worker")["args"]
    assert "--preload-nanny=/etc/dask-helm/files/dask_helm_ports.py" in arguments
    ports = {p["name"]: p["containerPort"] for p in container(objects, "demo-dask-worker")["ports"]}
    assert ports == {
        "tcp-comm": 9000,
        "tcp-nanny": 9100,
        "http-dashboard": 8790,
        "tcp-comm-1": 9001,
        "tcp-nanny-1": 9101,
        "http-1": 8791,
    }
    assert find(objects, "ConfigMap", "demo-dask-files")["data"]["dask_helm_ports.py"]


@pytest.mark.parametrize(
    ("own", "first"), [("/a.py", ["/a.py"]), (["/a.py", "b"], ["/a.py", "b"]), (None, []), ("", [])]
)
def test_files_that_the_nannies_of_gpu_workers_load_already_stay(
    own: Any, first: list[str]
) -> None:
    config = {"distributed": {"nanny": {"preload": own}}}
    objects = render({"dask": {"config": config}, "workers": {"default": {"type": "gpu"}}})
    ours = [f"/etc/dask-helm/files/dask_helm_{name}.py" for name in ("handover", "restart")]
    assert preloads(container(objects, "demo-dask-worker")) == [*first, *ours]


def preloads(worker: dict[str, Any]) -> Any:
    """Return the files that the nannies of GPU workers load."""
    env = {e["name"]: e.get("value") for e in worker["env"]}
    return json.loads(env["DASK_DISTRIBUTED__NANNY__PRELOAD"])


def test_gpu_pool() -> None:
    gpu = pool(
        "gpu",
        type="gpu",
        gpu={"resource": "nvidia.com/mig-1g.10gb", "count": 4},
        resources={"requests": {"cpu": 8}, "limits": {"cpu": 8, "memory": "40G"}},
        memoryLimitFraction=1,
    )
    worker = container(render(gpu), "demo-dask-worker-gpu")
    assert worker["args"][:4] == ["dask", "cuda", "worker", "tcp://demo-dask-scheduler:8786"]
    assert {"--nthreads=1", "--memory-limit=10000000000", "--worker-port=9000:9003"} <= set(
        worker["args"]
    )
    assert not [a for a in worker["args"] if a.startswith(("--nanny-port", "--nworkers"))]
    loaded = [
        f"/etc/dask-helm/files/dask_helm_{name}.py" for name in ("handover", "ports", "restart")
    ]
    assert preloads(worker) == loaded
    assert worker["resources"]["limits"]["nvidia.com/mig-1g.10gb"] == 4
    assert worker["resources"]["requests"]["nvidia.com/mig-1g.10gb"] == 4
    assert worker["resources"]["requests"]["cpu"] == 8


def test_selectors_name_the_pool_and_match_only_its_own_pods() -> None:
    objects = render({"workers": {"big": {}, "small": {}}})
    deployments = [
        o["spec"]
        for o in objects
        if o["kind"] == "Deployment" and "worker" in o["metadata"]["name"]
    ]
    labels = [d["template"]["metadata"]["labels"].items() for d in deployments]
    matches = [
        [d["selector"]["matchLabels"].items() <= label for label in labels] for d in deployments
    ]
    assert matches == [[True, False, False], [False, True, False], [False, False, True]]


EMPTY: list[tuple[str, Any, Any]] = [
    ("replicas", 0, 0),
    ("replicas", None, None),
    ("tolerations", [], None),
    ("tolerations", None, None),
    ("automountServiceAccountToken", False, False),
    ("priorityClassName", "", None),
    ("terminationGracePeriodSeconds", 0, 0),
    ("resources", None, None),
    ("affinity", None, None),
    ("nodeSelector", {}, None),
]


@pytest.mark.parametrize(("key", "given", "expected"), EMPTY)
@pytest.mark.parametrize("version", [3, 4])
def test_empty_values_of_a_pool_win(key: str, given: Any, expected: Any, version: int) -> None:
    defaults = {
        "replicas": 7,
        "tolerations": [{"operator": "Exists"}],
        "automountServiceAccountToken": True,
        "priorityClassName": "high",
        "terminationGracePeriodSeconds": 99,
        "resources": {"limits": {"nvidia.com/gpu": 1}},
        "affinity": {"nodeAffinity": {}},
        "nodeSelector": {"disk": "ssd"},
    }
    values = {
        "drain": {"enabled": False},  # which needs time to end
        "workerDefaults": defaults,
        "workers": {"other": {key: given}},
    }
    spec = find(render(values, version=version), "Deployment", "demo-dask-worker-other")["spec"]
    pod = spec["template"]["spec"]
    places: dict[str, Any] = {"replicas": spec, "resources": pod["containers"][0]}
    assert places.get(key, pod).get(key) == expected
    inherited = "tolerations" if key != "tolerations" else "priorityClassName"
    assert inherited in pod, "the other keys are still inherited"


def test_labels_and_image_are_merged_key_by_key() -> None:
    objects = render(
        {
            "image": {"repository": "one", "tag": "1"},
            "podDefaults": {"podLabels": {"a": "1", "b": "1"}},
            "workerDefaults": {"podLabels": {"b": "2", "c": "2"}},
            "workers": {"default": {"podLabels": {"c": None}, "image": {"tag": "2"}}},
        }
    )
    labels = find(objects, "Deployment", "demo-dask-worker")["spec"]["template"]["metadata"][
        "labels"
    ]
    assert {key: labels.get(key) for key in "abc"} == {"a": "1", "b": "2", "c": None}
    assert container(objects, "demo-dask-worker")["image"] == "one:2"


@pytest.mark.parametrize("version", [3, 4])
def test_null_removes_the_default_pool(version: int) -> None:
    objects = render({"workers": {"default": None, "own": {}}}, version=version)
    names = {o["metadata"]["name"] for o in objects if o["kind"] == "Deployment"}
    assert names == {"demo-dask-scheduler", "demo-dask-worker-own", "demo-dask-jupyter"}


def test_replicas_null_leaves_the_field_out() -> None:
    objects = render(
        {
            "workerDefaults": {"replicas": None},
            "scheduler": {"replicas": None},
            "jupyter": {"replicas": None},
        }
    )
    deployments = [o["spec"] for o in objects if o["kind"] == "Deployment"]
    assert len(deployments) == 3
    assert not [spec for spec in deployments if "replicas" in spec]
