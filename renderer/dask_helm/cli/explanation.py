"""The description of a value: as data, and as text in the style of `kubectl explain`."""

import re
import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click

from dask_helm.cli.nodes import ANY, Keys, Node, defaults, root, shown
from dask_helm.engine import yaml as goyaml
from dask_helm.engine.values.paths import holds, value_at
from dask_helm.values.tree import Schema, types

Facts = dict[str, Any]
_WIDEST = 110
_COMPONENTS = ("scheduler", "workerDefaults", "jupyter")

_LIMITS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "pattern": "matching {}",
}
_PLURALS = {"string": "strings", "integer": "integers", "number": "numbers", "object": "objects"}
_OF_VALUES = {bool: "boolean", str: "string", int: "integer", float: "number"}

# The `kubectl explain` paths of Kubernetes objects, which our schema does not describe.
_CONTAINER = "pod.spec.containers"
KUBECTL_PATHS = {
    "Affinity": "pod.spec.affinity",
    "Container": _CONTAINER,
    "DeploymentStrategy": "deployment.spec.strategy",
    "EnvFromSource": f"{_CONTAINER}.envFrom",
    "EnvVar": f"{_CONTAINER}.env",
    "IngressTLS": "ingress.spec.tls",
    "Lifecycle": f"{_CONTAINER}.lifecycle",
    "LocalObjectReference": "pod.spec.imagePullSecrets",
    "PodSecurityContext": "pod.spec.securityContext",
    "Probe": f"{_CONTAINER}.readinessProbe",
    "ResourceRequirements": f"{_CONTAINER}.resources",
    "SessionAffinityConfig": "service.spec.sessionAffinityConfig",
    "SecurityContext": f"{_CONTAINER}.securityContext",
    "Toleration": "pod.spec.tolerations",
    "TopologySpreadConstraint": "pod.spec.topologySpreadConstraints",
    "Volume": "pod.spec.volumes",
    "VolumeMount": f"{_CONTAINER}.volumeMounts",
    "VolumeSource": "pod.spec.volumes",
}
# Values that have the name of a part of a Kubernetes object.
_PARTS = {"podSpec": "pod.spec"}


class Default(NamedTuple):
    """A default, and its path in the chart's values.yaml."""

    value: Any
    path: str


def facts(node: Node, chart: Path | None = None, recursive: bool = False) -> Facts:
    """Return the facts about a value, as `--output json` prints them; omit unknown facts."""
    schema, path = node.schema, shown(node.path)
    default = inherited_default(defaults(chart), node.path) if path else None
    found: Facts = {"path": path, **_brief(node)}
    found |= {"limits": {key: schema[key] for key in ("enum", *_LIMITS) if key in schema}}
    if default:
        found |= {"default": default.value, "defaultFrom": default.path}
    found |= {"examples": schema.get("examples"), "required": node.required}
    found |= {"kubectlExplain": kubectl_path(root(chart), node.path)}
    found |= {"keys": _keys(node, recursive)}
    return {key: value for key, value in found.items() if value or key in ("default", "path")}


def inherited_default(values: dict[str, Any], path: Keys) -> Default | None:
    """Return the default of a value, or None; a pool inherits from workerDefaults.

    An empty map or list counts only if no inherited default is more specific.
    """
    candidates = [candidate for candidate in _chain(path) if holds(values, candidate)]
    found = [Default(value_at(values, candidate), shown(candidate)) for candidate in candidates]
    specific = [default for default in found if default.value not in ({}, [], "", None)]
    return next(iter(specific or found), None)


def _chain(path: Keys) -> Iterator[Keys]:
    """Yield the path, then the paths it inherits from, the nearest first."""
    yield path
    if path[0] == "workers" and len(path) > 2:
        yield from _chain(("workerDefaults", *path[2:]))
    elif path[0] in _COMPONENTS and len(path) > 1:
        yield (path[1:] if path[1] == "image" else ("podDefaults", *path[1:]))


def kubectl_path(root: Node, path: Keys) -> str | None:
    """Return the `kubectl explain` path of a value, or None for other values."""
    node: Node | None = root
    for done, key in enumerate(path, 1):
        node = node and node.child(key)
        found = _PARTS.get(key) or KUBECTL_PATHS.get((node and node.item.definition) or "")
        if found:
            return ".".join((found, *path[done:]))
    return None


def _brief(node: Node) -> Facts:
    schema = node.schema
    nullable = None in schema.get("enum", []) or "null" in schema.get("type", [])
    brief = {"type": type_of(node), "nullable": nullable}
    description = schema.get("description")
    return brief | ({"description": description} if description else {})


def _keys(node: Node, recursive: bool, entered: frozenset[str] = frozenset()) -> Facts:
    """Describe the keys below; recursive definitions are entered once."""
    name = node.item.definition
    if name in entered:
        return {}
    entered |= {name} if name else set()
    keys = {}
    for key, child in node.children.items():
        below = _keys(child, recursive, entered) if recursive or key == ANY else {}
        keys[key] = _brief(child) | ({"keys": below} if below else {})
    return keys


def type_of(node: Node) -> str:
    """Return a node's type: `integer or string`, `list of Toleration`, `map of strings`."""
    if node.definition:
        return node.definition
    words = []
    for name in type_names(node.schema):
        if name == "array":
            word = f"list of {_plural(type_of(node.item))}" if node.item is not node else "list"
        elif name == "object" and list(node.children) == [ANY]:
            word = f"map of {_plural(type_of(node.children[ANY]))}"
        else:
            word = name
        words.append(word)
    return " or ".join(words) or "anything"


def type_names(schema: Schema) -> list[str]:
    """Return the JSON types that a schema allows, except null."""
    found = types(schema) or [
        _OF_VALUES.get(type(value), "null") for value in schema.get("enum", [])
    ]
    return [name for name in dict.fromkeys(found) if name != "null"]


def _plural(words: str) -> str:
    return _PLURALS.get(words, words)


def sentence(description: str) -> str:
    """Return the first sentence of a description."""
    return re.split(r"(?<=[.?!])\s", description, maxsplit=1)[0]


def text(found: Facts, node: Node) -> str:
    """Return the facts as text."""
    width = min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST)
    null, required = found.get("nullable"), found.get("required")
    heads = [
        _head("VALUE", found["path"] or "all values of the chart"),
        _head("TYPE", found["type"] + " or null" * bool(null) + ", required" * bool(required)),
    ]
    enum = ["null" if value is None else str(value) for value in node.schema.get("enum", [])]
    limits = [f"one of {', '.join(enum)}"] if enum else []
    limits += [
        words.format(node.schema[key]) for key, words in _LIMITS.items() if key in node.schema
    ]
    if limits:
        heads.append(_head("ALLOWED", "; ".join(limits)))
    sections = []
    if "description" in found:
        sections.append(_section("DESCRIPTION", textwrap.wrap(found["description"], width - 2)))
    if "default" in found:
        default = found["default"]
        inherited = found["defaultFrom"] != found["path"]
        origin = f", inherited from {found['defaultFrom']}" if inherited else ""
        if default and isinstance(default, dict | list):
            sections.append(_section(f"DEFAULT{origin}", _yaml(default)))
        else:
            heads.append(_head("DEFAULT", goyaml.json_dumps(default) + origin))
    if "examples" in found:
        key = found["path"].rpartition(".")[2]
        lines = [line for example in found["examples"] for line in _yaml({key: example})]
        sections.append(_section("EXAMPLES", lines))
    if "kubectlExplain" in found:
        sections.append(_section("MORE", [f"kubectl explain {found['kubectlExplain']}"]))
    keys, title = found.get("keys", {}), "KEYS"
    if list(keys) == [ANY]:
        keys, title = keys[ANY].get("keys"), f"KEYS of each entry, {found['path']}.NAME"
    if keys:
        sections.append(_section(title, list(_table(keys, width - 2))))
    return "\n\n".join(["\n".join(heads), *sections])


def _head(name: str, text: str) -> str:
    return click.style(f"{name + ':':<11}", bold=True) + text


def _section(name: str, lines: list[str]) -> str:
    return "\n".join([click.style(f"{name}:", bold=True), *(f"  {line}" for line in lines)])


def _yaml(value: Any) -> list[str]:
    return str(goyaml.dump_exactly(value)).rstrip("\n").splitlines()


def _table(keys: Facts, width: int, level: int = 0) -> Iterator[str]:
    """Yield a line for each key: name, type and the beginning of its prose."""
    indent = "  " * level
    names = max(len(key) for key in keys)
    kinds = max(len(about["type"]) for about in keys.values())
    for key, about in keys.items():
        room = width - len(indent) - names - kinds - 6
        prose = textwrap.shorten(
            sentence(about.get("description", "")), max(room, 20), placeholder=" …"
        )
        name = click.style(f"{key:<{names}}", fg="cyan")
        yield f"{indent}{name}  {about['type']:<{kinds}}  {prose}".rstrip()
        yield from _table(about["keys"], width, level + 1) if "keys" in about else ()
