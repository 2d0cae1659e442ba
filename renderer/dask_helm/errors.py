"""The exceptions of the package. A message names the place, the problem and the fix.

DaskHelmError
├── InputError                invalid input; the command exits with 2
│   ├── ValuesError           the schema or the chart rejects the values; lists all problems
│   ├── YamlError             invalid YAML, or YAML that Kubernetes cannot read
│   ├── SettingError          an invalid expression of --set or a related option
│   ├── UsageError            an invalid release name, namespace, path or key
│   ├── ChartError            an invalid chart
│   ├── FleetError            an invalid fleet file
│   └── TemplateError         a template cannot be parsed, or its rendering fails
├── EngineError               a required program is missing or fails; the command exits with 1
└── ClusterError              an operation on a running cluster fails; exit code 1
    ├── KubernetesError       the API server rejects a request
    │   ├── KubeconfigError   no usable kubeconfig, context or service account
    │   ├── UnavailableError  the API server does not answer
    │   ├── LoginError        the credentials are invalid or have expired
    │   ├── ForbiddenError    a permission is missing; names the verb and the resource
    │   └── MissingError      an object does not exist
    ├── NoReleaseError        the release does not exist, or no release was found; exit code 2
    ├── ManyReleasesError     several releases match and none is named; exit code 2
    ├── UnknownPoolError      the release has no pool with this name; exit code 2
    ├── ArgumentError         an argument is invalid, such as a negative number of pods; exit code 2
    ├── UnreachableError      no route leads to the scheduler; lists each attempt
    ├── LostError             the scheduler does not answer any more
    ├── TlsError              the scheduler requires TLS, and no certificates were found
    ├── StartError            pods cannot start, and waiting does not help
    ├── WaitError             pods or workers did not start before the timeout
    ├── AdaptError            another handle adapts the pool
    └── ScaleError            a pool was not scaled as requested
        ├── LossError         results would be lost because no other worker can take them
        ├── BusyError         only workers with long-running tasks are left to remove
        ├── RolloutError      a rollout of the pool does not end
        └── DeviationError    Kubernetes removed other pods than those that were drained
"""

from dataclasses import dataclass, field
from typing import Any

from dask_helm.text import did_you_mean


@dataclass(frozen=True)
class Hint:
    """Advice for the user; `{}` in the text stands for the arguments to use.

    Python shows them as `force=True`, or with a release as `HelmCluster('my', namespace='team')`;
    the command line shows them as `--force` or `--release my --namespace team`.
    """

    text: str
    arguments: tuple[tuple[str, object], ...] = ()

    @property
    def in_python(self) -> str:
        """The hint for users of Python."""
        given = [f"{name}={value!r}" for name, value in self.arguments if name != "release"]
        release = [repr(value) for name, value in self.arguments if name == "release"]
        written = ", ".join(release + given)
        return self.text.format(f"HelmCluster({written})" if release else written)

    @property
    def in_shell(self) -> str:
        """The hint for users of the command line."""
        known = {"worker_group": "pool"}
        named = ((known.get(name, name).replace("_", "-"), value) for name, value in self.arguments)
        options = (f"--{name}" + ("" if value is True else f" {value}") for name, value in named)
        return self.text.format(" ".join(options))


def hint(text: str, **arguments: object) -> Hint:
    """Return a hint with arguments."""
    return Hint(text, tuple(arguments.items()))


class DaskHelmError(Exception):
    """Base class of the package's exceptions."""

    exit_code = 1

    def in_shell(self) -> str:
        """Return the message for users of the command line."""
        return str(self)

    def __reduce__(self) -> tuple[Any, ...]:
        # By default, pickle calls the class with the text alone; some classes need more arguments.
        return _restored, (type(self), self.args, vars(self))


def _restored(
    kind: type[DaskHelmError], arguments: tuple[Any, ...], state: dict[str, Any]
) -> DaskHelmError:
    error = kind.__new__(kind)
    error.args = arguments  # a subclass of OSError with its own __init__ does not set them
    vars(error).update(state)
    return error


class InputError(DaskHelmError):
    """Invalid input."""

    exit_code = 2


@dataclass(frozen=True)
class Place:
    """A position in a file: its name, and line and column, which are counted from 1.

    For an option of the command line, the line is 0.
    """

    name: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.name}:{self.line}:{self.column}" if self.line else self.name


@dataclass(frozen=True)
class Problem:
    """A problem with values.

    `path` is the value's path (``workers.default.replicas``), empty for the whole document; `place`
    is its position, None if no file contains it. `write` is the YAML to write instead; with
    `example`, it only shows the form, because the intended value is unknown.
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
    """The schema or the chart rejects the values; `problems` lists the reasons."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem).rstrip() for problem in problems))
        self.problems = problems


class PlacedError(InputError):
    """An error in a text; `place` is its position, if known."""

    def __init__(self, message: str, place: Place | None = None) -> None:
        super().__init__(f"{place}: {message}" if place else message)
        self.message = message
        self.place = place


class YamlError(PlacedError):
    """Invalid YAML, or YAML that Kubernetes cannot read."""


class SettingError(InputError):
    """An invalid expression of --set, --set-string, --set-json or --set-file."""


class UsageError(InputError):
    """An invalid release name, namespace, path or key."""


class ChartError(InputError):
    """A folder that is not a chart, or an invalid file in a chart."""


class FleetError(InputError):
    """An invalid fleet file."""


_SHOWN_CALLS = 10


@dataclass
class TemplateError(InputError):
    """A template cannot be parsed, or its rendering fails.

    `called_from` are the places of the calls (include, template, tpl) around it, the innermost
    first; `stated` is true if the template raised the error for the user, with fail or required.
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
    """A required program is missing or fails."""


class ClusterError(DaskHelmError):
    """An operation on a running cluster fails; `hint` is advice for the user."""

    def __init__(self, message: str, *, hint: Hint | None = None) -> None:
        super().__init__(message)
        self.hint = hint

    @property
    def message(self) -> str:
        """The message without the hint."""
        return super().__str__()

    def __str__(self) -> str:
        return self._with(self.hint.in_python if self.hint else "")

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows (IPython's protocol): the message, without a traceback."""
        return [f"{type(self).__name__}: {self}"]

    def in_shell(self) -> str:
        """Return message and hint for users of the command line."""
        return self._with(self.hint.in_shell if self.hint else "")

    def _with(self, hint: str) -> str:
        separator = "\n" if "\n" in self.message else ". "
        return f"{self.message}{separator}{hint}" if hint else self.message


class KubernetesError(ClusterError):
    """The API server rejected a request; `status` is the HTTP status, 0 without an answer."""

    def __init__(self, message: str, status: int = 0, *, hint: Hint | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class KubeconfigError(KubernetesError):
    """There is no usable kubeconfig, context or service account."""


class UnavailableError(KubernetesError, ConnectionError):
    """The API server does not answer."""


class LoginError(KubernetesError):
    """The credentials are invalid or have expired."""


class ForbiddenError(KubernetesError, PermissionError):
    """A permission is missing: `verb` on `resource` in `namespace`."""

    def __init__(self, verb: str, resource: str, namespace: str, reason: str) -> None:
        kind, _, part = resource.partition("/")
        self.verb, self.resource, self.namespace = verb, resource, namespace
        where = f"namespace {namespace}" if namespace else "all namespaces"
        check = f"kubectl auth can-i {verb} {kind}" + (f" --subresource={part}" if part else "")
        scope = f"-n {namespace}" if namespace else "--all-namespaces"
        super().__init__(
            f"You are not allowed to {verb} {resource} in {where}. Ask for a Role with this right "
            f"(rbac in docs/cluster.md), and check it with: {check} {scope}\n"
            f"  The API server's message: {reason}",
            403,
        )


class MissingError(KubernetesError, LookupError):
    """An object does not exist."""


class NoReleaseError(ClusterError, RuntimeError):
    """The release does not exist, or no release was found."""

    exit_code = 2


class ManyReleasesError(ClusterError, ValueError):
    """Several releases match, and none is named."""

    exit_code = 2


class UnknownPoolError(ClusterError, ValueError):
    """The release has no pool with this name; `pools` are the existing ones."""

    exit_code = 2

    def __init__(self, pool: str, release: str, pools: list[str]) -> None:
        self.pool, self.pools = pool, pools
        known = ", ".join(pools) or "none"
        hint = did_you_mean(pool, pools)
        super().__init__(f"{release} has no pool {pool!r}{hint}. Pools: {known}")


class ArgumentError(ClusterError, ValueError):
    """An argument is invalid, such as a negative number of pods."""

    exit_code = 2


@dataclass(frozen=True)
class Attempt:
    """A route to the scheduler that was tried, and why it failed."""

    route: str
    target: str
    reason: str

    def __str__(self) -> str:
        return f"{self.route} ({self.target}): {self.reason}"


class UnreachableError(ClusterError, RuntimeError):
    """No route leads to the scheduler; `attempts` are those that were tried."""

    def __init__(self, release: str, attempts: list[Attempt], *, hint: Hint) -> None:
        tried = "".join(f"\n  {attempt}" for attempt in attempts)
        super().__init__(f"Cannot reach the scheduler of {release}:{tried}", hint=hint)
        self.attempts = attempts


class LostError(ClusterError, ConnectionError):
    """The scheduler was connected and does not answer any more."""


class TlsError(ClusterError):
    """The scheduler requires TLS, and no certificates were found."""


class _TroubledError(ClusterError):
    """Pods do not reach the expected state; `troubles` are the reasons, one per pod."""

    def __init__(self, message: str, troubles: list[str]) -> None:
        super().__init__(message + "".join(f"\n  {trouble}" for trouble in troubles))
        self.troubles = troubles


class StartError(_TroubledError, RuntimeError):
    """Pods cannot start, and waiting does not help; `troubles` are the reasons, one per pod."""


class WaitError(_TroubledError, TimeoutError):
    """Pods or workers did not start before the timeout; `troubles` as in StartError."""


class AdaptError(ClusterError, RuntimeError):
    """Another handle adapts the pool."""


class ScaleError(ClusterError, RuntimeError):
    """A pool was not scaled as requested."""


class LossError(ScaleError):
    """Results would be lost because no other worker can take them; `keys` are the known ones."""

    def __init__(self, message: str, keys: list[str], *, hint: Hint | None = None) -> None:
        super().__init__(message, hint=hint)
        self.keys = keys


class BusyError(ScaleError):
    """Only workers with long-running tasks are left to remove; `pods` are their pods."""

    def __init__(self, message: str, pods: list[str], *, hint: Hint | None = None) -> None:
        super().__init__(message, hint=hint)
        self.pods = pods


class RolloutError(ScaleError):
    """A rollout of the pool does not end."""


class DeviationError(ScaleError):
    """Kubernetes removed other pods than those that were drained; `pods` are the others."""

    def __init__(self, message: str, pods: list[str]) -> None:
        super().__init__(message)
        self.pods = pods
