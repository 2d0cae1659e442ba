"""The state of a cluster, read through kubectl and from the scheduler itself."""

import json
from typing import Any

from dask_helm import labels
from distributed import Client

from harness.release import Release
from harness.waiting import until as until

Object = dict[str, Any]


def pods(release: Release, component: str | None = None, pool: str | None = None) -> list[Object]:
    """Return the release's pods, without pods that are being deleted."""
    found = release.objects("pod", component, pool)
    return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]


def pod_names(release: Release, component: str, pool: str | None = None) -> set[str]:
    """Return the names of a component's pods."""
    return {pod["metadata"]["name"] for pod in pods(release, component, pool)}


def uids(release: Release, component: str) -> set[str]:
    """Return the uids of a component's pods, which change when the pods are replaced."""
    return {pod["metadata"]["uid"] for pod in pods(release, component)}


def ready(pod: Object) -> bool:
    """Return whether a pod reports the condition Ready."""
    conditions = pod["status"].get("conditions", [])
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


def workers(client: Client) -> dict[str, Object]:
    """Return the scheduler's information about each worker, by worker name."""
    info = client.scheduler_info(n_workers=-1)["workers"]
    return {worker["name"]: worker for worker in info.values()}


def everything(release: Release) -> set[str]:
    """Return `kind/name` of all objects in the namespace, except those Kubernetes adds itself."""
    listed = release.kubectl("api-resources", "--verbs=list", "--namespaced", "-o", "name").split()
    kinds = ",".join(kind for kind in listed if not kind.startswith("events"))
    found = json.loads(release.kubectl("get", kinds, "-o", "json"))["items"]
    names = {f"{item['kind']}/{item['metadata']['name']}" for item in found}
    return names - {"ConfigMap/kube-root-ca.crt", "ServiceAccount/default"}


def wait_for_workers(release: Release, client: Client, number: int) -> set[str]:
    """Wait until that many workers are registered and return their names, which are pod names."""
    client.wait_for_workers(number, timeout=300)

    def only_pods() -> bool:
        return set(workers(client)) == pod_names(release, labels.WORKER)

    until(only_pods, what="the workers match the pods")
    return set(workers(client))


def computes(client: Client) -> bool:
    """Return whether the cluster computes a sum of tasks correctly."""
    doubled = client.map(lambda number: 2 * number, range(100), pure=False)
    return bool(client.submit(sum, doubled, pure=False).result(timeout=300) == 9900)
