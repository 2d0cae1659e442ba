"""Writes YAML as Helm's toYaml and toYamlPretty do, in block style."""

import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from dask_helm.engine.types import as_json, is_nil
from dask_helm.engine.utf8 import valid
from dask_helm.engine.yaml.gojson import WORDS, MarshalError, json_dumps, json_number
from dask_helm.engine.yaml.numbers import format_float
from dask_helm.engine.yaml.ordering import ordered
from dask_helm.engine.yaml.quoting import (
    BLOCK,
    Written,
    block,
    folded,
    written,
    written_exactly,
    written_key,
    written_key_exactly,
)
from dask_helm.engine.yaml.reader import load
from dask_helm.engine.yaml.scalars import INFINITE
from dask_helm.engine.yaml.simple import is_plain_word
from dask_helm.errors import YamlError

_STEP = "  "
_LEAST, _MOST = -(2**63), 2**64 - 1
_SAFE = 2.0**53
_INTEGER = re.compile("-?[0-9]+")
# What JSON writes as it is, and YAML refuses or takes for a line break when it reads that JSON.
_LOST_IN_JSON = re.compile(r"\\(?:x[789]|N|uFFF)")
_LONGEST_KEY = 1000
# Longer ones may take lines of their own.
_LONG_KEY = 128


class _Dialect(NamedTuple):
    """What yaml.v2, yaml.v3 and dump_exactly write differently.

    `as_json` makes plain values of those whose types only Go has.
    """

    number: Callable[[float], str]
    text: Callable[[str], Written]
    key: Callable[[str], str | None]
    as_json: Callable[[Any], Any]
    width: float = 80
    sequence_step: str = ""
    digits_last: bool = False


def dump(value: Any) -> str:
    """Return the value as YAML, as sigs.k8s.io/yaml.Marshal writes it: by way of JSON.

    MarshalError for infinities and for values of other types, as in JSON.
    """
    text = _text(value, _V2)
    # YAML may read the value's JSON as something else; there, a key of 1,022 is too long.
    if not (_LOST_IN_JSON.search(text) or (len(text) > _LONGEST_KEY and "? " in text)):
        return text
    try:
        found = load(json_dumps(value, escape_html=False), whole_numbers=True)
    except YamlError as error:
        raise MarshalError(f"yaml: {error.message}") from None
    return _text(found, _V2)


def dump_pretty(value: Any) -> str:
    """Return the value as YAML, as Helm's toYamlPretty writes it: yaml.v3 with two blanks."""
    return _text(value, _V3)


def dump_exactly(value: Any) -> str:
    """Return the value as YAML that every reader, in Go or not, reads as this very value.

    That is what `dump` returns but for texts and keys that YAML's way through JSON would change.
    MarshalError for infinities and for values of other types.
    """
    return _text(value, _EXACT)


def _text(value: Any, dialect: _Dialect) -> str:
    try:
        return _Writer(dialect).root(value)
    except RecursionError:
        raise MarshalError("lists and maps stand within each other too deep") from None


class _Writer:
    """Writes line after line; `head` is the beginning of a line, `indent` that of further lines."""

    def __init__(self, dialect: _Dialect) -> None:
        self._dialect = dialect
        self._out: list[str] = []

    def root(self, value: Any) -> str:
        value = self._plain(value)
        if value and isinstance(value, _COLLECTIONS):
            self._collection(value, "", "")
        else:
            self._out.append(self._scalar(value, 0, ""))
        return "".join(self._out)

    def _plain(self, value: Any) -> Any:
        return value if type(value) in _PLAIN_TYPES else self._dialect.as_json(value)

    def _collection(self, value: Any, head: str, indent: str) -> None:
        if isinstance(value, dict):
            for key in ordered(value, digits_last=self._dialect.digits_last):
                self._entry(key, self._plain(value[key]), head, indent)
                head = indent
        else:
            for item in value:
                self._beside(self._plain(item), head + "-", indent)
                head = indent

    def _entry(self, key: str, value: Any, head: str, indent: str) -> None:
        """Write a key and its value: a list or a map begins on the next line."""
        name = key if is_plain_word(key) and len(key) < _LONG_KEY else self._dialect.key(key)
        if type(value) is str and name is not None and is_plain_word(value):
            self._out.append(f"{head}{name}: {value}\n")
        elif name is None:
            self._out.append(f"{head}? {self._scalar(key, len(head) + 2, indent)}")
            self._beside(value, indent + ":", indent)
        elif value and isinstance(value, _COLLECTIONS):
            self._out.append(f"{head}{name}:\n")
            step = _STEP if isinstance(value, dict) else self._dialect.sequence_step
            self._collection(value, indent + step, indent + step)
        else:
            before = f"{head}{name}: "
            self._out.append(before + self._scalar(value, len(before), indent))

    def _beside(self, value: Any, head: str, indent: str) -> None:
        """Write what begins on the line of its ``-``, or of its ``:`` after a long key."""
        if value and isinstance(value, _COLLECTIONS):
            self._collection(value, head + " ", indent + _STEP)
        else:
            self._out.append(f"{head} {self._scalar(value, len(head) + 1, indent)}")

    def _scalar(self, value: Any, column: int, indent: str) -> str:
        """Return the text of the scalar from its column on, with the end of its last line."""
        if isinstance(value, str):
            return value + "\n" if is_plain_word(value) else self._string(value, column, indent)
        if value is None or isinstance(value, bool):
            return WORDS[value] + "\n"
        if isinstance(value, int | float):
            return self._dialect.number(value) + "\n"
        if isinstance(value, _COLLECTIONS):
            return "{}\n" if isinstance(value, dict) else "[]\n"
        raise MarshalError(f"json: unsupported type: {type(value).__name__}")

    def _string(self, value: str, column: int, indent: str) -> str:
        style, text = self._dialect.text(value)
        if text is not None and (column + len(text) <= self._dialect.width or " " not in text):
            return text + "\n"
        if style == BLOCK:
            return block(value, indent + _STEP)
        return folded(style, value, self._dialect.width, column, indent + _STEP) + "\n"


def _number_v2(value: float) -> str:
    """Return the number as JSON writes it and yaml.v2 reads and writes that again."""
    if -_SAFE < value < _SAFE and value == int(value):
        return str(int(value))
    text = json_number(value)
    if _INTEGER.fullmatch(text) and _LEAST <= int(text) <= _MOST:
        return str(int(text))
    return format_float(float(text), "g")


def _number_exactly(value: float) -> str:
    """Other readers than Go's read a power of ten as text unless it has a point."""
    text = _number_v2(value)
    return text.replace("e", ".0e") if "e" in text and "." not in text else text


def _number_v3(value: float) -> str:
    if isinstance(value, int):
        return str(int(value))
    text = format_float(value, "g")
    return INFINITE.get(text, text)


_COLLECTIONS = (dict, list, tuple)
_PLAIN_TYPES = frozenset((str, bool, int, float, dict, list, type(None)))


_V2 = _Dialect(
    _number_v2,
    lambda text: written(valid(text), False),
    lambda key: written_key(valid(key)),
    as_json,
)
_EXACT = _Dialect(_number_exactly, written_exactly, written_key_exactly, as_json)
_V3 = _Dialect(
    _number_v3,
    lambda text: written(text, True),
    written_key,
    lambda value: value if is_nil(value) else as_json(value),
    width=math.inf,
    sequence_step=_STEP,
    digits_last=True,
)
