"""Kubernetes objects as plain data, and the target of a request."""

from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]

# The API versions of the resources that the handle uses; all others have v1.
_VERSIONS = {"deployments": "apps/v1", "ingresses": "networking.k8s.io/v1"}


@dataclass(frozen=True)
class Target:
    """The target of a request.

    Without a namespace, it is all namespaces, or an object without a namespace. `part` is a
    subresource such as `scale`.
    """

    kind: str
    namespace: str = ""
    name: str = ""
    part: str = ""
    version: str = ""

    @property
    def resource(self) -> str:
        """The resource as a Role names it: `deployments/scale`."""
        return "/".join(filter(None, (self.kind, self.part)))

    @property
    def path(self) -> str:
        """The path of the URL."""
        version = self.version or _VERSIONS.get(self.kind, "v1")
        root = f"/apis/{version}" if "/" in version else f"/api/{version}"
        space = f"namespaces/{self.namespace}" if self.namespace else ""
        return "/".join(filter(None, (root, space, self.kind, self.name, self.part)))

    def __str__(self) -> str:
        return " ".join(filter(None, (self.resource, self.name)))
