"""--set, --set-string, --set-json, --set-file and --set-literal, as Helm reads them."""

import json
import re
from collections.abc import Callable
from typing import Any

from dask_helm.engine import yaml as goyaml
from dask_helm.engine.types import Int64
from dask_helm.engine.utf8 import SPACE, valid
from dask_helm.engine.values.assign import assign
from dask_helm.engine.values.expression import Grammar, Scanner, Value
from dask_helm.engine.values.merge import Map, copied, merge_maps
from dask_helm.engine.values.paths import depth
from dask_helm.engine.values.sources import ExpressionSource, content_of
from dask_helm.engine.yaml.anchors import MAX_DEPTH, TOO_DEEP
from dask_helm.errors import SettingError

TYPED = "--set"
STRING = "--set-string"
JSON = "--set-json"
FILE = "--set-file"
LITERAL = "--set-literal"

_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None}
_WHOLE = re.compile(r"0|[+-][0-9]+|[1-9][0-9]*", re.ASCII)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][+-]?[0-9]*)?")


def apply(kind: str, expression: str, data: Map) -> ExpressionSource:
    """Change `data` as the expression says, and return what it set; SettingError when it is wrong.

    `kind` is the name of the option, such as ``--set``.
    """
    text = valid(expression)
    source = ExpressionSource(f"{kind} {text}")
    if kind == JSON and text.strip(SPACE).startswith("{"):
        source.sets.append(((), _merge_object(text.strip(SPACE), data)))
        return source
    scanner = Scanner(kind, text, escapes=kind != LITERAL)
    for assignment in Grammar(scanner, _READERS[kind]).assignments():
        assign(data, assignment, scanner)
        if not assignment.cut:
            source.sets.append((assignment.steps, copied(assignment.value)))
    return source


def typed(text: str) -> Any:
    """Return what --set makes of a text: true, false, null, an int64, else the text itself."""
    if text.casefold() in _WORDS:
        return _WORDS[text.casefold()]
    # Python refuses to read numbers of thousands of digits.
    if len(text) < 4000 and _WHOLE.fullmatch(text) and -(2**63) <= int(text) < 2**63:
        return Int64(text)
    return text


def _merge_object(text: str, data: Map) -> Map:
    """Lay a whole JSON object over the data; return the object."""
    try:
        overlay: Map = _loaded(text)
    except goyaml.MarshalError as error:
        what = f"the object is not valid JSON: {error}"
        raise Scanner(JSON, text).error(what, '{"image": {"tag": "2026.8.0"}}') from error
    merged = merge_maps(data, copied(overlay))
    data.update(merged)
    return overlay


def _reader(convert: Callable[[str, Scanner], Any]) -> Callable[[Scanner], Value | None]:
    """Return a reader of one value or of a list in braces."""

    def read_value(scanner: Scanner) -> Value | None:
        if scanner.ended:
            return None
        if scanner.skip("{"):
            return Value(_items(scanner, convert))
        return Value(convert(scanner.until(",")[0], scanner))

    return read_value


def _items(scanner: Scanner, convert: Callable[[str, Scanner], Any]) -> list[Any]:
    items: list[Any] = []
    stop = ","
    while stop == ",":
        text, stop = scanner.until(",}")
        if stop:
            items.append(convert(text, scanner))
    if not stop:
        raise scanner.error("the list is not closed", f"{scanner.text}}}")
    scanner.skip(",")
    return items


def _json(scanner: Scanner) -> Value:
    """Read a JSON value, or nothing, which means null."""
    if _skip_blank(scanner):
        return Value(None)
    start = scanner.offset
    scanner.offset = _end_of_json(scanner)
    try:
        value = _loaded(scanner.text[start : scanner.offset])
    except goyaml.MarshalError as error:
        raise _no_json(scanner, str(error), start, start) from error
    _skip_blank(scanner)
    return Value(value)


def _end_of_json(scanner: Scanner) -> int:
    start = scanner.offset
    try:
        end = json.JSONDecoder().raw_decode(scanner.text, start)[1]
        # A number like `1.` is wrong for Go, where Python reads a 1.
        number = _NUMBER.match(scanner.text, start)
        return max(end, number.end()) if number else end
    except json.JSONDecodeError as error:
        raise _no_json(scanner, error.msg, start, error.pos) from error
    except RecursionError as error:
        raise scanner.advise(
            "the value is nested too deeply", "use a values file", start
        ) from error


def _no_json(scanner: Scanner, reason: str, start: int, offset: int) -> SettingError:
    """Return the error for invalid JSON; suggest quotes for a plain word."""
    text = scanner.text[start:]
    quoted = f"{scanner.text[:start]}{json.dumps(text, ensure_ascii=False)}"
    write = _JSON_EXAMPLE if re.search(r'["\[{]', text) else quoted
    return scanner.error(f"the value is not valid JSON: {reason}", write, offset)


def _loaded(text: str) -> Any:
    value = goyaml.json_loads(text)
    if depth(value) > MAX_DEPTH:
        raise goyaml.MarshalError(TOO_DEEP)
    return value


def _skip_blank(scanner: Scanner) -> bool:
    """Read over spaces and one comma; return whether that was all."""
    while scanner.skip(SPACE):
        pass
    return scanner.ended or scanner.skip(",")


_JSON_EXAMPLE = """image.pullSecrets=[{"name": "registry"}]"""
_READERS: dict[str, Callable[[Scanner], Value | None]] = {
    TYPED: _reader(lambda text, _: typed(text)),
    STRING: _reader(lambda text, _: text),
    FILE: _reader(lambda path, _: content_of(path)),
    JSON: _json,
    LITERAL: lambda scanner: Value(scanner.until("")[0]),
}
