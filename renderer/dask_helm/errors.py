"""Every error that the package raises on purpose; each message says where, what and what to write.

DaskHelmError
├── InputError                what the user wrote is wrong; the command exits with 2
│   ├── ValuesError           values that schema or chart refuse, all of them at once
│   ├── YamlError             text that is no YAML, or YAML that Kubernetes could not read
│   ├── SettingError          --set and its relatives
│   ├── UsageError            a release name, a namespace, a path, a key that does not exist
│   ├── ChartError            a folder that is no chart
│   ├── FleetError            a fleet file that cannot be read
│   └── TemplateError         a template that cannot be parsed, or fails when it is rendered
├── EngineError               a program that is needed is missing or broke; the command exits with 1
└── ClusterError              what cannot be done with a running cluster; the command exits with 1
    ├── KubernetesError       the API server refuses or does not answer
    │   ├── KubeconfigError   no usable kubeconfig, context or service account
    │   ├── UnavailableError  nobody answers at the API server's address
    │   ├── LoginError        the credentials are wrong or have expired
    │   ├── ForbiddenError    a right is missing; verb and resource are named
    │   └── MissingError      an object that does not exist
    ├── NoReleaseError        there is no release of that name, or none at all; exit code 2
    ├── ManyReleasesError     a name is needed, for there are several releases; exit code 2
    ├── UnknownGroupError     a release has no such group of workers; exit code 2
    ├── ArgumentError         an argument that makes no sense, as a negative number of workers
    ├── UnreachableError      no way leads to the scheduler; what was tried and why it failed
    ├── LostError             the scheduler was reached and does not answer any more
    ├── TlsError              the scheduler wants TLS and no certificates are at hand
    ├── StartError            pods do not start, and waiting will not mend it
    ├── WaitError             pods or workers are not there within the time that was given
    ├── AdaptError            another handle adapts the pool
    └── ScaleError            a pool was not scaled, or not as it was asked for
        ├── LossError         results would be lost, for no other worker can take them
        ├── BusyError         only workers with long-running tasks could go
        ├── RolloutError      a rollout of the pool does not end
        └── DeviationError    Kubernetes removed other pods than those that were drained
"""

from dataclasses import dataclass, field
from typing import Any


class DaskHelmError(Exception):
    """The base of them all."""

    exit_code = 1

    def __reduce__(self) -> tuple[Any, ...]:
        # Python would make it anew from its text alone, and some classes take more than that.
        return _restored, (type(self), self.args, vars(self))


def _restored(
    kind: type[DaskHelmError], arguments: tuple[Any, ...], state: dict[str, Any]
) -> DaskHelmError:
    error = kind.__new__(kind)
    error.args = arguments  # an OSError with an __init__ of ours takes them nowhere else
    vars(error).update(state)
    return error


class InputError(DaskHelmError):
    """What the user wrote is wrong."""

    exit_code = 2


@dataclass(frozen=True)
class Place:
    """Where something stands in a text: a file's name, line and column, both counted from 1.

    An option of the command line is a place without lines: its line is 0.
    """

    name: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.name}:{self.line}:{self.column}" if self.line else self.name


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with values.

    `path` is the value's path (``workers.default.replicas``), empty for the whole; `place` is
    where the user wrote it, None for what no file holds; `write` is the YAML to write instead, only
    an `example` of it where it cannot be told what was meant.
    """

    message: str
    path: str = ""
    place: Place | None = None
    suggestion: str | None = None
    write: str | None = None
    example: bool = False

    def __str__(self) -> str:
        where = ": ".join(str(part) for part in (self.place, self.path) if part)
        hint = f" (did you mean {self.suggestion}?)" if self.suggestion else ""
        first = f"{where}: {self.message}{hint}" if where else f"{self.message}{hint}"
        if not self.write:
            return first
        head = "write, for example" if self.example else "write"
        return f"{first}\n  {head}:\n" + "".join(f"    {s}\n" for s in self.write.splitlines())


class ValuesError(InputError):
    """Values that schema or chart refuse; `problems` holds each of them."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem).rstrip() for problem in problems))
        self.problems = problems


class PlacedError(InputError):
    """An error in a text; `place` tells where, when that is known."""

    def __init__(self, message: str, place: Place | None = None) -> None:
        super().__init__(f"{place}: {message}" if place else message)
        self.message = message
        self.place = place


class YamlError(PlacedError):
    """Text that is no YAML, or YAML that Kubernetes could not read."""


class SettingError(InputError):
    """An expression of --set, --set-string, --set-json or --set-file that cannot be read."""


class UsageError(InputError):
    """A release name, a namespace, a path or a key that does not exist or is not allowed."""


class ChartError(InputError):
    """A folder that is no chart, or a file of a chart that cannot be read."""


class FleetError(InputError):
    """A fleet file that cannot be read."""


_SHOWN_CALLS = 10


@dataclass
class TemplateError(InputError):
    """A template that cannot be parsed, or fails when it is rendered.

    `called_from` are the places of the calls (include, template, tpl) around it, the innermost
    first; `stated` says that the template raised it itself, by fail or required, to
    speak to the user.
    """

    message: str
    place: Place
    called_from: list[Place] = field(default_factory=list)
    stated: bool = False

    def __str__(self) -> str:
        lines = [f"\n  called from {place}" for place in self.called_from]
        if len(lines) > _SHOWN_CALLS:
            lines[_SHOWN_CALLS - 1 : -1] = ["\n  …"]
        return f"{self.place}: {self.message}{''.join(lines)}"


class EngineError(DaskHelmError):
    """A program that is needed is missing, or it broke."""


class ClusterError(DaskHelmError):
    """What cannot be done with a running cluster."""


class KubernetesError(ClusterError):
    """The API server refuses, or it does not answer; `status` is the HTTP status, 0 for none."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class KubeconfigError(KubernetesError):
    """There is no usable kubeconfig, context or service account."""


class UnavailableError(KubernetesError, ConnectionError):
    """Nobody answers at the API server's address."""


class LoginError(KubernetesError):
    """The credentials are wrong, or they have expired."""


class ForbiddenError(KubernetesError, PermissionError):
    """A right is missing: `verb` on `resource` in `namespace`."""

    def __init__(self, verb: str, resource: str, namespace: str, said: str) -> None:
        kind, _, part = resource.partition("/")
        self.verb, self.resource, self.namespace = verb, resource, namespace
        where = f"namespace {namespace}" if namespace else "all namespaces"
        check = f"kubectl auth can-i {verb} {kind}" + (f" --subresource={part}" if part else "")
        scope = f"-n {namespace}" if namespace else "--all-namespaces"
        super().__init__(
            f"the right is missing to {verb} {resource} in {where}. Ask for a Role with it "
            f"(rbac in docs/cluster.md) and check with: {check} {scope}\n"
            f"  the API server says: {said}",
            403,
        )


class MissingError(KubernetesError, LookupError):
    """An object does not exist."""


class NoReleaseError(ClusterError, RuntimeError):
    """There is no release of that name, or none at all."""

    exit_code = 2


class ManyReleasesError(ClusterError, ValueError):
    """A name is needed, for there are several releases."""

    exit_code = 2


class UnknownGroupError(ClusterError, ValueError):
    """A release has no such group of workers."""

    exit_code = 2

    def __init__(self, group: str, release: str, groups: list[str]) -> None:
        known = ", ".join(groups) or "none"
        super().__init__(f"{release} has no worker group {group!r}; its groups are: {known}")


class ArgumentError(ClusterError, ValueError):
    """An argument that makes no sense."""

    exit_code = 2


@dataclass(frozen=True)
class Attempt:
    """A way to the scheduler that was tried, and why it failed."""

    way: str
    target: str
    reason: str

    def __str__(self) -> str:
        return f"{self.way} ({self.target}): {self.reason}"


class UnreachableError(ClusterError, RuntimeError):
    """No way leads to the scheduler; `attempts` holds those that were tried."""

    def __init__(self, release: str, attempts: list[Attempt], advice: str) -> None:
        tried = "".join(f"\n  {attempt}" for attempt in attempts)
        super().__init__(f"the scheduler of {release} cannot be reached.{tried}\n{advice}")
        self.attempts = attempts


class LostError(ClusterError, ConnectionError):
    """The scheduler was reached and does not answer any more."""


class TlsError(ClusterError):
    """The scheduler wants TLS, and no certificates are at hand."""


class _TroubledError(ClusterError):
    """Pods do not do what is waited for; `troubles` says why, for each of them."""

    def __init__(self, message: str, troubles: list[str]) -> None:
        super().__init__(message + "".join(f"\n  {trouble}" for trouble in troubles))
        self.troubles = troubles


class StartError(_TroubledError, RuntimeError):
    """Pods do not start, and waiting will not mend it; `troubles` says why, for each of them."""


class WaitError(_TroubledError, TimeoutError):
    """Pods or workers are not there within the time that was given; `troubles` as in StartError."""


class AdaptError(ClusterError, RuntimeError):
    """Another handle adapts the pool."""


class ScaleError(ClusterError, RuntimeError):
    """A pool was not scaled, or not as it was asked for."""


class LossError(ScaleError):
    """Results would be lost, for no other worker can take them; `keys` are those that are known."""

    def __init__(self, message: str, keys: list[str]) -> None:
        super().__init__(message)
        self.keys = keys


class BusyError(ScaleError):
    """Only workers with long-running tasks could go; `pods` are theirs."""

    def __init__(self, message: str, pods: list[str]) -> None:
        super().__init__(message)
        self.pods = pods


class RolloutError(ScaleError):
    """A rollout of the pool does not end."""


class DeviationError(ScaleError):
    """Kubernetes removed other pods than those that were drained; `pods` are the others."""

    def __init__(self, message: str, pods: list[str]) -> None:
        super().__init__(message)
        self.pods = pods
