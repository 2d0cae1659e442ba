"""YAML and JSON of Helm and sprig."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from dask_helm import goyaml
from dask_helm.errors import YamlError
from dask_helm.gotemplate.functions.table import function
from dask_helm.gotemplate.kinds import NilList, NilMap, is_nil
from dask_helm.gotemplate.memory import Memory, copies
from dask_helm.gotemplate.printing.plain import stringer
from dask_helm.gotemplate.types import FunctionError, Object
from dask_helm.gotemplate.utf8 import is_valid, valid

_BYTE = re.compile("[\ud800-\udfff]")
_INDENT = "  "
_TOO_LARGE = "json: cannot unmarshal number"


def _written(write: Callable[[Any], str], value: Any, text_of: Callable[[str], str]) -> str:
    """Return the value as text; raises MarshalError for what has no form in JSON."""
    try:
        text = write(value)
    except goyaml.MarshalError:
        return write(_plain(value, text_of))
    # Only now is it worth to look for what Python's types do not tell: nil lists, bytes.
    doubtful = "[]" in text or "{}" in text or not is_valid(text)
    return write(_plain(value, text_of)) if doubtful else text


def _plain(value: Any, text_of: Callable[[str], str]) -> Any:
    """Return the value as Go's encoding/json sees it: nil lists are null, structs their fields."""
    if is_nil(value):
        return None
    if isinstance(value, str):
        return text_of(value)
    if isinstance(value, list):
        return [_plain(element, text_of) for element in value]
    if isinstance(value, dict):
        return {text_of(key): _plain(element, text_of) for key, element in value.items()}
    return _plain(_fields(value), text_of) if isinstance(value, Object) else value


def _fields(value: Object) -> Any:
    """Return the text of a struct that has one, else its fields."""
    string = stringer(value)
    if string is not None:
        return string()
    return {name: field for name, field in value.members().items() if not hasattr(field, "call")}


@Memory
def _yaml(value: Any) -> str:
    return _written(goyaml.dump, value, valid)[:-1]


def _json(value: Any, **options: Any) -> str:
    text = _written(partial(goyaml.json_dumps, **options), value, str)
    return text if text.isascii() else _BYTE.sub(r"\\ufffd", text)


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
    try:
        text = goyaml.dump_pretty(value)[:-1]
    except goyaml.MarshalError:
        text = goyaml.dump_pretty(_without_structs(value))[:-1]
    if not is_valid(text):
        raise FunctionError("the value holds bytes that are no UTF-8")
    return text


def _without_structs(value: Any) -> Any:
    """Return the value with the texts of structs; nil lists stay lists."""
    if isinstance(value, list):
        return [_without_structs(element) for element in value]
    if isinstance(value, dict):
        return {key: _without_structs(element) for key, element in value.items()}
    return _fields(value) if isinstance(value, Object) else value


@function("toJson")
def to_json(value: Any) -> str:
    """Return the value as JSON; nothing if it has no form in JSON."""
    return _swallowed(_json, value)


@function("mustToJson")
def must_to_json(value: Any) -> str:
    """Return the value as JSON."""
    return _required(_json, value)


@function("toPrettyJson")
def to_pretty_json(value: Any) -> str:
    """Return the value as JSON in lines; nothing if it has no form in JSON."""
    return _swallowed(_json, value, indent=_INDENT)


@function("mustToPrettyJson")
def must_to_pretty_json(value: Any) -> str:
    """Return the value as JSON in lines."""
    return _required(_json, value, indent=_INDENT)


@function("toRawJson", "mustToRawJson")
def to_raw_json(value: Any) -> str:
    """Return the value as JSON in which ``<``, ``>`` and ``&`` stand as they are."""
    return _required(_json, value, escape_html=False)


# Charts hand values from template to template as YAML, the same ones again and again.
@copies
def _loaded(text: str) -> Any:
    return goyaml.load(text)


@function("fromYaml")
def from_yaml(text: str) -> dict[str, Any]:
    """Return the map of a YAML text; a map with the key ``Error`` for anything else."""
    try:
        value = _loaded(text)
    except YamlError as error:
        return {"Error": f"error converting YAML to JSON: {error.message}"}
    if isinstance(value, dict):
        return value
    return {} if value is None else {"Error": _wrong_yaml(value, "map[string]interface {}")}


@function("fromYamlArray")
def from_yaml_array(text: str) -> list[Any]:
    """Return the list of a YAML text; a list of the error for anything else."""
    try:
        value = _loaded(text)
    except YamlError as error:
        return [f"error converting YAML to JSON: {error.message}"]
    if isinstance(value, list):
        return value
    return [] if value is None else [_wrong_yaml(value, "[]interface {}")]


def _wrong_yaml(value: Any, wanted: str) -> str:
    return f"error unmarshaling JSON: while decoding JSON: {_wrong_json(value, wanted)}"


@function("fromJson")
def from_json(text: str) -> dict[str, Any]:
    """Return the map of a JSON text; a map with the key ``Error`` for anything else."""
    try:
        value = goyaml.json_loads(text)
    except goyaml.MarshalError as error:
        message = _json_error(error, text, "{", "map[string]interface {}")
        read = goyaml.json_loads(text, too_large_as_null=True) if _is_read(text, message) else {}
        return {**read, "Error": message}
    if isinstance(value, dict):
        return value
    return NilMap() if value is None else {"Error": _wrong_json(value, "map[string]interface {}")}


@function("fromJsonArray")
def from_json_array(text: str) -> list[Any]:
    """Return the list of a JSON text; a list of the error for anything else."""
    try:
        value = goyaml.json_loads(text)
    except goyaml.MarshalError as error:
        return [_json_error(error, text, "[", "[]interface {}")]
    if isinstance(value, list):
        return value
    return NilList() if value is None else [_wrong_json(value, "[]interface {}")]


def _json_error(error: goyaml.MarshalError, text: str, opener: str, wanted: str) -> str:
    """Return Go's error; a number that is too large is only looked at inside of what is wanted."""
    found, message = text.lstrip()[:1], str(error)
    if found == opener or not message.startswith(_TOO_LARGE):
        return message
    return _wrong_json({"[": [], "{": {}}.get(found, 0.0), wanted)


def _is_read(text: str, message: str) -> bool:
    """Whether Go goes on after the error: with null for a number that is too large."""
    return text.lstrip().startswith("{") and message.startswith(_TOO_LARGE)


def _wrong_json(value: Any, wanted: str) -> str:
    names = {bool: "bool", str: "string", dict: "object", list: "array"}
    found = names.get(type(value), "number")
    return f"json: cannot unmarshal {found} into Go value of type {wanted}"


@function("mustFromJson")
def must_from_json(text: str) -> Any:
    """Return the value of a JSON text."""
    try:
        return goyaml.json_loads(text)
    except goyaml.MarshalError as error:
        raise FunctionError(str(error)) from None
