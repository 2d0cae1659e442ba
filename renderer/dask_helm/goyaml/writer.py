"""Writes YAML as Helm's toYaml and toYamlPretty do, in block style."""

import math
import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, NamedTuple

from dask_helm.errors import YamlError
from dask_helm.goyaml.folding import folded
from dask_helm.goyaml.gojson import MarshalError, json_dumps, json_number
from dask_helm.goyaml.numbers import format_float
from dask_helm.goyaml.ordering import ordered
from dask_helm.goyaml.quoting import (
    BLOCK,
    CACHED_LENGTH,
    Written,
    block,
    written,
    written_exactly,
    written_key,
    written_key_exactly,
)
from dask_helm.goyaml.reader import load

_STEP = "  "
_LEAST, _MOST = -(2**63), 2**64 - 1
_SAFE = 2.0**53
_INTEGER = re.compile("-?[0-9]+")
_INFINITE = {"+Inf": ".inf", "-Inf": "-.inf", "NaN": ".nan"}
# What JSON writes as it is, and YAML refuses or takes for a line break when it reads that JSON.
_LOST_IN_JSON = re.compile(r"\\(?:x[789]|N|uFFF)")
_LONGEST_KEY = 1000
_CACHED_LINES = 16384


class _Dialect(NamedTuple):
    """What yaml.v2, yaml.v3 and we write differently; `line` is that of a key and a scalar."""

    number: Callable[[float], str]
    text: Callable[[str], Written]
    key: Callable[[str], str | None]
    line: Callable[[str, Any], str | None]
    width: float = 80
    sequence_step: str = ""
    digits_last: bool = False


def dump(value: Any) -> str:
    """Return the value as YAML, as sigs.k8s.io/yaml.Marshal writes it: by way of JSON.

    MarshalError for what JSON cannot hold: infinities, and what is no list, map or scalar.
    """
    text = _text(value, _V2)
    return _text(_through_json(value), _V2) if _is_lost_in_json(text) else text


def dump_pretty(value: Any) -> str:
    """Return the value as YAML, as Helm's toYamlPretty writes it: yaml.v3 with two blanks."""
    return _text(value, _V3)


def dump_exactly(value: Any) -> str:
    """Return the value as YAML that every reader, in Go or not, reads as this very value.

    That is what `dump` returns but for texts and keys that YAML's way through JSON would change.
    MarshalError for infinities and for what is no list, map or scalar.
    """
    return _text(value, _EXACT)


def _text(value: Any, dialect: _Dialect) -> str:
    try:
        return _Writer(dialect).root(value)
    except RecursionError:
        raise MarshalError("lists and maps stand within each other too deep") from None


def _is_lost_in_json(text: str) -> bool:
    """Tell whether YAML may read the value's JSON as something else; a key of 1,022 is too long."""
    return bool(_LOST_IN_JSON.search(text) or (len(text) > _LONGEST_KEY and "? " in text))


def _through_json(value: Any) -> Any:
    try:
        return load(json_dumps(value, escape_html=False), whole_numbers=True)
    except YamlError as error:
        raise MarshalError(f"yaml: {error.message}") from None


class _Writer:
    """Writes line after line; `head` is what a line holds so far, `indent` stands before others."""

    def __init__(self, dialect: _Dialect) -> None:
        self._dialect = dialect
        self._out: list[str] = []

    def root(self, value: Any) -> str:
        if _is_filled(value):
            self._collection(value, "", "")
        else:
            self._out.append(self._scalar(value, 0, ""))
        return "".join(self._out)

    def _collection(self, value: Any, head: str, indent: str) -> None:
        if isinstance(value, dict):
            self._mapping(value, head, indent)
        else:
            self._sequence(value, head, indent)

    def _mapping(self, mapping: dict[str, Any], head: str, indent: str) -> None:
        out, width, line_of = self._out, self._dialect.width, self._dialect.line
        for key in ordered(mapping, digits_last=self._dialect.digits_last):
            value = mapping[key]
            kind = type(value)
            is_short = kind in _SCALARS or (kind is str and len(value) <= CACHED_LENGTH)
            line = line_of(key, value) if is_short else None
            if line is not None and len(head) + len(line) <= width:
                out.append(head + line)
            else:
                self._entry(key, value, head, indent)
            head = indent

    def _entry(self, key: str, value: Any, head: str, indent: str) -> None:
        name = self._dialect.key(key)
        if name is None:
            self._long_key(key, value, head, indent)
        elif type(value) is dict and value:
            self._out.append(f"{head}{name}:\n")
            self._mapping(value, indent + _STEP, indent + _STEP)
        elif type(value) is list and value:
            self._out.append(f"{head}{name}:\n")
            deeper = indent + self._dialect.sequence_step
            self._sequence(value, deeper, deeper)
        else:
            self._below(value, f"{head}{name}:", indent)

    def _sequence(self, sequence: list[Any], head: str, indent: str) -> None:
        for item in sequence:
            if type(item) is dict and item:
                self._mapping(item, head + "- ", indent + _STEP)
            elif type(item) is str:
                self._out.append(f"{head}- {self._string(item, len(head) + 2, indent)}")
            else:
                self._beside(item, head + "-", indent)
            head = indent

    def _below(self, value: Any, head: str, indent: str) -> None:
        """Write a key's value: a list or a map begins on the next line."""
        if type(value) is str or not _is_filled(value):
            self._out.append(f"{head} {self._scalar(value, len(head) + 1, indent)}")
            return
        self._out.append(head + "\n")
        step = _STEP if isinstance(value, dict) else self._dialect.sequence_step
        self._collection(value, indent + step, indent + step)

    def _beside(self, value: Any, head: str, indent: str) -> None:
        """Write what begins on the line of its ``-``, or of its ``:`` after a long key."""
        if type(value) is str or not _is_filled(value):
            self._out.append(f"{head} {self._scalar(value, len(head) + 1, indent)}")
        else:
            self._collection(value, head + " ", indent + _STEP)

    def _long_key(self, key: str, value: Any, head: str, indent: str) -> None:
        self._out.append(f"{head}? {self._scalar(key, len(head) + 2, indent)}")
        self._beside(value, indent + ":", indent)

    def _scalar(self, value: Any, column: int, indent: str) -> str:
        """Return the text of the scalar from its column on, with the end of its last line."""
        if type(value) is str or isinstance(value, str):
            return self._string(value, column, indent)
        if value is None or isinstance(value, bool):
            return _WORDS[value] + "\n"
        if isinstance(value, int | float):
            return self._dialect.number(value) + "\n"
        return _empty(value)

    def _string(self, value: str, column: int, indent: str) -> str:
        style, text = self._dialect.text(value)
        if text is not None and (column + len(text) <= self._dialect.width or " " not in text):
            return text + "\n"
        if style == BLOCK:
            return block(value, indent + _STEP)
        return folded(style, value, self._dialect.width, column, indent + _STEP) + "\n"


def _is_filled(value: Any) -> bool:
    return isinstance(value, dict | list | tuple) and bool(value)


def _empty(value: Any) -> str:
    if isinstance(value, dict):
        return "{}\n"
    if isinstance(value, list | tuple):
        return "[]\n"
    raise MarshalError(f"json: unsupported type: {type(value).__name__}")


def _number_v2(value: float) -> str:
    """Return the number as JSON writes it and yaml.v2 reads and writes that again."""
    if -_SAFE < value < _SAFE and value == int(value):
        return str(int(value))
    text = json_number(value)
    if _INTEGER.fullmatch(text) and _LEAST <= int(text) <= _MOST:
        return str(int(text))
    return format_float(float(text), "g")


def _number_exactly(value: float) -> str:
    """Readers that are not Go's take a power of ten for text unless a point stands before it."""
    text = _number_v2(value)
    return text.replace("e", ".0e") if "e" in text and "." not in text else text


def _number_v3(value: float) -> str:
    if isinstance(value, int):
        return str(int(value))
    text = format_float(value, "g")
    return _INFINITE.get(text, text)


_WORDS = {None: "null", True: "true", False: "false"}
# Not numbers with a fraction: a cache takes -0.0 for 0.0.
_SCALARS = (bool, int, type(None))


def _dialect(
    number: Callable[[float], str],
    text: Callable[[str], Written],
    key: Callable[[str], str | None] = written_key,
) -> _Dialect:
    line = lru_cache(maxsize=_CACHED_LINES, typed=True)(partial(_line, text, key))
    return _Dialect(number, text, key, line)


def _line(
    write: Callable[[str], Written], write_key: Callable[[str], str | None], key: str, value: Any
) -> str | None:
    """Return the line of a key and a text, integer, bool or null, None if these take more."""
    name, text = write_key(key), write(value).text if type(value) is str else _word(value)
    return None if name is None or text is None else f"{name}: {text}\n"


def _word(value: int | None) -> str:
    return _WORDS[value] if value is None or isinstance(value, bool) else str(value)


_V2 = _dialect(_number_v2, partial(written, tabs_in_blocks=False))
_V3 = _dialect(_number_v3, partial(written, tabs_in_blocks=True))._replace(
    width=math.inf, sequence_step=_STEP, digits_last=True
)
_EXACT = _dialect(_number_exactly, written_exactly, written_key_exactly)
