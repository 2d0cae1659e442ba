"""Reads texts that differ from earlier ones only in their values, all lines at once.

A chart renders the same lines for every cluster, with other words behind the colons. What is left
of a line without its value is its form. A text whose lines have forms that stood in this order
before is read by a plan: a function that puts the values where they belong. Texts of a form that is
met for the first time are left to simple.py, which reads them the same.
"""

import re
from typing import Any

from dask_helm.goyaml import scalars, simple
from dask_helm.goyaml.simple import NOT_SIMPLE, Plain

# A line whose value is the literal block below it, and what the first line of that begins with.
_HEADER = re.compile(
    r"^ *(?:- )*(?:[A-Za-z0-9_][A-Za-z0-9_./-]*: *)?[|][+-]?\n(?=( +)[^ \n])", re.MULTILINE
)
# A word that stands for the value of the line of that number.
SLOT = re.compile("Slot([0-9]+)Slot")

_OTHER = -1
_MOST_LINES = 16_384
_MOST_PLANS = 512
_LONGEST_TEXT = 1_000
# All texts of a cluster are read before any is written; a thousand pools have two each.
_MOST_RECENT = 4_096
# One text is read and written; a form that comes again after that may come often.
_WORTH_A_PLAN = 2


class Plan:
    """How texts of one form are read: `value` makes their value of the values of all lines.

    `skeleton` is the value with slots for the values of lines; `writing` is for rewriting.py.
    """

    __slots__ = ("skeleton", "value", "writing")

    def __init__(self, skeleton: Any) -> None:
        self.skeleton = skeleton
        self.value = eval(f"lambda values: {_code(skeleton)}")  # noqa: S307  only reprs
        self.writing: Any = None


class _Forms(dict[str, int]):
    """The number of each line's form, found out when it is asked for; `worth` are the values.

    `recent` are texts that were read by a plan, for they are written by the same.
    """

    def __init__(self, plain: Plain) -> None:
        self._plain = plain
        self._numbers: dict[Any, int] = {}
        self.worth: dict[str, Any] = {}
        self.recent: dict[str, tuple[list[str], Plan]] = {}
        self.plans: dict[tuple[int, ...], Plan | int | None] = {}

    def __missing__(self, text: str) -> int:
        number = self[text] = self._number(text)
        return number

    def _number(self, text: str) -> int:
        line = _line(text, self._plain)
        if line is None:
            return _OTHER
        self.worth[text] = line.value
        form = (line.at, line.dashes, line.key, line.value if line.later else None)
        return self._numbers.setdefault(form, len(self._numbers))

    def plan(self, lines: list[str]) -> Plan | None:
        """Return the plan for a text, None for one whose form is new or not simple."""
        form = tuple(map(self.__getitem__, lines))
        plan = self.plans.get(form, 0)
        if not isinstance(plan, int):
            return plan
        if len(lines) < _LONGEST_TEXT and _OTHER not in form:
            self.plans[form] = plan + 1 if plan < _WORTH_A_PLAN else _planned(lines)
        return None


class Reader:
    """Reads texts; `plain` tells what a word means. It forgets all forms when they are too many."""

    def __init__(self, plain: Plain) -> None:
        self._plain = plain
        self._forms = _Forms(plain)

    def read(self, text: str) -> Any:
        """Return the map or list that the text is, or NOT_SIMPLE."""
        lines, plan = self.planned(text)
        if plan is None:
            return simple.read(text, self._plain)
        return plan.value(list(map(self._forms.worth.__getitem__, lines)))

    def planned(self, text: str) -> tuple[list[str], Plan | None]:
        """Return the lines of a text and its plan, if there is one."""
        known = self._forms.recent.get(text)
        if known is not None:
            return known
        lines = split(text)
        forms = self._with_room(len(lines))
        plan = forms.plan(lines)
        if plan is not None:
            forms.recent[text] = lines, plan
        return lines, plan

    def _with_room(self, lines: int) -> _Forms:
        forms = self._forms
        if len(forms.recent) > _MOST_RECENT:
            forms.recent = {}
        if len(forms) + lines > _MOST_LINES or len(forms.plans) > _MOST_PLANS:
            forms = self._forms = _Forms(self._plain)
        return forms


WHOLE, FLOATING = Reader(scalars.whole), Reader(scalars.floating)


def split(text: str) -> list[str]:
    """Return the lines of the text; a block is one with its header."""
    lines: list[str] = []
    rest = 0
    while header := _HEADER.search(text, rest) if "|" in text else None:
        end = simple.end_of_block(text, header.end() - 1, len(header[1]))
        lines += text[rest : header.start()].split("\n")[:-1]
        lines.append(text[header.start() : end])
        rest = end
    return lines + text[rest:].split("\n")


def value_of(text: str, plain: Plain) -> Any:
    """Return the value of a line that has a form."""
    line = _line(text, plain)
    return line and line.value


def _line(text: str, plain: Plain) -> simple.Line | None:
    try:
        line = None if simple.is_strange(text) else simple.line(text.partition("\n")[0], plain)
    except (simple.OtherError, scalars.RefusedError):
        return None
    if line is None or not simple.is_block(line.value):
        return line
    read = simple.read(text, plain) if "\n" in text else NOT_SIMPLE
    return None if read is NOT_SIMPLE else line._replace(value=_innermost(read), later=False)


def _innermost(value: Any) -> Any:
    """Return the only scalar in the value."""
    while type(value) in (dict, list):
        (value,) = value.values() if type(value) is dict else value
    return value


def _planned(lines: list[str]) -> Plan | None:
    slotted = "\n".join(map(_slotted, range(len(lines)), lines))
    is_taken = any(map(SLOT.search, lines))
    skeleton = NOT_SIMPLE if is_taken else simple.read(slotted, str)
    return None if skeleton is NOT_SIMPLE else Plan(skeleton)


def _slotted(number: int, line: str) -> str:
    at = line.index("|") if "\n" in line else simple.start_of_value(line)
    return line if at is None else f"{line[:at]}Slot{number}Slot"


def _code(skeleton: Any) -> str:
    """Return the skeleton as an expression of Python."""
    if isinstance(skeleton, dict):
        return f"{{{', '.join(f'{key!r}: {_code(item)}' for key, item in skeleton.items())}}}"
    if isinstance(skeleton, list):
        return f"[{', '.join(map(_code, skeleton))}]"
    found = SLOT.fullmatch(skeleton) if skeleton is not None else None
    return f"values[{found[1]}]" if found else repr(skeleton)
