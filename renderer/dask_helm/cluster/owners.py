"""Who else sets the number of a pool's pods, as Kubernetes has noted it."""

from dask_helm.cluster.kubernetes import Object

_AUTOSCALERS = ("kube-controller-manager", "horizontal-pod-autoscaler", "keda")
_GITOPS = {
    "argocd": "Argo CD",
    "kustomize-controller": "Flux",
    "helm-controller": "Flux",
}


def warning(deployment: Object) -> str | None:
    """Return a sentence on who may set the number back; None when nobody does by himself."""
    managers = [one["manager"] for one in _fields(deployment) if _owns_replicas(one)]
    name = deployment["metadata"]["name"]
    for manager in managers:
        if manager.startswith(_AUTOSCALERS):
            return f"An autoscaler ({manager}) sets the replicas of {name} and may set them back."
        for known, called in _GITOPS.items():
            if manager.startswith(known):
                return f"{called} sets the replicas of {name} and may set them back; {_ADVICE}"
    return None


_ADVICE = "`replicas: null` in the values leaves the field to others."


def _fields(deployment: Object) -> list[Object]:
    found: list[Object] = deployment["metadata"].get("managedFields") or []
    return found


def _owns_replicas(entry: Object) -> bool:
    return "f:replicas" in entry.get("fieldsV1", {}).get("f:spec", {})
