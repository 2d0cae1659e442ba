"""The ways in which Kubernetes removes workers."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from dask_helm import labels
from dask_helm.errors import ClusterError
from kubernetes import client, config

from harness import observation
from harness.handles import handle
from harness.release import CHART, Release
from harness.target import Values

DEPLOYMENT = "deployment/demo-dask-worker"


def scale(release: Release, replicas: int, deployment: str = DEPLOYMENT) -> None:
    """Scale with `kubectl scale`, as people do."""
    release.kubectl("scale", deployment, f"--replicas={replicas}")


def write_scale(release: Release, replicas: int) -> None:
    """Scale as autoscalers do: write the scale subresource."""
    patch = json.dumps({"spec": {"replicas": replicas}})
    release.kubectl("patch", DEPLOYMENT, "--subresource=scale", "--type=merge", "-p", patch)


@contextmanager
def autoscaled(release: Release, most: int, busy: str = "80m") -> Iterator[None]:
    """Create a HorizontalPodAutoscaler that allows at most `most` workers, fewer if few are busy.

    The real controller removes workers above the maximum within 15 s, which requires no metrics.
    `busy` is the CPU usage of a busy worker and only matters if metrics are available.
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
    """Scale with the handle; return its error if others change the pool meanwhile, else ""."""
    try:
        with handle(release) as cluster:
            cluster.scale(replicas, "default")
    except ClusterError as error:
        return f"{type(error).__name__}: {error}"
    return ""


def upgrade(release: Release, values: Values, replicas: int) -> None:
    """Upgrade the release with changed `replicas` in the values."""
    workers = {**values["workers"], "default": {"replicas": replicas}}
    # The field belongs to its last writer, and Helm 4 takes it over only with --force-conflicts.
    force = [] if release.helm_version == 3 else ["--force-conflicts"]
    release.helm("upgrade", release.name, CHART, *force, values={**values, "workers": workers})


def delete(release: Release, pod: str) -> None:
    """Delete a pod, as a person or a descheduler does; a new pod replaces it."""
    release.kubectl("delete", "pod", pod, "--wait=false", "--ignore-not-found")


def delete_all(release: Release) -> None:
    """Delete all workers, as when all of them are on one node that is drained."""
    selector = labels.selector(release.name, labels.WORKER)
    release.kubectl("delete", "pod", "--selector", selector, "--wait=false")


def restart(release: Release) -> None:
    """Replace all pods, a few at a time."""
    release.kubectl("rollout", "restart", DEPLOYMENT)
    release.kubectl("rollout", "status", DEPLOYMENT, "--timeout=400s")


def replace_scheduler(release: Release, *options: str) -> None:
    """Delete the scheduler's pod, and wait until another one is ready."""
    (old,) = observation.pod_names(release, labels.SCHEDULER)
    release.kubectl("delete", "pod", old, *options)
    observation.until(
        lambda: any(map(observation.ready, observation.pods(release, labels.SCHEDULER))),
        what="a new scheduler is ready",
    )


def drain(release: Release, node: str) -> None:
    """Drain a node of this release's workers only; the scheduler stays."""
    selector = labels.selector(release.name, labels.WORKER)
    options = ["--delete-emptydir-data", "--timeout=400s", f"--pod-selector={selector}"]
    release.kubectl("drain", node, *options)


@contextmanager
def cordoned(release: Release, node: str) -> Iterator[None]:
    """Cordon a node for the duration of the context, and uncordon it in any case."""
    release.kubectl("cordon", node)
    try:
        yield
    finally:
        release.kubectl("uncordon", node)


def present(release: Release, pool: str | None = None) -> dict[str, str]:
    """Return the nodes of the workers' pods by pod name, including pods that are being deleted.

    No container may have restarted: a worker must not end before its results are elsewhere.
    """
    pods, restarted = present_and_restarted(release, pool)
    assert not restarted, f"containers have restarted: {restarted}"
    return pods


def present_and_restarted(
    release: Release, pool: str | None = None
) -> tuple[dict[str, str], dict[str, int | None]]:
    """Return the nodes as `present`, and the exit codes of containers that have restarted."""
    selector = labels.selector(release.name, labels.WORKER, pool)
    api = _api(str(release.target.kubeconfig), release.target.context)
    listed = api.list_namespaced_pod(release.namespace, label_selector=selector).items
    return {pod.metadata.name: pod.spec.node_name for pod in listed}, _restarted(listed)


def _restarted(pods: list[client.V1Pod]) -> dict[str, int | None]:
    """Return the exit code of the last end of each container that has restarted, by pod."""
    ended = {}
    for pod in pods:
        for status in pod.status.container_statuses or ():
            if status.restart_count:
                last = status.last_state.terminated
                ended[pod.metadata.name] = last.exit_code if last else None
    return ended


def gone(release: Release, number: int, pool: str = "default", seconds: float = 300) -> float:
    """Wait until a pool has `number` pods, including pods being deleted; return the time."""
    deadline = time.time() + seconds
    while len(present(release, pool)) != number:
        assert time.time() < deadline, f"not {number} pods within {seconds} s"
        time.sleep(0.1)
    return time.time()


@cache
def _api(kubeconfig: str, context: str) -> client.CoreV1Api:
    """Return a client that is fast enough to measure times, which kubectl is not."""
    return client.CoreV1Api(config.new_client_from_config(kubeconfig, context))
