"""The documents of a values file, which Helm 4 merges as if they were several files."""

import re

from dask_helm.errors import Place, YamlError

# A document starts where Helm says so, line by line, before YAML is read.
_SEPARATOR = re.compile(r"^---(.*)$", re.MULTILINE)


def documents(text: str, name: str) -> list[str]:
    """Return the documents; each begins with empty lines so that its line numbers stay right.

    A line that begins with `---` and goes on with anything but a comment raises YamlError.
    """
    separators = list(_SEPARATOR.finditer(text)) if "---" in text else []
    for separator in separators:
        _check(separator, text, name)
    starts = [0, *(separator.start() for separator in separators if separator.start())]
    ends = [*starts[1:], len(text)]
    return [
        _kept_lines(text, start) + text[start:end] for start, end in zip(starts, ends, strict=True)
    ]


def _check(separator: "re.Match[str]", text: str, name: str) -> None:
    rest = separator[1].strip()
    if rest and not rest.startswith("#"):
        line = text.count("\n", 0, separator.start()) + 1
        message = f"begins a new document with `---`, but goes on with {rest!r} on that line"
        raise YamlError(f"{message}; write it on the next line", Place(name, line))


def _kept_lines(text: str, start: int) -> str:
    return "\n" * text.count("\n", 0, start)
