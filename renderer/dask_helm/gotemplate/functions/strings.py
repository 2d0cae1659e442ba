"""Strings of sprig. Lengths and positions count bytes, as they do in Go."""

from typing import Any

from dask_helm.gotemplate.functions.limits import check_text
from dask_helm.gotemplate.functions.table import function
from dask_helm.gotemplate.printing.plain import plain
from dask_helm.gotemplate.printing.quoting import quoted
from dask_helm.gotemplate.types import FunctionError
from dask_helm.gotemplate.utf8 import decoded, encoded

# Python counts more characters as space than Go does.
SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
# What Go takes for U+FFFD: bytes that are no UTF-8.
_BYTES = "".join(map(chr, range(0xDC80, 0xDD00)))


def sliced(text: str, start: int, end: int) -> str:
    """Return some bytes of the text; they can begin and end inside a character."""
    return text[start:end] if text.isascii() else decoded(encoded(text)[start:end])


@function("trim")
def trim(text: str) -> str:
    """Return the text without space around it."""
    return text.strip(SPACE)


@function("trimAll", "trimall")
def trim_all(characters: str, text: str) -> str:
    """Return the text without any of these characters around it."""
    return text.strip(characters + _BYTES if "\ufffd" in characters else characters)


@function("trimSuffix")
def trim_suffix(suffix: str, text: str) -> str:
    """Return the text without this end."""
    return text.removesuffix(suffix)


@function("trimPrefix")
def trim_prefix(prefix: str, text: str) -> str:
    """Return the text without this beginning."""
    return text.removeprefix(prefix)


@function("contains")
def contains(part: str, text: str) -> bool:
    """Whether the part occurs in the text."""
    return part in text


@function("hasPrefix")
def has_prefix(prefix: str, text: str) -> bool:
    """Whether the text begins so."""
    return text.startswith(prefix)


@function("hasSuffix")
def has_suffix(suffix: str, text: str) -> bool:
    """Whether the text ends so."""
    return text.endswith(suffix)


@function("replace")
def replace(old: str, new: str, text: str) -> str:
    """Return the text with each `old` replaced."""
    if len(new) > len(old):
        check_text(len(text) + text.count(old) * (len(new) - len(old)))
    return text.replace(old, new)


@function("repeat")
def repeat(count: int, text: str) -> str:
    """Return the text that many times."""
    if count < 0:
        raise FunctionError("strings: negative Repeat count")
    check_text(count * len(text))
    return text * count


@function("indent")
def indent(spaces: int, text: str) -> str:
    """Return the text with spaces before each line."""
    return _indented("", spaces, text)


@function("nindent")
def nindent(spaces: int, text: str) -> str:
    """Return the text with spaces before each line, and a newline first."""
    return _indented("\n", spaces, text)


def _indented(first: str, spaces: int, text: str) -> str:
    if spaces < 0:
        raise FunctionError("strings: negative Repeat count")
    if spaces > 100:
        check_text((text.count("\n") + 1) * spaces + len(text))
    pad = " " * spaces
    return first + pad + text.replace("\n", "\n" + pad)


@function("trunc")
def trunc(length: int, text: str) -> str:
    """Return the first bytes of the text, or the last ones for a negative length."""
    if length >= 0:
        return sliced(text, 0, length)
    size = len(encoded(text))
    return sliced(text, size + length, size) if size + length > 0 else text


@function("substr")
def substr(start: int, end: int, text: str) -> str:
    """Return the bytes from start to before end; a negative one means from, or to, the very end."""
    size = len(encoded(text))
    first = max(start, 0)
    last = size if start >= 0 and (end < 0 or end > size) else end
    if not first <= last <= size:
        raise FunctionError(f"runtime error: slice bounds out of range [{first}:{last}]")
    return sliced(text, first, last)


@function("quote")
def quote(*values: Any) -> str:
    """Return the values in double quotes, but nil."""
    return " ".join(
        [
            quoted(value if type(value) is str else plain(value))
            for value in values
            if value is not None
        ]
    )


@function("squote")
def squote(*values: Any) -> str:
    """Return the values in single quotes, but nil."""
    return " ".join([f"'{plain(value)}'" for value in values if value is not None])


@function("cat")
def cat(*values: Any) -> str:
    """Return the values with spaces between them, but nil."""
    return " ".join([plain(value) for value in values if value is not None])


@function("toString")
def to_string(value: Any) -> str:
    """Return the value as text; nil is ``<nil>``."""
    return value if type(value) is str else plain(value)


@function("plural")
def plural(one: str, many: str, count: int) -> str:
    """Return the first text for 1, else the second."""
    return one if count == 1 else many


@function("hello")
def hello() -> str:
    """Return a greeting."""
    return "Hello!"
