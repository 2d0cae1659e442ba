"""The ways in which Kubernetes takes workers away."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from dask_helm import labels
from dask_helm.errors import ScaleError, WaitError
from kubernetes import client, config

from demo.release import CHART, Release
from demo.target import Values
from tests.e2e.handles import handle

DEPLOYMENT = "deployment/demo-dask-worker"


def scale(release: Release, replicas: int, deployment: str = DEPLOYMENT) -> None:
    """What people do."""
    release.kubectl("scale", deployment, f"--replicas={replicas}")


def write_scale(release: Release, replicas: int) -> None:
    """The call by which autoscalers scale: they write the scale sub-resource."""
    patch = json.dumps({"spec": {"replicas": replicas}})
    release.kubectl("patch", DEPLOYMENT, "--subresource=scale", "--type=merge", "-p", patch)


@contextmanager
def autoscaled(release: Release, most: int, busy: str = "80m") -> Iterator[None]:
    """Have a HorizontalPodAutoscaler: no more workers than that, and fewer while few are `busy`.

    It takes those above the maximum away within 15 s. This decision of the real controller needs
    no metrics; how much of a core makes a worker busy only counts where there are some.
    """
    kind, name = DEPLOYMENT.split("/")
    average = {"type": "AverageValue", "averageValue": busy}
    spec = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": kind.capitalize(), "name": name},
        "minReplicas": 1,
        "maxReplicas": most,
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": average}}],
        "behavior": {"scaleDown": {"stabilizationWindowSeconds": 0}},
    }
    scaler = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "spec": spec}
    given = json.dumps({**scaler, "metadata": {"name": "demo"}})
    release.kubectl("apply", "-f", "-", stdin=given)
    try:
        yield
    finally:
        release.kubectl("delete", "hpa", "demo")


def scale_by_handle(release: Release, replicas: int) -> str:
    """What the handle does; returns why it could not, where others change the pool meanwhile."""
    with handle(release) as cluster:
        try:
            cluster.scale(replicas, "default")
        except (ScaleError, WaitError) as error:
            return f"{type(error).__name__}: {error}"
    return ""


def upgrade(release: Release, values: Values, replicas: int) -> None:
    """What a change of `replicas` in the values does."""
    workers = {**values["workers"], "default": {"replicas": replicas}}
    # The number belongs to whoever has written it last, and Helm 4 takes it only when told to.
    force = [] if release.helm_version == 3 else ["--force-conflicts"]
    release.helm("upgrade", release.name, CHART, *force, values={**values, "workers": workers})


def delete(release: Release, pod: str) -> None:
    """What a person or a descheduler does; a new pod takes its place."""
    release.kubectl("delete", "pod", pod, "--wait=false", "--ignore-not-found")


def delete_all(release: Release) -> None:
    """What happens when all workers are on one node that is emptied."""
    selector = labels.selector(release.name, labels.WORKER)
    release.kubectl("delete", "pod", "--selector", selector, "--wait=false")


def restart(release: Release) -> None:
    """What replaces all pods, few at a time."""
    release.kubectl("rollout", "restart", DEPLOYMENT)
    release.kubectl("rollout", "status", DEPLOYMENT, "--timeout=120s")


def drain(release: Release, node: str) -> None:
    """What empties a node; only of this release's workers here, for the scheduler stays."""
    selector = labels.selector(release.name, labels.WORKER)
    options = ["--delete-emptydir-data", "--timeout=120s", f"--pod-selector={selector}"]
    release.kubectl("drain", node, *options)


@contextmanager
def cordoned(release: Release, node: str) -> Iterator[None]:
    """Keep new pods off a node, and let them come back in any case."""
    release.kubectl("cordon", node)
    try:
        yield
    finally:
        release.kubectl("uncordon", node)


def present(release: Release, pool: str | None = None) -> dict[str, str]:
    """Return the nodes of the workers' pods by name, also of those that are about to go."""
    selector = labels.selector(release.name, labels.WORKER, pool)
    api = _api(str(release.target.kubeconfig), release.target.context)
    listed = api.list_namespaced_pod(release.namespace, label_selector=selector).items
    for pod in listed:
        restarts = sum(status.restart_count for status in pod.status.container_statuses or ())
        assert not restarts, f"a container of {pod.metadata.name} was started again"
    return {pod.metadata.name: pod.spec.node_name for pod in listed}


def gone(release: Release, number: int, pool: str = "default", seconds: float = 120) -> float:
    """Wait until a pool has so many pods, those that are about to go among them; return when."""
    deadline = time.time() + seconds
    while len(present(release, pool)) != number:
        assert time.time() < deadline, f"not {number} pods within {seconds} s"
        time.sleep(0.1)
    return time.time()


@cache
def _api(kubeconfig: str, context: str) -> client.CoreV1Api:
    """Return a client that is quick enough to take times with, which kubectl is not."""
    return client.CoreV1Api(config.new_client_from_config(kubeconfig, context))
