"""The presets, and commented values files generated from them."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dask_helm import data
from dask_helm.errors import UsageError
from dask_helm.text import closest

if TYPE_CHECKING:
    from yaml import MappingNode

    from dask_helm.cli.nodes import Node

EDITORS = "yaml-language-server: $schema="


def names() -> list[str]:
    """Return the names of all presets."""
    return sorted(path.stem for path in data.folder("values").glob("*.yaml"))


def title(name: str) -> str:
    """Return the title of a preset, which is its first line."""
    return text(name).partition("\n")[0].lstrip("# ")


def text(name: str) -> str:
    """Return the text of a preset. Raises UsageError with the nearest name."""
    if name not in names():
        near = closest(name, names())
        hint = f"did you mean {near[0]}?" if near else f"choose one of: {', '.join(names())}"
        raise UsageError(f"unknown preset {name}; {hint}")
    return (data.folder("values") / f"{name}.yaml").read_text("utf-8")


def starting(name: str, schema: str) -> str:
    """Return an equivalent commented values file; editors find the schema at `schema`."""
    from dask_helm.cli.explanation import sentence
    from dask_helm.cli.nodes import root

    # An empty map would prevent keys below it.
    own = re.sub(r"^\{\}\n", "", text(name), flags=re.MULTILINE)
    lines = [
        f"# {EDITORS}{schema}",
        f"# Created from the preset {name} of dask-helm. To describe a key: dask-helm explain KEY",
        annotated(own),
        "# Other keys:",
    ]
    for key, node in root().children.items():
        if not re.search(rf"^{key}:", own, re.MULTILINE):
            lines.append(f"#   {key:<18} {sentence(node.schema['description'])}")
    return "\n".join([*lines, ""])


def annotated(text: str) -> str:
    """Return the text with the description of each key as a comment; each is written once."""
    import yaml

    from dask_helm.cli.nodes import root

    document = yaml.compose(text, Loader=yaml.CSafeLoader)
    first: dict[str, tuple[int, int]] = {}
    if isinstance(document, yaml.MappingNode):
        for line, column, description in _descriptions(document, root()):
            first.setdefault(description, (line, column))
    lines = text.splitlines()
    for description, (line, column) in reversed(first.items()):
        space = [""] if column == 0 else []
        lines[line:line] = [*space, " " * column + f"# {description}"]
    return "\n".join(lines) + "\n"


def _descriptions(mapping: "MappingNode", node: "Node") -> Iterator[tuple[int, int, str]]:
    """Yield line, column and description of each key; keys inside { } have no line of their own."""
    import yaml

    from dask_helm.cli.explanation import sentence

    for key, value in mapping.value:
        child = node.child(key.value)
        if child and not mapping.flow_style and (prose := child.schema.get("description")):
            yield key.start_mark.line, key.start_mark.column, sentence(prose)
        if child and isinstance(value, yaml.MappingNode):
            yield from _descriptions(value, child)
