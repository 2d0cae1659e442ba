"""Expressions for each function of templates, one a line; what Helm refuses begins with ``!``.

A line is what stands between ``{{`` and ``}}``, and may hold more of these itself.
"""

import re
from pathlib import Path
from typing import Any, NamedTuple

import yaml

_FOLDER = Path(__file__).parent
# A text in quotes, or a name that is no key and no variable.
_WORDS = re.compile(r'"(?:\\.|[^"\\])*"|`[^`]*`|(?<![\w.$])[A-Za-z_]\w*')

FILES = sorted(file.stem for file in _FOLDER.glob("*.txt"))

# Helm 3 does not have these.
ONLY_HELM_4 = frozenset((
    "mustToYaml", "mustToToml", "mustToDuration", "durationSeconds", "durationMilliseconds",
    "durationMicroseconds", "durationNanoseconds", "durationMinutes", "durationHours",
    "durationDays", "durationWeeks", "durationRoundTo", "durationTruncateTo",
))  # fmt: skip

# The values that the expressions see.
VALUES: dict[str, Any] = yaml.safe_load((_FOLDER / "values.yaml").read_text())


class Case(NamedTuple):
    """An expression; `refused` is whether Helm refuses it."""

    expression: str
    refused: bool

    @property
    def template(self) -> str:
        """Return the expression as a template."""
        return f"{{{{ {self.expression} }}}}"

    @property
    def words(self) -> set[str]:
        """Return the names in the expression, which are functions or keywords."""
        return {word for word in _WORDS.findall(self.expression) if word[0] not in '"`'}

    def exists(self, version: int) -> bool:
        """Whether that version of Helm has the functions of the expression."""
        return version > 3 or not self.words & ONLY_HELM_4


def cases(file: str, refused: bool) -> list[Case]:
    """Return the cases of one file that Helm refuses, or those that print something."""
    lines = (_FOLDER / f"{file}.txt").read_text().split("\n")
    every = [_case(line) for line in lines if line and not line.startswith("# ")]
    return [case for case in every if case.refused == refused]


def _case(line: str) -> Case:
    return Case(line.removeprefix("! "), line.startswith("! "))
