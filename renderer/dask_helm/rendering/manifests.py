"""Rendered text to manifests in the order of installation, and manifests to YAML."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dask_helm import goyaml
from dask_helm.errors import Place, TemplateError, YamlError

Object = dict[str, Any]

HOOK = "helm.sh/hook"
_SEPARATOR = "\n---"

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
        """The object's namespace, empty when it names none."""
        return str(self._metadata.get("namespace") or "")

    @property
    def hook(self) -> bool:
        """Whether Helm creates it only on an occasion, such as `helm test`."""
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
    return sorted(found, key=_rank)


def read(source: str, text: str) -> Iterator[Manifest]:
    """Yield the manifests of one rendered file."""
    for document in _documents(text.lstrip()):
        loaded = _load(source, document) if document.strip() else None
        if loaded is not None:
            yield Manifest(source, loaded)


def _documents(text: str) -> list[str]:
    """Return what stands between lines that begin with ``---``; a regex would be slow here."""
    *others, last = text.removeprefix("---").split(_SEPARATOR)
    return [document.lstrip(" \t") for document in (*(f"{other}\n" for other in others), last)]


def _load(source: str, document: str) -> Object | None:
    try:
        loaded = goyaml.load(document, name=source, whole_numbers=True)
    except YamlError as error:
        message = f"the template does not render to YAML: {error.message}"
        raise TemplateError(message, error.place or Place(source, 1)) from None
    if loaded is None or isinstance(loaded, dict):
        return loaded
    raise TemplateError("the template renders to something that is no object", Place(source, 1))


def _rank(manifest: Manifest) -> tuple[bool, int, str]:
    rank = _RANKS.get(manifest.kind)
    if rank is None:
        return manifest.hook, len(_RANKS), manifest.kind
    return manifest.hook, rank, ""


def to_yaml(found: Iterable[Manifest]) -> str:
    """Return one YAML text that kubectl and every other reader in Go understands as it is meant."""
    return "".join(f"---\n# Source: {m.source}\n{goyaml.dump_exactly(m.object)}" for m in found)
