"""Names of releases and namespaces."""

import re

from dask_helm.errors import UsageError

LONGEST_RELEASE = 53
LONGEST_NAMESPACE = 63

_LABEL = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_RELEASE = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_NAMESPACE = re.compile(_LABEL)


def check_release(name: str) -> None:
    """Raise UsageError for a name that Helm takes for no release."""
    rule = f"at most {LONGEST_RELEASE} lower-case letters, digits, dashes and dots"
    _check("release name", name, _RELEASE, LONGEST_RELEASE, rule)


def check_namespace(name: str) -> None:
    """Raise UsageError for what Kubernetes takes for no namespace; empty means the default one.

    `helm template` takes any text, and `kubectl` would refuse the manifests.
    """
    rule = f"at most {LONGEST_NAMESPACE} lower-case letters, digits and dashes"
    if name:
        _check("namespace", name, _NAMESPACE, LONGEST_NAMESPACE, rule)


def _check(kind: str, name: str, pattern: re.Pattern[str], longest: int, rule: str) -> None:
    if pattern.fullmatch(name) and len(name) <= longest:
        return
    proper = _proper(name, pattern, longest)
    raise UsageError(
        f"the {kind} {name!r} {_fault(name, longest)}; it is made of {rule}, and begins and ends "
        f"with a letter or digit. Write: {proper}"
    )


def _fault(name: str, longest: int) -> str:
    if not name:
        return "is empty"
    if len(name) > longest:
        return f"has {len(name)} characters"
    wrong = re.search(r"[^-a-z0-9.]", name)
    return f"holds {wrong[0]!r}" if wrong else "begins, ends or goes on where it may not"


def _proper(name: str, pattern: re.Pattern[str], longest: int) -> str:
    """Return the nearest name that is right."""
    kept = "-a-z0-9." if pattern is _RELEASE else "-a-z0-9"
    words = re.sub(rf"[^{kept}]+", "-", name.lower())
    joined = re.sub(r"-*\.[-.]*", ".", words)[:longest].strip("-.")
    return joined or "dask"
