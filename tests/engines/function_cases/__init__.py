"""Expressions for each function of templates, one a line; what Helm refuses begins with ``!``.

A line is what stands between ``{{`` and ``}}``, and may hold more of these itself.
"""

import re
from pathlib import Path
from typing import Any, NamedTuple

import yaml

_FOLDER = Path(__file__).parent

# Helm 3 does not have these.
ONLY_HELM_4 = ("mustToYaml",)

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

    def exists(self, version: int) -> bool:
        """Whether that version of Helm has the functions of the expression."""
        names = set(re.findall(r"\w+", self.expression))
        return version > 3 or not names.intersection(ONLY_HELM_4)


def cases() -> list[Case]:
    """Return all cases of all files."""
    files = sorted(_FOLDER.glob("*.txt"))
    lines = [line for file in files for line in file.read_text().split("\n")]
    return [
        Case(line.removeprefix("! "), line.startswith("! "))
        for line in lines
        if line and not line.startswith("# ")
    ]
