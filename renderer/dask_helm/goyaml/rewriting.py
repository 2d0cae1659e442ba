"""Reads YAML and writes it again in one go: its lines in another order, and values in other quotes.

What is rendered is printed once more, with sorted keys and without comments. For texts of a form
that was met before, see forms.py, a format with room for the values is all that it takes.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from dask_helm.goyaml import scalars
from dask_helm.goyaml.forms import SLOT, WHOLE, Plan, value_of
from dask_helm.goyaml.quoting import block
from dask_helm.goyaml.writer import dump_exactly, scalar_exactly

_WIDTH = 80
_INDENT = re.compile(" *(?:- )*")
_CACHED_LINES = 16_384


class _Writing(NamedTuple):
    """The text of a plan, with room for the values of some lines, and what picks these lines.

    `before` is what stands before each value in its line.
    """

    format: str
    lines: Callable[[list[str]], tuple[Any, ...]]
    before: list[str]


def rewritten(text: str) -> str | None:
    """Return dump_exactly(load(text, whole_numbers=True)), None where only these can tell."""
    lines, plan = WHOLE.planned(text)
    if plan is None:
        return None
    writing = plan.writing = plan.writing or _writing(plan)
    texts = tuple(map(_text, writing.lines(lines), writing.before))
    return None if None in texts else writing.format % texts


def _writing(plan: Plan) -> _Writing:
    text = dump_exactly(plan.skeleton)
    slots = list(SLOT.finditer(text))
    before = [text[text.rfind("\n", 0, slot.start()) + 1 : slot.start()] for slot in slots]
    pick = _picker([int(slot[1]) for slot in slots])
    return _Writing(SLOT.sub("%s", text.replace("%", "%%")), pick, before)


def _picker(numbers: list[int]) -> Callable[[list[str]], tuple[Any, ...]]:
    # With one number alone an itemgetter returns no tuple, and with none there is no itemgetter.
    pick = itemgetter(*numbers, 0, 0)
    return lambda lines: pick(lines)[:-2]


@lru_cache(maxsize=_CACHED_LINES)
def _text(line: str, before: str) -> str | None:
    """Return the text of a line's value behind other text, None if it has to be folded."""
    value = value_of(line, scalars.whole)
    text = scalar_exactly(value)
    if text is not None:
        return text if " " not in text or len(before) + len(text) <= _WIDTH else None
    above = _INDENT.match(before)
    # A block stands deeper than its key, or where an item without one begins.
    margin = len(before) if above and above[0] == before else len(above[0] if above else "") + 2
    return block(value, " " * margin)[:-1]
