"""What Kubernetes' quantities become in the running worker: its own nthreads and memory_limit."""

from typing import Any

from dask_helm import labels
from distributed import Client

from harness import observation
from harness.release import Release

REQUESTS = {"cpu": "50m", "memory": "100Mi"}
MEBI = 2**20

# pool: resources, further values, expected threads, expected bytes (None: what Dask finds itself)
CASES: dict[str, tuple[Any, Any, int | None, int | None]] = {
    "half": ({"limits": {"cpu": "500m", "memory": "512Mi"}}, {}, 1, 512 * MEBI * 9 // 10),
    "one-and-half": ({"limits": {"cpu": 1.5, "memory": "0.5Gi"}}, {}, 1, 512 * MEBI * 9 // 10),
    "decimal": ({"limits": {"cpu": "2100m", "memory": "600M"}}, {}, 2, 540_000_000),
    "milli": ({"limits": {"memory": "600000000000m"}}, {}, None, 540_000_000),
    "number": ({"limits": {"memory": 6e8}}, {}, None, 540_000_000),
    "exponent": ({"limits": {"memory": "6e8"}}, {}, None, 540_000_000),
    "requests": ({"requests": {"cpu": "50m", "memory": "300Mi"}}, {}, 1, 300 * MEBI * 9 // 10),
    "explicit": ({"limits": {"cpu": 2}}, {"threads": 3, "memoryLimit": "400Mi"}, 3, 400 * MEBI),
    "nothing": (None, {}, None, None),
}


def pool(resources: Any, further: Any) -> dict[str, Any]:
    if resources and "limits" in resources:
        resources = {"requests": REQUESTS, **resources}
    return {"replicas": 1, "resources": resources, **further}


def running(client: Client, release: Release, name: str) -> tuple[int, int]:
    """Return what the worker of a pool says of itself, not what the scheduler was told."""

    def own(dask_worker: Any) -> tuple[int, int]:
        return dask_worker.state.nthreads, dask_worker.memory_manager.memory_limit

    (pod,) = observation.pod_names(release, labels.WORKER, name)
    address = {w["name"]: a for a, w in client.scheduler_info(n_workers=-1)["workers"].items()}[pod]
    return tuple(client.run(own, workers=[address])[address])


def test_quantities(release: Release) -> None:
    pools = {name: pool(case[0], case[1]) for name, case in CASES.items()}
    release.install(values={"jupyter": {"enabled": False}, "workers": {"default": None, **pools}})
    with release.client() as client:
        observation.wait_for_workers(release, client, len(CASES))
        found = {name: running(client, release, name) for name in CASES}
    for name, (_, _, threads, memory) in CASES.items():
        assert threads in (None, found[name][0]), name
        assert memory in (None, found[name][1]), name
    assert found["nothing"][0] >= 1, "Dask counts the processors it may use"
    assert found["nothing"][1] > 1e9, "Dask reads the memory of the node"
