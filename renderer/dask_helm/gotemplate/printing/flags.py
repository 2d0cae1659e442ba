"""The flags, width and precision of one directive of a format."""

from dataclasses import dataclass


@dataclass(slots=True)
class Flags:
    """What stands between ``%`` and the verb; `go_syntax` is ``#`` for %v."""

    plus: bool = False
    minus: bool = False
    sharp: bool = False
    space: bool = False
    zero: bool = False
    go_syntax: bool = False
    width: int | None = None
    precision: int | None = None

    def padded(self, text: str, zero: bool | None = None) -> str:
        """Return the text, filled up to the width; `zero` overrides that flag."""
        missing = (self.width or 0) - len(text)
        if missing <= 0:
            return text
        if self.minus:
            return text + " " * missing
        fill = "0" if (self.zero if zero is None else zero) else " "
        return fill * missing + text

    def sign(self, negative: bool) -> str:
        """Return what stands before a number."""
        return "-" if negative else "+" if self.plus else " " if self.space else ""
