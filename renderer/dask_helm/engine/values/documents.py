"""A values file as text: its encoding, and its documents, which Helm 4 merges like files."""

import codecs
import re

from dask_helm.errors import Place, YamlError

_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
# A document starts where Helm says so, line by line, before YAML is read.
_SEPARATOR = re.compile(r"^---(.*)$", re.MULTILINE)


def decoded(content: bytes, name: str) -> str:
    """Return the text without its byte order mark; YamlError if it is neither UTF-8 nor UTF-16."""
    mark = next((mark for mark in _MARKS if content.startswith(mark)), b"")
    encoding = _MARKS.get(mark, "utf-8")
    try:
        return content[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        offset = len(mark) + error.start
        before = content[:offset]
        place = Place(name, before.count(b"\n") + 1, offset - before.rfind(b"\n"))
        message = f"not valid {encoding.upper()}; save the file as UTF-8"
        raise YamlError(message, place) from error


def documents(text: str, name: str) -> list[str]:
    """Return the documents; each begins with empty lines so that its line numbers stay right.

    Raises YamlError for a line with `---` and anything but a comment after it.
    """
    separators = list(_SEPARATOR.finditer(text)) if "---" in text else []
    for separator in separators:
        rest = separator[1].strip()
        if rest and not rest.startswith("#"):
            line = text.count("\n", 0, separator.start()) + 1
            message = f"a new document begins with `---`, but {rest!r} follows on the same line"
            raise YamlError(f"{message}; write it on the next line", Place(name, line))
    starts = [0, *(separator.start() for separator in separators if separator.start())]
    ends = [*starts[1:], len(text)]
    return [
        "\n" * text.count("\n", 0, start) + text[start:end]
        for start, end in zip(starts, ends, strict=True)
    ]
