"""Values of one kind as values of another, where it is plain what was meant.

Each function yields what may be meant, the likeliest first; whether it is allowed is for the
schema to say.
"""

import math
import re
import shlex
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Any

from dask_helm.values.nearest import LONGEST_WORD

Schema = dict[str, Any]

YES = {"true", "yes", "on", "y", "t", "1", "enabled"}
NO = {"false", "no", "off", "n", "f", "0", "disabled", "none"}

# Of what a map is short for when one value stands in its place: `persistence: true`.
_MAIN_KEYS = {
    bool: ("enabled",),
    float: ("replicas", "count", "minAvailable"),
    list: ("pip",),
    str: ("type", "repository", "name", "secretName", "claimName", "path", "prefix"),
}

_NUMERALS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_WORDS_MEANT = {"nvidia": "gpu", "cuda": "gpu"}
_TAINT = re.compile(r"([\w./-]+)(?:=([\w.-]*))?:(NoSchedule|PreferNoSchedule|NoExecute)")

# Units as other programs write them, and as Kubernetes does.
_QUANTITY = re.compile(r"\+?([0-9.,_]+)\s*([a-zA-Zµ]*)")
_UNITS = {"k": "k", "m": "M", "g": "G", "t": "T", "p": "P", "e": "E"}


def candidates(value: Any, schema: Schema, written: str | None) -> Iterator[Any]:
    """Yield what may be meant by a value that the schema does not take.

    `written` is the value as it stands in the user's file, where a number has all its digits.
    """
    yield from _only(schema)
    if "enum" in schema:
        yield from _words(value, [word for word in schema["enum"] if isinstance(word, str)])
    for kind in _types(schema):
        yield from _CONVERSIONS[kind](value, schema, written)
    if isinstance(value, list) and len(value) == 1:
        yield value[0]
        yield from candidates(value[0], schema, None)


def _only(schema: Schema) -> list[Any]:
    """Return the one value that the schema takes, if it is one."""
    values = [value for value in schema.get("enum", [schema.get("const")]) if value is not None]
    return values if len(values) == 1 else []


def meant_word(value: Any, schema: Schema) -> str | None:
    """Return which of the words that the schema lists a text stands for."""
    words = [word for word in schema.get("enum", ()) if isinstance(word, str)]
    return next(_words(value, words), None) if isinstance(value, str) else None


def fallback(key: str, schema: Schema) -> Iterator[Any]:
    """Yield values to begin with where nothing that was found can be used."""
    for word in ("examples", "enum"):
        yield from schema.get(word, ())
    yield from (schema[word] for word in ("default", "const") if word in schema)
    for kind in _types(schema):
        yield from _beginnings(kind, key, schema)


def slug(text: str) -> str:
    """Return text as a part of a Kubernetes name."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _types(schema: Schema) -> list[str]:
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else list(types)


def _beginnings(kind: str, key: str, schema: Schema) -> Iterator[Any]:
    if kind == "object":
        yield {
            inner: next(fallback(inner, schema["properties"].get(inner, {})), "VALUE")
            for inner in schema.get("required", ())
        }
    simple: dict[str, list[Any]] = {
        "string": [key.upper() if key.isidentifier() else "TEXT", ""],
        "array": [[]],
        "boolean": [True, False],
        "null": [None],
    }
    limits = [schema[word] for word in ("minimum", "maximum") if word in schema]
    yield from [1, *limits, 0.5, 0] if kind in ("integer", "number") else simple.get(kind, [])


def _words(value: Any, words: list[str]) -> Iterator[str]:
    """Yield the words that are nearest to a text."""
    text = str(value)[:LONGEST_WORD]
    plain = {_plain(word): word for word in words}
    meant = _WORDS_MEANT.get(_plain(text), _plain(text))
    if meant in plain:
        yield plain[meant]
    yield from get_close_matches(text, words, cutoff=0.5)
    yield from (plain[word] for word in get_close_matches(_plain(text), plain, cutoff=0.5))


def _plain(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.lower())


def _to_text(value: Any, schema: Schema, written: str | None) -> Iterator[str]:
    if isinstance(value, bool):
        yield written or str(value).lower()
    elif isinstance(value, (int, float)):
        yield written or _printed(value)
    elif isinstance(value, str):
        yield from _quantities(value)
        yield from _texts(value, schema)


def _texts(text: str, schema: Schema) -> Iterator[str]:
    yield text.strip()
    yield text.strip().lower()
    yield slug(text)
    yield slug(text)[: schema.get("maxLength")].strip("-")
    host = text.strip().rpartition("://")[2].strip("/")
    yield f"tcp://{host}"
    yield f"tcp://{host}:8786"
    yield f"sha256:{text.strip().rpartition(':')[2]}"


def _quantities(text: str) -> Iterator[str]:
    """Yield a quantity as Kubernetes writes it: 4GiB is 4Gi, `512 mb` is 512M."""
    quantity = _QUANTITY.match(text.strip())
    if not quantity:
        return
    digits = re.sub(r"\.+", ".", quantity[1].replace(",", ".").replace("_", "")).strip(".")
    yield from (digits + unit for unit in _units(quantity[2]))


def _units(unit: str) -> Iterator[str]:
    first, rest = unit[:1].lower(), unit[1:].lower()
    if unit in ("m", "n", "u") or unit.lower() in ("mcpu", "millicores", "milli"):
        yield first
    if first in _UNITS and rest in ("i", "ib", "ibytes"):
        yield f"{_UNITS[first].upper()}i"
    if first in _UNITS and rest in ("", "b", "bytes"):
        yield _UNITS[first]
    yield ""


def _to_number(value: Any, schema: Schema, written: str | None) -> Iterator[float]:  # noqa: ARG001
    found = _parsed(value)
    if found is None:
        return
    for number in (found, float(round(found))):
        yield number
        yield max(number, schema.get("minimum", number))
        yield min(number, schema.get("maximum", number))


def _parsed(value: Any) -> float | None:
    if isinstance(value, str):
        text = re.fullmatch(r"\s*([-+]?[0-9][0-9_]*(?:[.,][0-9]*)?)\s*(%?)\D*", value)
        number = float(text[1].replace("_", "").replace(",", ".")) if text else _numeral(value)
        number = number / 100 if number is not None and text and text[2] else number
        return number if number is not None and math.isfinite(number) else None
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _numeral(word: str) -> float | None:
    plain = word.strip().lower()
    return float(_NUMERALS.index(plain)) if plain in _NUMERALS else None


def _to_boolean(value: Any, schema: Schema, written: str | None) -> Iterator[bool]:  # noqa: ARG001
    if value is None:
        return
    word = _printed(value) if isinstance(value, (int, float)) else str(value).strip().lower()
    if word in YES | NO:
        yield word in YES


def _to_list(value: Any, schema: Schema, written: str | None) -> Iterator[list[Any]]:  # noqa: ARG001
    if isinstance(value, dict):
        yield from _pairs(value, schema.get("items", {}))
    if isinstance(value, str) and len(_split(value)) > 1:
        yield list(_split(value))
    if value is not None and not isinstance(value, list):
        yield [value]


def _pairs(value: dict[str, Any], items: Schema) -> Iterator[list[Any]]:  # noqa: ARG001
    """Yield a map as the list that Kubernetes has instead: names with values, or items in order."""
    if value and not any(isinstance(item, (dict, list)) for item in value.values()):
        yield [{"name": name, "value": _as_text(item)} for name, item in value.items()]
        yield [{"name": name, "mountPath": _as_text(item)} for name, item in value.items()]
    if value and all(key.isdigit() for key in value):
        yield list(value.values())


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return [text]


def _to_map(value: Any, schema: Schema, written: str | None) -> Iterator[dict[str, Any]]:  # noqa: ARG001
    if isinstance(value, list):
        yield from _from_list(value)
        yield from _short_for(value, schema)
    elif isinstance(value, str):
        yield from _from_text(value, schema)
    elif value is None and "enabled" in schema.get("properties", {}):
        yield {"enabled": False}
    if not isinstance(value, (list, dict)) and value is not None:
        yield from _short_for(value, schema)


def _from_list(items: list[Any]) -> Iterator[dict[str, Any]]:
    """Yield a list of names with values, of single lines, or of named maps, as a map."""
    maps = [next(_from_text(item, {}), {}) if isinstance(item, str) else item for item in items]
    if not all(isinstance(item, dict) and item for item in maps):
        return
    if all(set(item) in ({"name", "value"}, {"key", "value"}) for item in maps):
        yield {str(item.get("name", item.get("key"))): item["value"] for item in maps}
    if all(isinstance(item.get("name"), str) for item in maps):
        yield {slug(item["name"]): {k: v for k, v in item.items() if k != "name"} for item in maps}
    yield {key: value for item in maps for key, value in item.items()}


def _from_text(text: str, schema: Schema) -> Iterator[dict[str, Any]]:
    taint = _TAINT.fullmatch(text)
    if taint:
        operator = {"operator": "Exists"} if taint[2] is None else {"value": taint[2]}
        yield {"key": taint[1], **operator, "effect": taint[3]}
    key, colon, rest = text.partition(":")
    if colon and key in schema.get("properties", {}):
        yield {key: rest.strip()}
    pair = re.fullmatch(r"\s*([^\s=:]+)\s*[=:]\s+?(.*)|([^\s=]+)=(.*)", text)
    if pair:
        key, value = pair[1] or pair[3], pair[2] or pair[4] or ""
        named = {"name", "value"} <= set(schema.get("properties", {}))
        yield {"name": key, "value": value} if named else {key: value}
    image = re.fullmatch(r"([\w.-]+(?::[0-9]+)?/[\w./-]+|[\w.-]+):([\w.-]+)", text)
    if image:
        yield {"repository": image[1], "tag": image[2]}


def _short_for(value: Any, schema: Schema) -> Iterator[dict[str, Any]]:
    if isinstance(value, str) and (number := _parsed(value)) is not None:
        yield from _short_for(number, schema)
    keys = _MAIN_KEYS.get(type(value), ())
    yield from ({key: value} for key in keys if key in schema.get("properties", {}))
    if isinstance(value, float) and isinstance(schema.get("additionalProperties"), dict):
        yield {"default": {"replicas": value}}


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else _printed(value)


def _printed(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return str(value).lower() if value is not None else ""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


_Conversion = Callable[[Any, Schema, str | None], Iterator[Any]]

_CONVERSIONS: dict[str, _Conversion] = {
    "null": lambda *_: iter(()),
    "boolean": _to_boolean,
    "integer": _to_number,
    "number": _to_number,
    "string": _to_text,
    "array": _to_list,
    "object": _to_map,
}
