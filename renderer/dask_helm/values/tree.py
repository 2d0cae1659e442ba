"""A JSON schema as a tree: the schema at a path, and whether a value satisfies it."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from dask_helm.engine.utf8 import valid
from dask_helm.engine.values.display import ValuePath
from dask_helm.engine.values.paths import keyed, value_at
from dask_helm.errors import ChartError
from dask_helm.values.patterns import translated

Schema = dict[str, Any]

# A wildcard for free names, such as those of pools.
ANY = "default"
_OF_KEYS = {"properties", "additionalProperties", "patternProperties"}

DRAFT_7 = "http://json-schema.org/draft-07/schema#"


class Tree:
    """A schema with its definitions."""

    def __init__(self, schema: Schema) -> None:
        self.root = schema
        # The nodes are kept with their validators, because Python reuses the id of a freed object.
        self._validators: dict[int, tuple[Schema, Any]] = {}

    def at(self, path: ValuePath) -> Schema | None:
        """Return the schema of the value at the path, or None."""
        node: Schema | None = self.resolved(self.root)
        for key in path:
            node = self.child(node, key) if node is not None else None
        return node

    def is_free(self, path: ValuePath) -> bool:
        """Return whether the map at the path allows any keys with any values."""
        node = self.at(path) or {}
        return "object" in node.get("type", ()) and not _OF_KEYS & node.keys()

    def child(self, node: Schema, key: str | int) -> Schema | None:
        """Return the schema of a key or an item of a node."""
        if isinstance(key, int):
            inner = node.get("items")
        else:
            inner = node.get("properties", {}).get(key, node.get("additionalProperties"))
        return self.resolved(inner) if isinstance(inner, dict) else None

    def resolved(self, node: Schema) -> Schema:
        """Return the node, or the definition it references with the node's description."""
        name = node.get("$ref", "")
        if not name.startswith("#/definitions/"):
            return node
        prose = {key: node[key] for key in ("description", "examples") if key in node}
        definition: Schema = self.resolved(self.root["definitions"][name.rpartition("/")[2]])
        return definition | prose if prose else definition

    def follow(self, pointer: Iterable[str | int]) -> Schema:
        """Return the node at a JSON pointer into the schema."""
        found: Schema = value_at(self.root, keyed(self.root, pointer))
        return found

    def is_valid(self, value: Any, node: Schema) -> bool:
        """Return whether a value satisfies a node."""
        if id(node) not in self._validators:
            shared = {key: self.root[key] for key in ("$schema", "definitions") if key in self.root}
            self._validators[id(node)] = (node, validator(shared | node))
        valid: bool = self._validators[id(node)][1].is_valid(plain(value))
        return valid

    @cached_property
    def known(self) -> dict[str, list[ValuePath]]:
        """The paths of named values by their last key, those nearest to the top level first.

        Of Kubernetes objects, only the outermost keys are included: the inner keys are many and
        ambiguous.
        """
        paths: dict[str, list[ValuePath]] = {}
        pending: list[tuple[ValuePath, Schema, bool]] = [((), self.root, True)]
        for above, node, own in pending:
            for path, inner in self._named(above, node):
                paths.setdefault(str(path[-1]), []).append(path)
                if own:
                    pending.append((path, self.resolved(inner), "$ref" not in inner))
        return paths

    def _named(self, path: ValuePath, node: Schema) -> Iterator[tuple[ValuePath, Schema]]:
        for key, inner in node.get("properties", {}).items():
            yield (*path, key), inner
        others = node.get("additionalProperties")
        if isinstance(others, dict) and "properties" in others:
            yield from self._named((*path, ANY), others)


def types(schema: Schema) -> list[str]:
    """Return the JSON types that a schema names."""
    given = schema.get("type", [])
    return [given] if isinstance(given, str) else list(given)


def validator(schema: Schema) -> Any:
    """Return a validator for a schema that decides as Helm does.

    Raises ChartError for an invalid schema.
    """
    import jsonschema_rs

    try:
        return jsonschema_rs.validator_for(
            translated(schema), pattern_options=jsonschema_rs.RegexOptions()
        )
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        raise ChartError(
            f"the chart's values.schema.json is not a valid JSON schema: {error}"
        ) from error


def plain(value: Any) -> Any:
    """Return a copy with Python's own number types, which the validator requires.

    It also requires valid characters: invalid bytes become U+FFFD, as in Go's JSON.
    """
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, str):
        return valid(value)
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value
