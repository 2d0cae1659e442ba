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
└── EngineError               a program that is needed is missing or broke; the command exits with 1
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
    error = kind.__new__(kind, *arguments)
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
