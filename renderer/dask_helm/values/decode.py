"""The text of a file, read as Go's YAML reader does."""

import codecs

from dask_helm.errors import Place, YamlError

_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


def decoded(content: bytes, name: str) -> str:
    """Return the text without its byte order mark; YamlError if it is neither UTF-8 nor UTF-16."""
    mark = next((mark for mark in _MARKS if content.startswith(mark)), b"")
    encoding = _MARKS.get(mark, "utf-8")
    try:
        return content[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        raise YamlError(
            _advice(encoding), _place(content, len(mark) + error.start, name)
        ) from error


def _advice(encoding: str) -> str:
    return f"is no {encoding.upper()} text; save the file as UTF-8"


def _place(content: bytes, offset: int, name: str) -> Place:
    before = content[:offset]
    return Place(name, before.count(b"\n") + 1, offset - before.rfind(b"\n"))
