"""The nodes of a parsed template; `offset` is where in the file a node begins."""

from dataclasses import dataclass, field
from typing import TypeAlias

# The slot of an undeclared variable.
UNDEFINED = -1


@dataclass(slots=True, eq=False, repr=False)
class Dot:
    """``.``"""

    offset: int


@dataclass(slots=True, eq=False, repr=False)
class Nil:
    """``nil``"""

    offset: int


@dataclass(slots=True, eq=False, repr=False)
class Constant:
    """A string or a bool."""

    offset: int
    value: str | bool


@dataclass(slots=True, eq=False, repr=False)
class Number:
    """A number as it is written; `integer` and `real` are None where it is not one of these."""

    offset: int
    text: str
    integer: int | None
    real: float | None


@dataclass(slots=True, eq=False, repr=False)
class Field:
    """``.a.b``: keys of the dot."""

    offset: int
    names: list[str]


@dataclass(slots=True, eq=False, repr=False)
class Variable:
    """``$x.a.b``: the variable in a slot of the frame, and keys of it. Slot 0 is ``$``.

    A variable that is `UNDEFINED` is an error where it is reached.
    """

    offset: int
    name: str
    slot: int
    names: list[str]
    of_range: bool = False


@dataclass(slots=True, eq=False, repr=False)
class Identifier:
    """The name of a function."""

    offset: int
    name: str


@dataclass(slots=True, eq=False, repr=False)
class Chain:
    """``(pipeline).a.b`` or ``function.a``: keys of a result."""

    offset: int
    operand: "Operand"
    names: list[str]


@dataclass(slots=True, eq=False, repr=False)
class Command:
    """A word and its arguments, between two ``|``."""

    offset: int
    words: "list[Operand]"


@dataclass(slots=True, eq=False, repr=False)
class Pipeline:
    """Commands, each with the result of the one before as last argument.

    `declared` are the variables it sets: at most one, but two in a range.
    """

    offset: int
    commands: list[Command] = field(default_factory=list)
    declared: list[Variable] = field(default_factory=list)
    assigns: bool = False


@dataclass(slots=True, eq=False, repr=False)
class Text:
    """Text that is printed as it is."""

    offset: int
    text: str


@dataclass(slots=True, eq=False, repr=False)
class Action:
    """``{{ pipeline }}``"""

    offset: int
    pipeline: Pipeline


@dataclass(slots=True, eq=False, repr=False)
class Branch:
    """``if``, ``with`` or ``range``."""

    offset: int
    kind: str
    pipeline: Pipeline
    body: "list[Node]"
    otherwise: "list[Node]"


@dataclass(slots=True, eq=False, repr=False)
class Jump:
    """``break`` or ``continue``."""

    offset: int
    kind: str


@dataclass(slots=True, eq=False, repr=False)
class Call:
    """``{{ template "name" pipeline }}``, also the call that a ``block`` makes."""

    offset: int
    name: str
    pipeline: Pipeline | None


@dataclass(slots=True, eq=False, repr=False)
class Definition:
    """A named template: its nodes, and how many variables its frame holds."""

    name: str
    body: "list[Node]"
    slots: int

    @property
    def is_empty(self) -> bool:
        """Whether it is nothing but space; then it does not replace another definition."""
        return all(isinstance(node, Text) and not node.text.strip() for node in self.body)


Operand: TypeAlias = (
    Dot | Nil | Constant | Number | Field | Variable | Identifier | Chain | Pipeline
)
Node: TypeAlias = Text | Action | Branch | Jump | Call
