"""Whole objects of any kind, as `diff --live` compares them with rendered manifests."""

import asyncio
from collections.abc import Iterable

from dask_helm.cluster.api.client import Kubernetes
from dask_helm.cluster.api.objects import Object, Target
from dask_helm.errors import KubernetesError, MissingError

# The kinds that charts install into a namespace, and that can be listed without special rights.
LISTED = {
    ("v1", "ConfigMap"): "configmaps",
    ("v1", "Service"): "services",
    ("v1", "PersistentVolumeClaim"): "persistentvolumeclaims",
    ("apps/v1", "Deployment"): "deployments",
    ("networking.k8s.io/v1", "Ingress"): "ingresses",
    ("networking.k8s.io/v1", "NetworkPolicy"): "networkpolicies",
    ("policy/v1", "PodDisruptionBudget"): "poddisruptionbudgets",
}


class Manifests:
    """Reads and checks objects; `namespace` is the default for objects without one."""

    def __init__(self, kubernetes: Kubernetes, namespace: str) -> None:
        self._kubernetes, self.namespace = kubernetes, namespace
        self._resources: dict[str, list[Object]] = {}

    async def existing(self, objects: Iterable[Object]) -> list[Object]:
        """Return the objects that exist, as the API server has them."""

        async def read(one: Object) -> Object | None:
            try:
                return await self._kubernetes.read(await self._target(one))
            except MissingError:
                return None

        found = await asyncio.gather(*map(read, objects))
        return [one for one in found if one is not None]

    async def labelled(self, selector: str) -> list[Object]:
        """Return the objects of the kinds in LISTED that have these labels."""
        params = {"labelSelector": selector}
        answers = await asyncio.gather(
            *(
                self._kubernetes.find(resource, self.namespace, params, version)
                for (version, _), resource in LISTED.items()
            )
        )
        return [
            {"apiVersion": version, "kind": kind, **one}
            for (version, kind), found in zip(LISTED, answers, strict=True)
            for one in found
        ]

    async def stored(self, objects: Iterable[Object]) -> tuple[list[Object], str]:
        """Return what the API server would store in place of existing objects; it stores nothing.

        The second result is the text of its errors for the objects that it rejects, or "".
        """

        async def check(one: Object) -> Object:
            return await self._kubernetes.check_update(await self._target(one), one)

        answers = await asyncio.gather(*map(check, objects), return_exceptions=True)
        refusals = [one for one in answers if isinstance(one, BaseException)]
        for one in refusals:
            if not isinstance(one, KubernetesError):
                raise one
        accepted = [one for one in answers if not isinstance(one, BaseException)]
        return accepted, "\n".join(map(str, refusals))

    async def _target(self, one: Object) -> Target:
        version, kind, metadata = one["apiVersion"], one["kind"], one["metadata"]
        if version not in self._resources:
            try:
                self._resources[version] = await self._kubernetes.resources(version)
            except MissingError:
                self._resources[version] = []
        for resource in self._resources[version]:
            if resource["kind"] == kind and "/" not in resource["name"]:
                space = metadata.get("namespace") or self.namespace
                namespace = space if resource["namespaced"] else ""
                return Target(resource["name"], namespace, metadata["name"], version=version)
        raise KubernetesError(f"The cluster has no kind {kind} in apiVersion {version}")
