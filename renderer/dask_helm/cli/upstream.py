"""Where `kubectl explain` tells what a Kubernetes object means: our schema has no prose for it."""

from dask_helm.cli.tree import Keys, Node

_CONTAINER = "pod.spec.containers"
PLACES = {
    "Affinity": "pod.spec.affinity",
    "Container": _CONTAINER,
    "DeploymentStrategy": "deployment.spec.strategy",
    "EnvFromSource": f"{_CONTAINER}.envFrom",
    "EnvVar": f"{_CONTAINER}.env",
    "IngressTLS": "ingress.spec.tls",
    "Lifecycle": f"{_CONTAINER}.lifecycle",
    "LocalObjectReference": "pod.spec.imagePullSecrets",
    "PodSecurityContext": "pod.spec.securityContext",
    "Probe": f"{_CONTAINER}.readinessProbe",
    "ResourceRequirements": f"{_CONTAINER}.resources",
    "SessionAffinityConfig": "service.spec.sessionAffinityConfig",
    "SecurityContext": f"{_CONTAINER}.securityContext",
    "Toleration": "pod.spec.tolerations",
    "TopologySpreadConstraint": "pod.spec.topologySpreadConstraints",
    "Volume": "pod.spec.volumes",
    "VolumeMount": f"{_CONTAINER}.volumeMounts",
    "VolumeSource": "pod.spec.volumes",
}
# Values that are called as the part of a Kubernetes object that they go into.
_PARTS = {"podSpec": "pod.spec"}


def place(root: Node, path: Keys) -> str | None:
    """Return what to ask `kubectl explain` about a value; None when it is no Kubernetes object."""
    node: Node | None = root
    for done, key in enumerate(path, 1):
        node = node and node.child(key)
        found = _PARTS.get(key) or PLACES.get((node and node.item.definition) or "")
        if found:
            return ".".join((found, *path[done:]))
    return None
