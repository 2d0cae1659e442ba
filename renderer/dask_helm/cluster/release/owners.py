"""Who else sets the number of a pool's pods, by the managed fields of its Deployment."""

from dask_helm.cluster.api.objects import Object

_AUTOSCALERS = ("kube-controller-manager", "horizontal-pod-autoscaler", "keda")
_GITOPS = {
    "argocd": "Argo CD",
    "kustomize-controller": "Flux",
    "helm-controller": "Flux",
}


def warning(deployment: Object) -> str | None:
    """Return a warning that another manager may reset the number of pods; None without one."""
    name = deployment["metadata"]["name"]
    for entry in deployment["metadata"].get("managedFields") or []:
        manager = entry["manager"]
        if "f:replicas" not in entry.get("fieldsV1", {}).get("f:spec", {}):
            continue
        if manager.startswith(_AUTOSCALERS):
            return f"An autoscaler ({manager}) sets the replicas of {name} and may reset them."
        for prefix, product in _GITOPS.items():
            if manager.startswith(prefix):
                return (
                    f"{product} sets the replicas of {name} and may reset them. With "
                    "`replicas: null` in the values it leaves them alone."
                )
    return None
