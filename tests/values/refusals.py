"""Tables of wrong values: values as text of a file, and after a line of dashes what we say to them."""

from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent


class Refusal(NamedTuple):
    """Wrong values, as text of a file, and the whole message."""

    name: str
    values: str
    message: str


def table(name: str) -> list[Refusal]:
    """Return the cases of a file: refusals, rules or unreadable."""
    cases = (FOLDER / f"{name}.txt").read_text().split("=== ")[1:]
    return [_case(*case.split("\n", 1)) for case in cases]


def _case(name: str, text: str) -> Refusal:
    values, _, message = text.partition("---\n")
    return Refusal(name, values, message.rstrip("\n"))
