"""The settings of the cluster's programs: files in `files/` with $placeholders."""

from pathlib import Path
from string import Template

_FOLDER = Path(__file__).parent / "files"


def fill(name: str, **values: str) -> str:
    """Return a file's text with its placeholders filled in; raises KeyError if one has no value."""
    return Template((_FOLDER / name).read_text()).substitute(values)


def flags(name: str, **values: str) -> list[str]:
    """Return the options of a program from its `.flags` file, without the comment lines."""
    lines = fill(f"{name}.flags", **values).splitlines()
    return [line for line in lines if not line.startswith("#")]
