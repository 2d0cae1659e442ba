"""How charts label their objects: this one, and the older `dask` chart of helm.dask.org.

Nothing is found by its name. Of the older chart all pools have the same labels; there a pod is told
by the Deployment that owns it, and a pool's name is what its Deployment's name has more than that
of the first pool.
"""

from dataclasses import dataclass, replace

from dask_helm import labels
from dask_helm.cluster.kubernetes import Object

DEFAULT_POOL = "default"


@dataclass(frozen=True)
class Scheme:
    """The labels of a chart; `known` is what all of its objects carry."""

    known: str
    instance: str
    component: str
    pool: str | None
    chart: str = ""
    scheduler: str = labels.SCHEDULER
    worker: str = labels.WORKER
    jupyter: str = labels.JUPYTER

    def selector(self, release: str) -> str:
        """Return the selector of all objects, pods too, of a release."""
        if self.pool:
            return labels.selector(release)
        return f"{self.instance}={release},{self.component}"

    def is_ours(self, found: Object) -> bool:
        """Whether an object with the `known` labels is really of this chart."""
        return labels_of(found).get("chart", "").startswith(self.chart)

    def release_of(self, found: Object) -> str:
        """Return the release that an object belongs to."""
        return labels_of(found)[self.instance]

    def component_of(self, found: Object) -> str:
        """Return an object's component."""
        return labels_of(found).get(self.component, "")

    def pods_of(self, deployment: Object, pods: list[Object]) -> list[Object]:
        """Return those pods that belong to a Deployment."""
        if self.pool:
            wanted = deployment["spec"]["selector"].get("matchLabels") or {}
            return [pod for pod in pods if wanted and wanted.items() <= labels_of(pod).items()]
        return [pod for pod in pods if _deployment_of(pod) == deployment["metadata"]["name"]]

    def pools(self, deployments: list[Object]) -> dict[str, Object]:
        """Return the Deployments of workers by the name of their pool."""
        found = [one for one in deployments if self.component_of(one) == self.worker]
        if self.pool:
            named = {labels_of(one).get(self.pool, ""): one for one in found}
            return {name: one for name, one in named.items() if name}
        first = min((one["metadata"]["name"] for one in found), key=len, default="")
        others = {one["metadata"]["name"].removeprefix(f"{first}-"): one for one in found}
        return {DEFAULT_POOL if name == first else name: one for name, one in others.items()}


def labels_of(found: Object) -> dict[str, str]:
    """Return an object's labels."""
    given: dict[str, str] = found["metadata"].get("labels") or {}
    return given


def _deployment_of(pod: Object) -> str:
    """Return the name of the Deployment that owns a pod, by way of its ReplicaSet."""
    owners = [owner["name"] for owner in pod["metadata"].get("ownerReferences", [])]
    suffix = f"-{labels_of(pod).get('pod-template-hash', '')}"
    return str(owners[0]).removesuffix(suffix) if owners else ""


# The name alone is nobody's own: other objects called dask are no releases.
_KNOWN = f"{labels.NAME}={labels.CHART},{labels.INSTANCE},{labels.COMPONENT}"
OURS = Scheme(_KNOWN, labels.INSTANCE, labels.COMPONENT, labels.POOL)
UPSTREAM = Scheme("release,component,heritage,chart", "release", "component", None, "dask-")


def schemes(scheduler: str | None, worker: str | None) -> tuple[Scheme, ...]:
    """Return the known schemes; the components may be called otherwise."""
    names = {"scheduler": scheduler or labels.SCHEDULER, "worker": worker or labels.WORKER}
    return tuple(replace(scheme, **names) for scheme in (OURS, UPSTREAM))
