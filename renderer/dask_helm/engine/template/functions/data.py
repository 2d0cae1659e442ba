"""YAML and JSON of Helm and sprig."""

from collections.abc import Callable
from typing import Any

from dask_helm.engine import yaml as goyaml
from dask_helm.engine.template.functions.table import function
from dask_helm.engine.types import TYPE_NAMES, FunctionError, NilList, NilMap
from dask_helm.engine.utf8 import is_valid
from dask_helm.errors import YamlError

_INDENT = "  "
_TOO_LARGE = "json: cannot unmarshal number"


def _yaml(value: Any) -> str:
    return goyaml.dump(value)[:-1]


def _swallowed(write: Callable[..., str], value: Any, **options: Any) -> str:
    try:
        return write(value, **options)
    except (goyaml.MarshalError, RecursionError):
        return ""


def _required(write: Callable[..., str], value: Any, **options: Any) -> str:
    try:
        return write(value, **options)
    except (goyaml.MarshalError, RecursionError) as error:
        raise FunctionError(str(error)) from None


@function("toYaml")
def to_yaml(value: Any) -> str:
    """Return the value as YAML, without a newline at the end; nothing if it has no form in YAML."""
    return _swallowed(_yaml, value)


@function("mustToYaml")
def must_to_yaml(value: Any) -> str:
    """Return the value as YAML, without a newline at the end."""
    return _required(_yaml, value)


@function("toYamlPretty")
def to_yaml_pretty(value: Any) -> str:
    """Return the value as YAML with indented lists."""
    return _swallowed(_pretty, value)


def _pretty(value: Any) -> str:
    text = goyaml.dump_pretty(value)[:-1]
    if not is_valid(text):
        raise FunctionError("the value contains bytes that are not UTF-8")
    return text


@function("toJson")
def to_json(value: Any) -> str:
    """Return the value as JSON; nothing if it has no form in JSON."""
    return _swallowed(goyaml.json_dumps, value)


@function("mustToJson")
def must_to_json(value: Any) -> str:
    """Return the value as JSON."""
    return _required(goyaml.json_dumps, value)


@function("toPrettyJson")
def to_pretty_json(value: Any) -> str:
    """Return the value as JSON in lines; nothing if it has no form in JSON."""
    return _swallowed(goyaml.json_dumps, value, indent=_INDENT)


@function("mustToPrettyJson")
def must_to_pretty_json(value: Any) -> str:
    """Return the value as JSON in lines."""
    return _required(goyaml.json_dumps, value, indent=_INDENT)


@function("toRawJson", "mustToRawJson")
def to_raw_json(value: Any) -> str:
    """Return the value as JSON without escapes for ``<``, ``>`` and ``&``."""
    return _required(goyaml.json_dumps, value, escape_html=False)


@function("fromYaml")
def from_yaml(text: str) -> dict[str, Any]:
    """Return the map of a YAML text; a map with the key ``Error`` for anything else."""
    value, error = _loaded_yaml(text, dict)
    return {"Error": error} if error else value or {}


@function("fromYamlArray")
def from_yaml_array(text: str) -> list[Any]:
    """Return the list of a YAML text; a list of the error for anything else."""
    value, error = _loaded_yaml(text, list)
    return [error] if error else value or []


def _loaded_yaml(text: str, wanted: type) -> tuple[Any, str]:
    """Return the value of a YAML text, and what is wrong unless it is a `wanted` or null."""
    try:
        value = goyaml.load(text)
    except YamlError as error:
        return None, f"error converting YAML to JSON: {error.message}"
    if value is None or isinstance(value, wanted):
        return value, ""
    found = _wrong_json(value, wanted)
    return None, f"error unmarshaling JSON: while decoding JSON: {found}"


@function("fromJson")
def from_json(text: str) -> dict[str, Any]:
    """Return the map of a JSON text; a map with the key ``Error`` for anything else."""
    try:
        value = goyaml.json_loads(text)
    except goyaml.MarshalError as error:
        message = _json_error(error, text, dict)
        if not (text.lstrip().startswith("{") and message.startswith(_TOO_LARGE)):
            return {"Error": message}
        # Go continues after this error, with null for the number that is too large.
        return {**goyaml.json_loads(text, too_large_as_null=True), "Error": message}
    if isinstance(value, dict):
        return value
    return NilMap() if value is None else {"Error": _wrong_json(value, dict)}


@function("fromJsonArray")
def from_json_array(text: str) -> list[Any]:
    """Return the list of a JSON text; a list of the error for anything else."""
    try:
        value = goyaml.json_loads(text)
    except goyaml.MarshalError as error:
        return [_json_error(error, text, list)]
    if isinstance(value, list):
        return value
    return NilList() if value is None else [_wrong_json(value, list)]


def _json_error(error: goyaml.MarshalError, text: str, wanted: type) -> str:
    """Return Go's error; a number that is too large is only looked at inside of what is wanted."""
    found: Any = {"[": [], "{": {}}.get(text.lstrip()[:1], 0.0)
    message = str(error)
    if isinstance(found, wanted) or not message.startswith(_TOO_LARGE):
        return message
    return _wrong_json(found, wanted)


def _wrong_json(value: Any, wanted: type) -> str:
    names = {bool: "bool", str: "string", dict: "object", list: "array"}
    found = names.get(type(value), "number")
    return f"json: cannot unmarshal {found} into Go value of type {TYPE_NAMES[wanted]}"


@function("mustFromJson")
def must_from_json(text: str) -> Any:
    """Return the value of a JSON text."""
    try:
        return goyaml.json_loads(text)
    except goyaml.MarshalError as error:
        raise FunctionError(str(error)) from None
