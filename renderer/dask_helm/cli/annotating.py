"""A values file with the meaning of each key as a comment above it."""

from collections.abc import Iterator
from typing import NamedTuple

import yaml

from dask_helm.cli import tree
from dask_helm.cli.explaining import sentence
from dask_helm.cli.tree import Node

# A key inside { } has no line of its own for a comment.
_Mapping = yaml.MappingNode


class Remark(NamedTuple):
    """Prose for the key that begins a line; both counted from 0."""

    line: int
    column: int
    prose: str


def annotated(text: str) -> str:
    """Return the text with comments added; it means the same. Each prose is written once."""
    lines = text.splitlines()
    for remark in reversed(list(_once(_remarks(text)))):
        space = [""] if remark.column == 0 else []
        lines[remark.line : remark.line] = [*space, " " * remark.column + f"# {remark.prose}"]
    return "\n".join(lines) + "\n"


def _once(remarks: Iterator[Remark]) -> Iterator[Remark]:
    told: set[str] = set()
    for remark in remarks:
        if remark.prose not in told:
            told.add(remark.prose)
            yield remark


def _remarks(text: str) -> Iterator[Remark]:
    document = yaml.compose(text, Loader=yaml.CSafeLoader)
    if isinstance(document, _Mapping):
        yield from _of_mapping(document, tree.root())


def _of_mapping(mapping: _Mapping, node: Node) -> Iterator[Remark]:
    for key, value in mapping.value:
        child = node.child(key.value)
        if child and not mapping.flow_style:
            yield from _of_key(key.start_mark, child)
        if child and isinstance(value, _Mapping):
            yield from _of_mapping(value, child)


def _of_key(mark: yaml.Mark, node: Node) -> Iterator[Remark]:
    if description := node.schema.get("description"):
        yield Remark(mark.line, mark.column, sentence(description))
