"""Generates docs/values.md, the reference of all values, from the schema and the defaults."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import jinja2
import yaml

from tools.paths import CHART, SCHEMAS

Schema = dict[str, Any]


class Row(NamedTuple):
    """One value: its path, type, default and prose, as Markdown."""

    path: str
    type: str
    default: str
    description: str


class Section(NamedTuple):
    """One top-level key and the values below it."""

    name: str
    description: str
    rows: list[Row]


def as_markdown() -> str:
    """Return the text of docs/values.md."""
    template = Path(__file__).with_name("values.md.j2").read_text()
    environment = jinja2.Environment(
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701
    )
    return str(environment.from_string(template).render(sections=list(_sections())))


def _sections() -> Iterator[Section]:
    schema = yaml.safe_load((SCHEMAS / "values.schema.yaml").read_text())
    defaults = yaml.safe_load((CHART / "values.yaml").read_text())
    inherited = schema["properties"]["podDefaults"]["properties"]
    single = [n for n, value in schema["properties"].items() if "properties" not in value]
    rows = [row for n in single for row in _rows(n, schema["properties"][n], defaults.get(n), {})]
    yield Section(
        "Top level", "Names, labels and environment of every component, and the pools.", rows
    )
    for name, value in schema["properties"].items():
        if name not in single:
            skipped = {} if name == "podDefaults" else inherited
            rows = list(_rows(name, value, defaults.get(name), skipped))
            yield Section(name, value["description"], rows)


def _rows(path: str, schema: Schema, default: Any, skipped: Schema) -> Iterator[Row]:
    """Yield a row for each leaf below a path, except for keys documented under podDefaults."""
    if "properties" not in schema:
        yield Row(path, _type(schema), _code(default), _cell(schema))
        return
    for key, value in schema["properties"].items():
        if skipped.get(key) is not value:
            inner = default.get(key) if isinstance(default, dict) else None
            yield from _rows(f"{path}.{key}", value, inner, {})


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        return _kubernetes_type(schema["$ref"])
    if "enum" in schema:
        return " \\| ".join(_code(item) for item in schema["enum"])
    types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    names = [_list_type(schema) if name == "array" else name for name in types]
    return " \\| ".join(name for name in names if name != "null")


def _list_type(schema: Schema) -> str:
    return f"list of {_type(schema['items'])}"


def _kubernetes_type(reference: str) -> str:
    """Return `PodSpec.dnsConfig` for a reference to a property, `Affinity` for one to a type."""
    return reference.rpartition("definitions/")[2].replace("/properties/", ".")


def _cell(schema: Schema) -> str:
    examples = "; ".join(_code(example) for example in schema.get("examples", []))
    description: str = schema.get("description", "")
    return description + (f" For example {examples}." if examples else "")


def _code(value: Any) -> str:
    return f"`{json.dumps(value)}`".replace("|", "\\|")
