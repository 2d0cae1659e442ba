"""Rendered text to manifests in the order of installation, and manifests to YAML."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dask_helm.engine import yaml as goyaml
from dask_helm.errors import Place, TemplateError, YamlError

Object = dict[str, Any]

HOOK = "helm.sh/hook"
_SEPARATOR = "\n---"
_CONTEXT = 4  # lines of rendered text in an error

# What is needed by others comes first; Helm's order, so that both engines agree.
INSTALL_ORDER = (
    "PriorityClass", "Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange",
    "PodSecurityPolicy", "PodDisruptionBudget", "ServiceAccount", "Secret", "SecretList",
    "ConfigMap", "StorageClass", "PersistentVolume", "PersistentVolumeClaim",
    "CustomResourceDefinition", "ClusterRole", "ClusterRoleList", "ClusterRoleBinding",
    "ClusterRoleBindingList", "Role", "RoleList", "RoleBinding", "RoleBindingList", "Service",
    "DaemonSet", "Pod", "ReplicationController", "ReplicaSet", "Deployment",
    "HorizontalPodAutoscaler", "StatefulSet", "Job", "CronJob", "IngressClass", "Ingress",
    "APIService", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration",
)  # fmt: skip
_RANKS = {kind: rank for rank, kind in enumerate(INSTALL_ORDER)}


@dataclass(frozen=True)
class Manifest:
    """An object for Kubernetes, and the template it comes from (``dask/templates/…``)."""

    source: str
    object: Object

    @property
    def kind(self) -> str:
        """The object's kind, such as Deployment."""
        return str(self.object.get("kind") or "")

    @property
    def name(self) -> str:
        """The object's name."""
        return str(self._metadata.get("name") or "")

    @property
    def namespace(self) -> str:
        """The object's namespace, empty if it has none."""
        return str(self._metadata.get("namespace") or "")

    @property
    def hook(self) -> bool:
        """Whether it is a hook, which Helm creates only for an event such as `helm test`."""
        return HOOK in (self._metadata.get("annotations") or {})

    @property
    def _metadata(self) -> Object:
        metadata = self.object.get("metadata")
        return metadata if isinstance(metadata, dict) else {}


def manifests(rendered: Mapping[str, str]) -> list[Manifest]:
    """Return the manifests of rendered files in Helm's order: by kind, hooks last.

    Raises TemplateError for a file that rendered to anything but objects.
    """
    found = [m for source in sorted(rendered) for m in read(source, rendered[source])]
    return sorted(found, key=lambda m: (m.hook, _RANKS.get(m.kind, len(_RANKS)), m.kind))


def read(source: str, text: str) -> Iterator[Manifest]:
    """Yield the manifests of one rendered file."""
    text = text.lstrip() if text.endswith("\n") else f"{text.lstrip()}\n"
    *others, last = text.removeprefix("---").split(_SEPARATOR)
    for document in (*(f"{other}\n" for other in others), last):
        if not document.strip():
            continue
        own = document.lstrip(" \t")
        try:
            loaded = goyaml.load(own, name=source, whole_numbers=True)
        except YamlError as error:
            shown = _excerpt(own, error.place.line) if error.place else ""
            message = f"the template does not render to YAML: {error.message}{shown}"
            raise TemplateError(message, Place(source, 0)) from None
        if isinstance(loaded, dict):
            yield Manifest(source, loaded)
        elif loaded is not None:
            raise TemplateError("the template does not render to an object", Place(source, 1))


def _excerpt(text: str, line: int) -> str:
    """Return the line of a rendered text that is wrong, and the lines before it."""
    lines = text.split("\n")[:line]
    first = max(0, line - _CONTEXT)
    numbered = [f"{number + 1:>6} | {lines[number]}" for number in range(first, len(lines))]
    return f". Line {line} of the rendered text:\n" + "\n".join(numbered)


def to_yaml(found: Iterable[Manifest]) -> str:
    """Return one YAML text that kubectl and every other reader in Go understands as it is meant."""
    return "".join(f"---\n# Source: {m.source}\n{goyaml.dump_exactly(m.object)}" for m in found)
