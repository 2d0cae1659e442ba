r"""The grammar of --set and its relatives: names, indexes and where a value begins.

    workers.a.replicas=2,image.tag=x        names divided by dots, assignments divided by commas
    tolerations[0].key=spot                 an index of a list
    podLabels.example\.com/team=research    a backslash keeps a dot, a comma, an equals sign

Helm reads some texts that stop early (`a.`, `a[0]`) as if they were right; so does this.
"""

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from dask_helm.engine.yaml.anchors import MAX_DEPTH, TOO_DEEP
from dask_helm.errors import SettingError

MOST_NAMES = 30

_INDEX = re.compile(r"[+-]?[0-9]+", re.ASCII)


@dataclass(frozen=True)
class Assignment:
    """One value and the names and indexes that lead to it.

    `missing` says that the text ended where the value should stand: then `value` is the empty text
    that Helm takes instead; `cut` that it ended before the equals sign, so that nothing is set.
    """

    steps: tuple[str | int, ...]
    offset: int
    value: Any = ""
    missing: bool = False
    cut: bool = False


class Value(NamedTuple):
    """A value that was read."""

    value: Any


@dataclass
class Scanner:
    """The text of an expression, and how far it is read."""

    flag: str
    text: str
    escapes: bool = True
    offset: int = 0

    @property
    def ended(self) -> bool:
        """Return whether all is read."""
        return self.offset >= len(self.text)

    def until(self, stops: str) -> tuple[str, str]:
        """Return what stands before the next of the characters, and that one, "" at the end."""
        characters: list[str] = []
        while not self.ended:
            character = self._next()
            if character in stops:
                return "".join(characters), character
            if character == "\\" and self.escapes:
                character = "" if self.ended else self._next()
            characters.append(character)
        return "".join(characters), ""

    def skip(self, characters: str) -> bool:
        """Read over one of the characters; return whether there was one."""
        found = not self.ended and self.text[self.offset] in characters
        self.offset += found
        return found

    def error(self, what: str, write: str, offset: int | None = None) -> SettingError:
        """Return an error that points into the expression; `write` is the right expression."""
        return self.advise(what, f"write: {self.flag} {shlex.quote(write)}", offset)

    def advise(self, what: str, advice: str, offset: int | None = None) -> SettingError:
        """Return an error that points into the expression, with advice in words."""
        text = "".join(c if c.isprintable() else " " for c in self.text)
        caret = " " * (self.offset if offset is None else offset) + "^"
        return SettingError(f"{self.flag}: {what}\n  {text}\n  {caret}\n  {advice}")

    def _next(self) -> str:
        self.offset += 1
        return self.text[self.offset - 1]


@dataclass
class Grammar:
    """Reads assignments; `read_value` reads what is right of an equals sign, None for nothing."""

    scanner: Scanner
    read_value: Callable[[Scanner], Value | None]

    def assignments(self) -> Iterator[Assignment]:
        """Yield the assignments in their order; SettingError where the text is wrong."""
        while not self.scanner.ended:
            yield self._assignment()

    def _assignment(self) -> Assignment:
        start = self.scanner.offset
        steps: list[str | int] = []
        stop = "."
        while stop in (".", "["):
            stop = self._name(steps) if stop == "." else self._index(steps)
            if len(steps) > MAX_DEPTH:
                raise self.scanner.advise(TOO_DEEP, "use fewer names and indexes")
        if stop != "=":
            return Assignment(tuple(steps), start, cut=True)
        found = self.read_value(self.scanner)
        return Assignment(tuple(steps), start, found.value if found else "", missing=not found)

    def _name(self, steps: list[str | int]) -> str:
        """Read a name; return what follows it."""
        start = self.scanner.offset
        # A literal value may hold commas, so its names may, too.
        name, stop = self.scanner.until("=[,." if self.scanner.escapes else "=[.")
        steps.append(name)
        if stop == "," or (name and not stop):
            raise self._no_value(name, start, self.scanner.offset - len(stop))
        # Helm counts a name inside a name; an index between them does not count.
        depth = 1 + sum(isinstance(a, str) and isinstance(b, str) for a, b in pairwise(steps))
        if stop == "." and depth > MOST_NAMES:
            what = f"more than {MOST_NAMES} nested names"
            raise self.scanner.advise(what, "write deeply nested values in a values file")
        return stop

    def _index(self, steps: list[str | int]) -> str:
        """Read an index; return what follows its bracket."""
        start = self.scanner.offset
        digits, stop = self.scanner.until("]")
        if not stop:
            raise self._unclosed(start)
        if not (_INDEX.fullmatch(digits) and len(digits) < 20 and int(digits) >= 0):
            what = f'"{digits}" is not a valid index; use 0, 1, 2, …'
            raise self.scanner.error(what, self._with(start, "0", skip=len(digits)), start)
        steps.append(int(digits))
        rest_start = self.scanner.offset
        rest, stop = self.scanner.until("[.=")
        if rest:
            what = f'expected `=`, `.` or `[` after the index, got "{rest}"'
            right = self._with(rest_start, "." if stop else "=")
            raise self.scanner.error(what, right, rest_start)
        return stop

    def _unclosed(self, start: int) -> SettingError:
        """Suggest the closing bracket after the digits."""
        text = self.scanner.text
        rest = text[start:].lstrip("0123456789")
        digits = text[start : len(text) - len(rest)]
        right = f"{text[:start]}{digits or 0}]{rest or '=VALUE'}"
        return self.scanner.error("the bracket is not closed", right, start - 1)

    def _no_value(self, name: str, start: int, end: int) -> SettingError:
        """Return the error for a name without a value, or for a comma that needs a backslash."""
        if not name:
            return self.scanner.error(
                "there is nothing before the comma", self._with(end, "", 1) or "KEY=VALUE", end
            )
        what = f'"{name}" has no value'
        if "=" not in self.scanner.text[:start] or self.scanner.text[start - 1] != ",":
            return self.scanner.error(what, self._with(end, "=VALUE"), end)
        comma = f"{what}; write a comma inside of a value as `\\,`"
        return self.scanner.error(comma, self._with(start - 1, "\\"), end)

    def _with(self, offset: int, text: str, skip: int = 0) -> str:
        """Return the expression with a text put in, in the place of `skip` characters."""
        given = self.scanner.text
        return given[:offset] + text + given[offset + skip :]
