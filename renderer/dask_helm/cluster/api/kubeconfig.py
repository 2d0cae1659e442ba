"""Kubeconfig files, merged as in kubectl, and the entries of a context.

The library's own merging differs from kubectl's: the last `current-context` wins there, and it
finds a user's files relative to the file of the cluster.
"""

import base64
import binascii
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from dask_helm.errors import KubeconfigError, hint
from dask_helm.text import did_you_mean

DEFAULT = "~/.kube/config"
HINT = hint(
    "Check with `kubectl config get-contexts`, or choose others: {}",
    kubeconfig="FILE",
    context="NAME",
)
_IN_POD = hint(
    "This pod has no token for the API server either. Run it with a service account that has the "
    "permissions (rbac in docs/cluster.md), in JupyterHub by singleuser.serviceAccountName",
)
_KINDS = {"contexts": "context", "clusters": "cluster", "users": "user"}


@dataclass(frozen=True)
class Entry:
    """A context, cluster or user: its values, and the file that contains them."""

    name: str
    values: dict[str, Any]
    path: Path

    def file(self, key: str) -> Path | None:
        """Return the file that a key names, which may be relative to the kubeconfig."""
        given = self.values.get(key)
        return self.path.parent / str(given) if given else None

    def pem(self, key: str) -> str | None:
        """Return certificates or a key, from `KEY-data` or from the file that `KEY` names."""
        if data := self.values.get(f"{key}-data"):
            try:
                return base64.b64decode(str(data), validate=False).decode()
            except (binascii.Error, UnicodeDecodeError) as error:
                raise KubeconfigError(f"{self.path}: {key}-data is not base64: {error}") from None
        if file := self.file(key):
            try:
                return file.read_text()
            except OSError as error:
                raise KubeconfigError(f"{self.path}: cannot read {key} {file}: {error}") from error
        return None


@dataclass
class Kubeconfig:
    """The merged files; of entries with the same name, and of current contexts, the first wins."""

    current_context: str = ""
    contexts: dict[str, Entry] = field(default_factory=dict)
    clusters: dict[str, Entry] = field(default_factory=dict)
    users: dict[str, Entry] = field(default_factory=dict)

    def add(self, given: dict[str, Any], path: Path) -> None:
        """Add the content of one more file."""
        self.current_context = self.current_context or given.get("current-context") or ""
        for kind, key in _KINDS.items():
            known: dict[str, Entry] = getattr(self, kind)
            for entry in given.get(kind) or []:
                known.setdefault(entry["name"], Entry(entry["name"], entry.get(key) or {}, path))

    def context(self, name: str | None) -> Entry:
        """Return the named context, or the current one. Raises KubeconfigError."""
        wanted = name or self.current_context
        if wanted in self.contexts:
            return self.contexts[wanted]
        known = ", ".join(self.contexts) or "none"
        if not wanted:
            advice = hint("Choose one: {}", context="NAME")
            raise KubeconfigError(f"No current context is set. Contexts: {known}", hint=advice)
        meant = did_you_mean(wanted, self.contexts)
        raise KubeconfigError(f"There is no context {wanted!r}{meant}. Contexts: {known}")

    def cluster(self, context: Entry) -> Entry:
        """Return the cluster that a context names. Raises KubeconfigError."""
        name = str(context.values.get("cluster") or "")
        if name not in self.clusters:
            raise KubeconfigError(f"Context {context.name!r} names no known cluster: {name!r}")
        return self.clusters[name]

    def user(self, context: Entry) -> Entry:
        """Return the user that a context names; without one, requests are anonymous."""
        name = str(context.values.get("user") or "")
        if name and name not in self.users:
            raise KubeconfigError(f"Context {context.name!r} names no known user: {name!r}")
        return self.users.get(name) or Entry("", {}, context.path)


def paths(kubeconfig: str | None) -> list[Path]:
    """Return the files to read: the given one, those of KUBECONFIG, or ~/.kube/config.

    Raises KubeconfigError when none of them exists.
    """
    given = named(kubeconfig)
    found = [Path(one).expanduser() for one in given.split(os.pathsep) if one]
    existing = [path for path in found if path.is_file()]
    if not existing:
        in_pod = given == DEFAULT and "KUBERNETES_SERVICE_HOST" in os.environ
        raise KubeconfigError(f"There is no kubeconfig {given}", hint=_IN_POD if in_pod else HINT)
    return existing


def named(kubeconfig: str | None) -> str:
    """Return the files that `paths` reads, as the argument or KUBECONFIG names them."""
    return kubeconfig or os.environ.get("KUBECONFIG") or DEFAULT


def read(files: Iterable[Path]) -> Kubeconfig:
    """Read and merge kubeconfig files. Raises KubeconfigError."""
    merged = Kubeconfig()
    for path in files:
        try:
            given = yaml.safe_load(path.read_text())
            merged.add({} if given is None else given, path.absolute())
        except (OSError, ValueError, yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
            reason = " ".join(str(error).split())
            raise KubeconfigError(f"Cannot read kubeconfig {path}: {reason}", hint=HINT) from error
    return merged


def save_user(user: Entry) -> None:
    """Write the values of a user back into its file, as kubectl does with a refreshed token."""
    given = yaml.safe_load(user.path.read_text())
    for entry in given["users"]:
        if entry["name"] == user.name:
            entry["user"] = user.values
    user.path.write_text(yaml.safe_dump(given, sort_keys=False))
