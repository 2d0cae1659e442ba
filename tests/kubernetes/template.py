"""The settings of what runs in the cluster: files in `files/` with $names in them."""

from pathlib import Path
from string import Template

_FOLDER = Path(__file__).parent / "files"


def fill(name: str, **values: str) -> str:
    """The text of a file with the names filled in; a name without a value is an error."""
    return Template((_FOLDER / name).read_text()).substitute(values)


def flags(name: str, **values: str) -> list[str]:
    """The options of a program, one to a line, without the lines that say why."""
    lines = fill(f"{name}.flags", **values).splitlines()
    return [line for line in lines if not line.startswith("#")]
