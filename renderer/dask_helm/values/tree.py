"""A JSON schema as a tree: what belongs at a path, and whether a value does."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from dask_helm import goyaml
from dask_helm.errors import ChartError
from dask_helm.values.paths import ValuePath, keyed, value_at
from dask_helm.values.patterns import translated

Schema = dict[str, Any]

# Stands for the user's own names, such as those of pools.
ANY = "default"
_OF_KEYS = {"properties", "additionalProperties", "patternProperties"}

DRAFT_7 = "http://json-schema.org/draft-07/schema#"


class Tree:
    """A schema with its definitions."""

    def __init__(self, schema: Schema) -> None:
        self.root = schema
        # The nodes are kept beside their validators: an id is free again when its object is gone.
        self._validators: dict[int, tuple[Schema, Any]] = {}

    def at(self, path: ValuePath) -> Schema | None:
        """Return the schema of the value at the path; None where the schema knows no such value."""
        node: Schema | None = self.resolved(self.root)
        for key in path:
            node = self.child(node, key) if node is not None else None
        return node

    def is_free(self, path: ValuePath) -> bool:
        """Return whether any keys with any values may stand in what is at the path."""
        node = self.at(path) or {}
        return "object" in node.get("type", ()) and not _OF_KEYS & node.keys()

    def child(self, node: Schema, key: str | int) -> Schema | None:
        """Return the schema of a key or an item of what `node` describes."""
        if isinstance(key, int):
            inner = node.get("items")
        else:
            inner = node.get("properties", {}).get(key, node.get("additionalProperties"))
        return self.resolved(inner) if isinstance(inner, dict) else None

    def resolved(self, node: Schema) -> Schema:
        """Return the node itself or the definition that it refers to, with its own prose."""
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
        """Return whether a value is what a node describes."""
        if id(node) not in self._validators:
            shared = {key: self.root[key] for key in ("$schema", "definitions") if key in self.root}
            self._validators[id(node)] = (node, validator(shared | node))
        valid: bool = self._validators[id(node)][1].is_valid(plain(value))
        return valid

    @cached_property
    def known(self) -> dict[str, list[ValuePath]]:
        """The paths of named values by their last key, the nearest to the top first.

        Of what Kubernetes defines only the outermost keys are told: the names farther inside are
        many, and stand for many things.
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


def validator(schema: Schema) -> Any:
    """Return what decides, as Helm does, whether values satisfy a schema.

    A schema that is none raises ChartError.
    """
    import jsonschema_rs

    try:
        return jsonschema_rs.validator_for(
            translated(schema), pattern_options=jsonschema_rs.RegexOptions()
        )
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        raise ChartError(f"the chart's values.schema.json is no JSON schema: {error}") from error


def plain(value: Any) -> Any:
    """Return a copy with numbers of Python's own types only, which the validator insists on.

    It insists on whole characters, too: bytes that are none become U+FFFD, as in Go's JSON.
    """
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, str):
        return goyaml.whole_characters(value)
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value
