"""The labels of this chart, and of the older `dask` chart of helm.dask.org.

Objects are never found by their names. All pools of the older chart have the same labels; there, a
pod belongs to the Deployment that owns it, and the name of a pool is the suffix of its Deployment's
name after the name of the first pool.
"""

from dataclasses import dataclass, replace

from dask_helm import labels
from dask_helm.cluster.api.objects import Object

DEFAULT_POOL = "default"


@dataclass(frozen=True)
class Scheme:
    """The labels of a chart.

    All of its objects have the labels `known`, those of one cluster the same value of `identity`.
    """

    known: str
    identity: str
    component: str
    pool: str | None
    chart: str = ""
    scheduler: str = labels.SCHEDULER
    worker: str = labels.WORKER
    jupyter: str = labels.JUPYTER

    def selector(self, cluster: str) -> str:
        """Return the selector of all objects of a cluster, including pods."""
        return f"{self.identity}={cluster},{self.component}"

    def is_ours(self, found: Object) -> bool:
        """Return whether an object with the `known` labels really belongs to this chart."""
        return labels_of(found).get("chart", "").startswith(self.chart)

    def cluster_of(self, found: Object) -> str:
        """Return the cluster that an object belongs to."""
        return labels_of(found)[self.identity]

    def release_of(self, deployment: Object) -> str:
        """Return the release that a Deployment belongs to.

        Its selector names the release: Argo CD may have changed the labels of the Deployment.
        """
        selected: dict[str, str] = deployment["spec"]["selector"].get("matchLabels") or {}
        return selected.get(labels.INSTANCE) or self.cluster_of(deployment)

    def component_of(self, found: Object) -> str:
        """Return the component of an object."""
        return labels_of(found).get(self.component, "")

    def pods_of(self, deployment: Object, pods: list[Object]) -> list[Object]:
        """Return those pods that belong to a Deployment."""
        if self.pool:
            wanted = deployment["spec"]["selector"].get("matchLabels") or {}
            return [pod for pod in pods if wanted and wanted.items() <= labels_of(pod).items()]
        return [pod for pod in pods if _owner(pod) == deployment["metadata"]["name"]]

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
    """Return the labels of an object."""
    given: dict[str, str] = found["metadata"].get("labels") or {}
    return given


def _owner(pod: Object) -> str:
    """Return the name of the Deployment that owns a pod through its ReplicaSet."""
    owners = [owner["name"] for owner in pod["metadata"].get("ownerReferences", [])]
    suffix = f"-{labels_of(pod).get('pod-template-hash', '')}"
    return str(owners[0]).removesuffix(suffix) if owners else ""


OURS = Scheme(
    known=f"{labels.CLUSTER},{labels.COMPONENT}",
    identity=labels.CLUSTER,
    component=labels.COMPONENT,
    pool=labels.POOL,
)
UPSTREAM = Scheme(
    known="release,component,heritage,chart",
    identity="release",
    component="component",
    pool=None,
    chart="dask-",
)
SCHEMES = (OURS, UPSTREAM)


def schemes(scheduler: str | None, worker: str | None) -> tuple[Scheme, ...]:
    """Return the known schemes, with other names of the components if they are given."""
    names = {"scheduler": scheduler or labels.SCHEDULER, "worker": worker or labels.WORKER}
    return tuple(replace(scheme, **names) for scheme in SCHEMES)
