"""Converts values of a wrong type to the value that the user probably meant.

Each function yields candidates, the most likely first. The caller checks them against the schema.
"""

import math
import re
import shlex
from collections.abc import Callable, Iterator
from typing import Any

from dask_helm.text import closest
from dask_helm.values.spelling import LONGEST_WORD, normalized
from dask_helm.values.tree import Schema, types

YES = {"true", "yes", "on", "y", "t", "1", "enabled"}
NO = {"false", "no", "off", "n", "f", "0", "disabled", "none"}

# The keys of a map that a single value in its place can mean: `persistence: true`.
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
    """Yield candidates for a value that the schema rejects.

    `written` is the value as written in the user's file, with all digits of a number.
    """
    # The value that the schema allows, if there is only one.
    only = [value for value in schema.get("enum", [schema.get("const")]) if value is not None]
    yield from only if len(only) == 1 else []
    if "enum" in schema:
        yield from _words(value, [word for word in schema["enum"] if isinstance(word, str)])
    for kind in types(schema):
        yield from _CONVERSIONS[kind](value, schema, written)
    if isinstance(value, list) and len(value) == 1:
        yield value[0]
        yield from candidates(value[0], schema, None)


def meant_word(value: Any, schema: Schema) -> str | None:
    """Return the allowed word that a string stands for."""
    words = [word for word in schema.get("enum", ()) if isinstance(word, str)]
    return next(_words(value, words), None) if isinstance(value, str) else None


def fallback(key: str, schema: Schema) -> Iterator[Any]:
    """Yield example values, if the user's value cannot be used."""
    for word in ("examples", "enum"):
        yield from schema.get(word, ())
    yield from (schema[word] for word in ("default", "const") if word in schema)
    limits = [schema[word] for word in ("minimum", "maximum") if word in schema]
    numbers = [1, *limits, 0.5, 0]
    simple: dict[str, list[Any]] = {
        "string": [key.upper() if key.isidentifier() else "TEXT", ""],
        "integer": numbers,
        "number": numbers,
        "array": [[]],
        "boolean": [True, False],
        "null": [None],
    }
    for kind in types(schema):
        if kind == "object":
            yield {
                inner: next(fallback(inner, schema["properties"].get(inner, {})), "VALUE")
                for inner in schema.get("required", ())
            }
        yield from simple.get(kind, [])


def slug(text: str) -> str:
    """Convert a string to a part of a Kubernetes name."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _words(value: Any, words: list[str]) -> Iterator[str]:
    """Yield the words that are most similar to a string."""
    text = str(value)[:LONGEST_WORD]
    letters = normalized(text)
    plain = {normalized(word): word for word in words}
    meant = _WORDS_MEANT.get(letters, letters)
    if meant in plain:
        yield plain[meant]
    yield from closest(text, words, 3, cutoff=0.5)
    yield from (plain[word] for word in closest(letters, plain, 3, cutoff=0.5))


def _to_text(value: Any, schema: Schema, written: str | None) -> Iterator[str]:
    if isinstance(value, bool):
        yield written or str(value).lower()
    elif isinstance(value, (int, float)):
        yield written or _printed(value)
    elif isinstance(value, str):
        yield from _quantities(value)
        text = value.strip()
        yield text
        yield text.lower()
        yield slug(text)
        yield slug(text)[: schema.get("maxLength")].strip("-")
        host = text.rpartition("://")[2].strip("/")
        yield f"tcp://{host}"
        yield f"tcp://{host}:8786"
        yield f"sha256:{text.rpartition(':')[2]}"


def _quantities(text: str) -> Iterator[str]:
    """Yield a quantity as Kubernetes writes it: 4GiB is 4Gi, `512 mb` is 512M."""
    quantity = _QUANTITY.match(text.strip())
    if not quantity:
        return
    digits = re.sub(r"\.+", ".", quantity[1].replace(",", ".").replace("_", "")).strip(".")
    unit = quantity[2]
    first, rest = unit[:1].lower(), unit[1:].lower()
    if unit in ("m", "n", "u") or unit.lower() in ("mcpu", "millicores", "milli"):
        yield digits + first
    if first in _UNITS and rest in ("i", "ib", "ibytes"):
        yield f"{digits}{_UNITS[first].upper()}i"
    if first in _UNITS and rest in ("", "b", "bytes"):
        yield digits + _UNITS[first]
    yield digits


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
        word = value.strip().lower()
        if text:
            number = float(text[1].replace("_", "").replace(",", ".")) / (100 if text[2] else 1)
            return number if math.isfinite(number) else None
        return float(_NUMERALS.index(word)) if word in _NUMERALS else None
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _to_boolean(value: Any, schema: Schema, written: str | None) -> Iterator[bool]:  # noqa: ARG001
    if value is None:
        return
    word = _printed(value) if isinstance(value, (int, float)) else str(value).strip().lower()
    if word in YES | NO:
        yield word in YES


def _to_list(value: Any, schema: Schema, written: str | None) -> Iterator[list[Any]]:  # noqa: ARG001
    if isinstance(value, dict) and value:
        # The lists that Kubernetes uses: names with values, or items in order.
        if not any(isinstance(item, (dict, list)) for item in value.values()):
            yield [{"name": name, "value": _as_text(item)} for name, item in value.items()]
            yield [{"name": name, "mountPath": _as_text(item)} for name, item in value.items()]
        if all(key.isdigit() for key in value):
            yield list(value.values())
    if isinstance(value, list) and schema.get("uniqueItems"):
        yield [item for number, item in enumerate(value) if item not in value[:number]]
    if isinstance(value, str) and len(words := _split(value)) > 1:
        yield words
    if value is not None and not isinstance(value, list):
        yield [value]


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
    """Convert a list of names with values, of single lines, or of named maps to a map."""
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


_CONVERSIONS: dict[str, Callable[[Any, Schema, str | None], Iterator[Any]]] = {
    "null": lambda *_: iter(()),
    "boolean": _to_boolean,
    "integer": _to_number,
    "number": _to_number,
    "string": _to_text,
    "array": _to_list,
    "object": _to_map,
}
