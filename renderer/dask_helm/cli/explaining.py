"""What there is to say about a value: as data, then laid out as `kubectl explain` does."""

import re
import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from dask_helm import goyaml
from dask_helm.cli import inheritance, tree, types, upstream
from dask_helm.cli.lookup import shown
from dask_helm.cli.readers import readers
from dask_helm.cli.tree import ANY, Node

Facts = dict[str, Any]
_WIDEST = 110


def facts(node: Node, chart: Path | None = None, recursive: bool = False) -> Facts:
    """Return all about a value, as `--output json` prints it; what is not known is left out."""
    schema, path = node.schema, shown(node.path)
    default = inheritance.default(tree.defaults(chart), node.path) if path else None
    found: Facts = {"path": path, **_brief(node), "limits": types.constraints(schema)}
    if default:
        found |= {"default": default.value, "defaultFrom": default.path}
    found |= {"examples": schema.get("examples"), "required": node.required}
    found |= {"readBy": readers(node.path, chart) if path else []}
    found |= {"kubectlExplain": upstream.place(tree.root(chart), node.path)}
    found |= {"keys": _keys(node, recursive)}
    return {key: value for key, value in found.items() if value or key in ("default", "path")}


def _brief(node: Node) -> Facts:
    brief = {"type": types.in_words(node), "nullable": types.nullable(node.schema)}
    description = node.schema.get("description")
    return brief | ({"description": description} if description else {})


def _keys(node: Node, recursive: bool, entered: frozenset[str] = frozenset()) -> Facts:
    """Describe the keys below; a definition that holds itself is not entered again."""
    name = node.item.definition
    if name in entered:
        return {}
    entered |= {name} if name else set()
    keys = {}
    for key, child in node.children.items():
        below = _keys(child, recursive, entered) if recursive or key == ANY else {}
        keys[key] = _brief(child) | ({"keys": below} if below else {})
    return keys


def laid_out(found: Facts, node: Node) -> str:
    """Return the facts as text for people."""
    width = min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST)
    blocks = ["\n".join(_heads(found, node)), *_sections(found, width)]
    return "\n\n".join(blocks)


def _heads(found: Facts, node: Node) -> Iterator[str]:
    yield _head("VALUE", found["path"] or "all values of the chart")
    null = " or null" if found.get("nullable") else ""
    yield _head("TYPE", found["type"] + null + (", required" if found.get("required") else ""))
    limits = types.limits(node.schema)
    if limits:
        yield _head("ALLOWED", "; ".join(limits))
    if _is_short(found):
        yield _head("DEFAULT", goyaml.json_dumps(found["default"]) + _origin(found))


def _sections(found: Facts, width: int) -> Iterator[str]:
    if "description" in found:
        yield _section("DESCRIPTION", textwrap.wrap(found["description"], width - 2))
    if "default" in found and not _is_short(found):
        yield _section(f"DEFAULT{_origin(found)}", _yaml(found["default"]))
    if "examples" in found:
        key = found["path"].rpartition(".")[2]
        yield _section("EXAMPLES", [li for e in found["examples"] for li in _yaml({key: e})])
    if "readBy" in found:
        yield _section("READ BY", found["readBy"])
    if "kubectlExplain" in found:
        yield _section("MORE", [f"kubectl explain {found['kubectlExplain']}"])
    yield from _key_section(found, width)


def _key_section(found: Facts, width: int) -> Iterator[str]:
    """Yield the keys; where the user chooses them, those of each entry."""
    keys, title = found.get("keys", {}), "KEYS"
    if list(keys) == [ANY]:
        keys, title = keys[ANY].get("keys"), f"KEYS of each entry, {found['path']}.NAME"
    if keys:
        yield _section(title, list(_table(keys, width - 2)))


def sentence(description: str) -> str:
    """Return the first sentence of some prose."""
    return re.split(r"(?<=[.?!])\s", description, maxsplit=1)[0]


def _is_short(found: Facts) -> bool:
    default = found.get("default")
    return "default" in found and not (default and isinstance(default, dict | list))


def _origin(found: Facts) -> str:
    inherited = found["defaultFrom"] != found["path"]
    return f", inherited from {found['defaultFrom']}" if inherited else ""


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
