"""Who else sets replicas."""

import pytest
from dask_helm.cluster.release.owners import warning

from tests.cluster.fakes import Object, deployment


@pytest.mark.parametrize(
    ("manager", "said"),
    [
        ("kube-controller-manager", "An autoscaler"),
        ("argocd-controller", "Argo CD sets the replicas of w"),
        ("argocd-application-controller", "Argo CD"),
        ("helm-controller", "Flux"),
        ("kustomize-controller", "Flux"),
        ("helm", None),
        ("kubectl", None),
        ("dask-helm", None),
    ],
)
def test_who(manager: str, said: str | None) -> None:
    own = deployment("w", {})
    fields: Object = {"f:spec": {"f:replicas": {}}}
    status = {"manager": "kube-controller-manager", "fieldsV1": {"f:status": {}}}
    own["metadata"]["managedFields"] = [status, {"manager": manager, "fieldsV1": fields}]
    found = warning(own)
    assert (found or "").startswith(said or "\0") == bool(said)


def test_nobody() -> None:
    assert warning(deployment("w", {})) is None
