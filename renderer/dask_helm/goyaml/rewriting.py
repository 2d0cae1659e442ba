"""Reads YAML and writes it again in one go: its lines in another order, and values in other quotes.

What is rendered is printed once more, with sorted keys and without comments. For texts of a form
that was met before, see forms.py, a format with room for the values is all that it takes.
"""

from collections.abc import Callable
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from dask_helm.goyaml import scalars, simple
from dask_helm.goyaml.forms import SLOT, WHOLE, Plan
from dask_helm.goyaml.writer import dump_exactly, scalar_exactly

# A text with blanks is folded where its line would end beyond column 80; shorter ones never are.
_LONGEST_WITH_BLANKS, _WIDEST = 20, 60
_CACHED_LINES = 16_384


class _Writing(NamedTuple):
    """The text of a plan, with room for the values of some lines, and what picks these lines.

    `width` is the largest column in which one of the values begins.
    """

    format: str
    lines: Callable[[list[str]], tuple[Any, ...]]
    width: int


def rewritten(text: str) -> str | None:
    """Return dump_exactly(load(text, whole_numbers=True)), None where only these can tell."""
    lines = text.split("\n")
    plan = WHOLE.plan(lines)
    if plan is None:
        return None
    writing = plan.writing = plan.writing or _writing(plan)
    values = tuple(map(_value, writing.lines(lines)))
    is_narrow = writing.width <= _WIDEST and None not in values
    return writing.format % values if is_narrow else None


def _writing(plan: Plan) -> _Writing:
    text = dump_exactly(plan.skeleton)
    slots = list(SLOT.finditer(text))
    width = max((slot.start() - text.rfind("\n", 0, slot.start()) for slot in slots), default=0)
    pick = _picker([int(slot[1]) for slot in slots])
    return _Writing(SLOT.sub("%s", text.replace("%", "%%")), pick, width)


def _picker(numbers: list[int]) -> Callable[[list[str]], tuple[Any, ...]]:
    # With one number alone an itemgetter returns no tuple, and with none there is no itemgetter.
    pick = itemgetter(*numbers, 0, 0)
    return lambda lines: pick(lines)[:-2]


@lru_cache(maxsize=_CACHED_LINES)
def _value(line: str) -> str | None:
    """Return the text of a line's value, None if it may take more than the rest of a line."""
    text = scalar_exactly(simple.line(line, scalars.whole).value)
    return text if text and (" " not in text or len(text) <= _LONGEST_WITH_BLANKS) else None
