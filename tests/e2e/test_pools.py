"""Three pools of different size are really three."""

import json
from typing import Any

from dask_helm import labels
from distributed import Client, get_worker

from harness import observation
from harness.release import Release

SMALL = {"requests": {"cpu": "50m", "memory": "200Mi"}, "limits": {"cpu": 1, "memory": "400Mi"}}
BIG = {"requests": {"cpu": "50m", "memory": "300Mi"}, "limits": {"cpu": 2, "memory": "800Mi"}}
VALUES: dict[str, Any] = {
    "jupyter": {"enabled": False},
    "workerDefaults": {"resources": SMALL},
    "workers": {
        "default": {"replicas": 2},
        "big": {"replicas": 1, "resources": BIG, "daskResources": {"BIG": 1}},
        "later": {"replicas": 0},
    },
}


def ran_on(client: Client, **where: Any) -> set[str]:
    """Return the names of the workers on which twenty tasks ran."""

    def own_name() -> str:
        return str(get_worker().name)

    tasks = [client.submit(own_name, pure=False, **where) for _ in range(20)]
    return set(client.gather(tasks))


def test_pools(release: Release) -> None:
    release.install(values=VALUES)
    for pool, size in {"default": 2, "big": 1, "later": 0}.items():
        (deployment,) = release.objects("deployment", labels.WORKER, pool)
        assert deployment["spec"]["replicas"] == size
        selector = deployment["spec"]["selector"]["matchLabels"]
        text = ",".join(f"{key}={value}" for key, value in selector.items())
        matched = json.loads(release.kubectl("get", "pod", "-l", text, "-o", "json"))["items"]
        names = {pod["metadata"]["name"] for pod in matched}
        assert len(names) == size
        assert names == observation.pod_names(release, labels.WORKER, pool)

    with release.client() as client:
        observation.wait_for_workers(release, client, 3)
        big = observation.pod_names(release, labels.WORKER, "big")
        assert {observation.workers(client)[name]["nthreads"] for name in big} == {2}
        assert ran_on(client, workers=list(big)) == big
        assert ran_on(client, resources={"BIG": 1}) == big
        small = observation.pod_names(release, labels.WORKER, "default")
        assert ran_on(client, workers=list(small)) <= small

        release.kubectl("scale", "deployment/demo-dask-worker-later", "--replicas=1")
        client.wait_for_workers(4, timeout=300)
        later = observation.pod_names(release, labels.WORKER, "later")
        assert ran_on(client, workers=list(later)) == later


def test_processes_of_a_pod_have_ports_of_their_own(release: Release) -> None:
    pool = {"replicas": 1, "processes": 3, "threads": 1}
    release.install(values={"jupyter": {"enabled": False}, "workers": {"default": pool}})
    with release.client() as client:
        client.wait_for_workers(3, timeout=300)
        found = observation.workers(client)
        (pod,) = observation.pod_names(release, labels.WORKER)
        assert set(found) == {f"{pod}-{index}" for index in range(3)}
        info = client.scheduler_info(n_workers=-1)["workers"]
        ports = {address.rpartition(":")[2] for address in info}
        assert ports == {"9000", "9001", "9002"}
        assert {w["nanny"].rpartition(":")[2] for w in info.values()} == {"9100", "9101", "9102"}
        assert {w["services"]["dashboard"] for w in info.values()} == {8790, 8791, 8792}


def test_a_pool_that_is_removed_goes_alone(release: Release) -> None:
    values = {
        "jupyter": {"enabled": False},
        "workers": {"default": {"replicas": 1}, "b": {"replicas": 1}},
    }
    release.install(values=values)
    kept = observation.pod_names(release, labels.WORKER, "b")
    release.install(values={**values, "workers": {"default": None, "b": {"replicas": 1}}})
    observation.until(lambda: not observation.pods(release, labels.WORKER, "default"))
    assert observation.pod_names(release, labels.WORKER) == kept
