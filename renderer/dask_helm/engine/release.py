"""A release: its name and its namespace, and which names Helm and Kubernetes take."""

import re
from dataclasses import dataclass

from dask_helm.errors import UsageError

LONGEST_RELEASE = 53
LONGEST_NAMESPACE = 63

_LABEL = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_RELEASE = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_NAMESPACE = re.compile(_LABEL)


@dataclass(frozen=True)
class Release:
    """The arguments of `helm install NAME --namespace NAMESPACE`."""

    name: str = "dask"
    namespace: str = "default"

    def check(self) -> None:
        """Raise UsageError for names that Helm or Kubernetes refuse, for both at once."""
        # `helm template` accepts any namespace, but `kubectl` would reject the manifests.
        namespace = self.namespace or "default"
        faults = (
            _fault("release name", self.name, _RELEASE, LONGEST_RELEASE, "digits, dashes and dots"),
            _fault("namespace", namespace, _NAMESPACE, LONGEST_NAMESPACE, "digits and dashes"),
        )
        if any(faults):
            raise UsageError("\n".join(filter(None, faults)))

    def as_data(self) -> dict[str, object]:
        """Return what templates see as ``.Release`` when nothing is installed yet."""
        return {
            "Name": self.name,
            "Namespace": self.namespace or "default",
            "Service": "Helm",
            "Revision": 1,
            "IsInstall": True,
            "IsUpgrade": False,
        }


def _fault(kind: str, name: str, pattern: re.Pattern[str], longest: int, others: str) -> str:
    """Return what is wrong with a name and the nearest valid one; empty for a valid name."""
    if pattern.fullmatch(name) and len(name) <= longest:
        return ""
    fault = "has a dash or dot in the wrong place"
    if not name:
        fault = "is empty"
    elif len(name) > longest:
        fault = f"has {len(name)} characters"
    elif wrong := re.search(r"[^-a-z0-9.]", name):
        fault = f"contains {wrong[0]!r}"
    kept = "-a-z0-9." if pattern is _RELEASE else "-a-z0-9"
    words = re.sub(rf"[^{kept}]+", "-", name.lower())
    nearest = re.sub(r"-*\.[-.]*", ".", words)[:longest].strip("-.") or "dask"
    return (
        f"invalid {kind} {name!r}: it {fault}. Use at most {longest} lower-case letters, {others}; "
        f"begin and end with a letter or digit. Write: {nearest}"
    )
