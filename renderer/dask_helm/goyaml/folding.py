"""Where Go's yaml.v2 breaks long texts into lines: at the first blank behind the width."""

import re
from collections.abc import Iterator

from dask_helm.goyaml.quoting import DOUBLE, SINGLE, render

_RUN_OF_BLANKS = re.compile("(?<! ) ")
_BREAKS = re.compile("([\u2028\u2029]+)")


def folded(style: str, text: str, width: float, column: int, margin: str) -> str:
    """Return the text in that style from its column on, with `margin` before further lines."""
    enclosed = style + render(style, text) + style
    lines = _BREAKS.split(enclosed) if style == SINGLE else [enclosed]
    folding = _Folding(style, width, margin)
    return "".join(folding.lines(lines, column))


class _Folding:
    def __init__(self, style: str, width: float, margin: str) -> None:
        self._style, self._width, self._margin = style, width, margin
        self._quote = len(style)

    def lines(self, parts: list[str], column: int) -> Iterator[str]:
        """Yield the parts, of which every second one is line breaks that stay what they are."""
        yield from self._part(parts[0], column)
        for at in range(1, len(parts), 2):
            line = parts[at + 1]
            yield parts[at] + (self._margin if line != self._style else "")
            yield from self._part(line, len(self._margin))

    def _part(self, part: str, column: int) -> Iterator[str]:
        start, at = 0, self._behind(0, column)
        while blanks := _RUN_OF_BLANKS.search(part, at):
            at = blanks.start()
            if self._may_fold(part, at):
                escape = "\\" if part[at + 1] == " " else ""
                yield f"{part[start:at]}\n{self._margin}{escape}"
                start, at = at + 1, self._behind(at, len(self._margin + escape))
            at += 1
        yield part[start:]

    def _behind(self, start: int, column: int) -> int:
        """Return the first index behind the width if what stands at `start` is in that column."""
        return start + max(0, int(min(self._width, 1e9)) - column + 1)

    def _may_fold(self, part: str, at: int) -> bool:
        """Only one blank can be a line break, but in double quotes a backslash saves the rest."""
        inner = self._quote < at < len(part) - 1 - self._quote
        return inner and (self._style == DOUBLE or part[at + 1] != " ")
