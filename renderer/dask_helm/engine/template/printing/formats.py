"""Formats of Go's fmt with flags, widths and indexes, read character by character."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dask_helm.engine.template.printing.numbers import Flags
from dask_helm.engine.template.printing.plain import MAX_TEXT, NIL
from dask_helm.engine.template.printing.verbs import Printer
from dask_helm.engine.types import FunctionError, type_name

_FLAGS = {"#": "sharp", "0": "zero", "+": "plus", "-": "minus", " ": "space"}
# Go reads a larger width or precision as nonsense.
_MAX_NUMBER = 10**6


def formatted(text: str, values: Sequence[Any]) -> str:
    """Return the format with its directives replaced by the values."""
    return _Format(text, values).printed()


@dataclass
class _Format:
    """A format, its arguments and how far it has been read."""

    text: str
    values: Sequence[Any]
    at: int = 0
    argument: int = 0
    reordered: bool = False
    good_index: bool = True
    after_index: bool = False
    printer: Printer = field(default_factory=Printer)
    out: list[str] = field(default_factory=list)
    length: int = 0

    def printed(self) -> str:
        while self.at < len(self.text):
            self.literal()
            if self.at < len(self.text):
                self.at += 1
                self.directive()
        self.extra()
        return "".join(self.out)

    def write(self, text: str) -> None:
        self.length += len(text)
        if self.length > MAX_TEXT:
            raise FunctionError("the result is too long")
        self.out.append(text)

    def literal(self) -> None:
        end = self.text.find("%", self.at)
        end = len(self.text) if end < 0 else end
        self.write(self.text[self.at : end])
        self.at = end

    def directive(self) -> None:
        self.good_index, self.after_index = True, False
        flags = self.flags()
        self.index()
        self.width(flags)
        self.precision(flags)
        if not self.after_index:
            self.index()
        if self.at >= len(self.text):
            self.write("%!(NOVERB)")
            return
        self.at += 1
        self.verb(flags, self.text[self.at - 1])

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def flags(self) -> Flags:
        flags = Flags()
        while self.peek() in _FLAGS:
            setattr(flags, _FLAGS[self.peek()], True)
            self.at += 1
        return flags

    def number(self) -> int | None:
        """Read digits; too large a number swallows the whole rest of the format."""
        start, number = self.at, 0
        while "0" <= self.peek() <= "9":
            if number > _MAX_NUMBER:
                self.at = len(self.text)
                return None
            number = number * 10 + int(self.peek())
            self.at += 1
        return number if self.at > start else None

    def star(self) -> int | None:
        """Take the next argument as a number."""
        if self.argument >= len(self.values):
            return None
        value = self.values[self.argument]
        self.argument += 1
        is_int = isinstance(value, int) and not isinstance(value, bool)
        return int(value) if is_int and abs(value) <= _MAX_NUMBER else None

    def index(self) -> None:
        """Read ``[n]``, the number of the argument to print next."""
        self.after_index = False
        if self.peek() != "[":
            return
        self.reordered = True
        index, size, ok = self.bracketed()
        self.at += size
        self.after_index = ok
        if ok and 0 <= index < len(self.values):
            self.argument = index
        else:
            self.good_index = False

    def bracketed(self) -> tuple[int, int, bool]:
        """Return the index counted from 0, the length of its text, and whether it is a number."""
        end = self.text.find("]", self.at)
        if end < 0 or len(self.text) - self.at < 3:
            return 0, 1, False
        digits = self.text[self.at + 1 : end]
        ok = digits.isascii() and digits.isdigit() and int(digits[:8]) <= _MAX_NUMBER * 10
        return (int(digits) - 1 if ok else 0), end + 1 - self.at, ok

    def width(self, flags: Flags) -> None:
        if self.peek() != "*":
            flags.width = self.number()
            self.good_index = self.good_index and not (self.after_index and flags.width is not None)
            return
        self.at += 1
        self.after_index = False
        flags.width = self.star()
        if flags.width is None:
            self.write("%!(BADWIDTH)")
        elif flags.width < 0:
            flags.width, flags.minus, flags.zero = -flags.width, True, False

    def precision(self, flags: Flags) -> None:
        if self.peek() != "." or self.at + 1 >= len(self.text):
            return
        self.at += 1
        self.good_index = self.good_index and not self.after_index
        self.index()
        if self.peek() != "*":
            flags.precision = self.number() or 0
            return
        self.at += 1
        self.after_index = False
        flags.precision = self.star()
        if flags.precision is None or flags.precision < 0:
            flags.precision = None
            self.write("%!(BADPREC)")

    def verb(self, flags: Flags, verb: str) -> None:
        if verb == "%":
            self.write("%")
        elif not self.good_index:
            self.write(f"%!{verb}(BADINDEX)")
        elif self.argument >= len(self.values):
            self.write(f"%!{verb}(MISSING)")
        else:
            # Sprintf cannot wrap an error, but reads the flags of %w as those of %v.
            if verb in "vw":
                flags.go_syntax, flags.sharp, flags.plus = flags.sharp, False, False
            value = self.values[self.argument]
            self.argument += 1
            self.write(self.printer.argument(flags, value, verb))

    def extra(self) -> None:
        """Tell which arguments no directive has asked for."""
        if self.reordered or self.argument >= len(self.values):
            return
        extra = [
            NIL if v is None else f"{type_name(v)}={self.printer.argument(Flags(), v, 'v')}"
            for v in self.values[self.argument :]
        ]
        self.write(f"%!(EXTRA {', '.join(extra)})")
