"""The sources of values (files, mappings, expressions), and the position of a value in them."""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from dask_helm.engine import yaml as goyaml
from dask_helm.engine.values.display import ValuePath
from dask_helm.engine.values.documents import decoded, documents
from dask_helm.engine.values.merge import Map, merge_maps
from dask_helm.engine.values.paths import held, holds
from dask_helm.engine.values.plain import as_helm_reads
from dask_helm.errors import Place, UsageError, YamlError
from dask_helm.text import closest

# What ends a plain scalar of YAML, far enough to show a number as it was written.
_SCALAR = re.compile(r"[^\s,#\]}]+")
_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


class Source:
    """One source of values."""

    name: str

    def held(self, path: ValuePath) -> int:
        """Return how many steps of the path this source contains."""
        raise NotImplementedError

    def place(self, path: ValuePath, *, key: bool = False) -> Place | None:  # noqa: ARG002
        """Return the place of the value at the path, or with `key` of its key."""
        return None

    def written(self, path: ValuePath) -> str | None:  # noqa: ARG002
        """Return the value at the path as the user wrote it, when it is a plain scalar."""
        return None


@dataclass
class MappingSource(Source):
    """A mapping of Python, or the values of a file."""

    data: Map
    name: str = "values"

    def held(self, path: ValuePath) -> int:
        """Return how many steps of the path the mapping holds."""
        return held(self.data, path)


@dataclass
class FileSource(MappingSource):
    """A values file, or standard input."""

    text: str = ""

    def place(self, path: ValuePath, *, key: bool = False) -> Place | None:
        """Return file, line and column of the value, or with `key` of its key."""
        positions = next((p for data, p in self._documents if holds(data, path)), None)
        if positions is None:
            return None
        return positions.key(path) if key else positions.value(path)

    def written(self, path: ValuePath) -> str | None:
        """Return the scalar as it is written in the file."""
        place = self.place(path)
        # The place of an omitted value at the end of the text is after the last line.
        if not place or place.line > len(self._lines):
            return None
        scalar = _SCALAR.match(self._lines[place.line - 1], place.column - 1)
        return scalar[0] if scalar else None

    @cached_property
    def _lines(self) -> list[str]:
        return _LINE_BREAK.split(self.text)

    @cached_property
    def _documents(self) -> list[tuple[Any, goyaml.Positions]]:
        """The documents' values and positions, the last document first: it has precedence."""
        parts = documents(self.text, self.name)[::-1]
        return [(goyaml.load(part), goyaml.locate(part, self.name)) for part in parts]


@dataclass
class ExpressionSource(Source):
    """An expression of --set or one of its relatives, and the values that it sets."""

    name: str
    sets: list[tuple[ValuePath, Any]] = field(default_factory=list)

    def held(self, path: ValuePath) -> int:
        """Return how many steps of the path the expression names or gives a value for."""
        return max((_held_by(prefix, value, path) for prefix, value in self.sets), default=0)

    def place(self, path: ValuePath, *, key: bool = False) -> Place | None:  # noqa: ARG002
        """Return the expression itself as the place."""
        return Place(self.name, 0) if self.held(path) == len(path) else None

    def written(self, path: ValuePath) -> str | None:
        """Return the string that was given for the path; other values have been converted."""
        texts = (value for prefix, value in self.sets if prefix == path and isinstance(value, str))
        return next(texts, None)


def read(given: str | Path | Mapping[str, Any]) -> MappingSource:
    """Return a values file (`-` for standard input) or a mapping as a source.

    Raises UsageError for a file that cannot be read, and YamlError for invalid YAML or no mapping.
    """
    if isinstance(given, Mapping):
        return MappingSource(as_helm_reads(given))
    name, content = _content(given)
    text = decoded(content, name)
    data: Map = {}
    for part in documents(text, name):
        data = merge_maps(data, _mapping(goyaml.load(part, name=name), name))
    return FileSource(data, name, text)


def content_of(path: str) -> str:
    """Return the text of a file, or of standard input for `-`.

    Bytes that are not UTF-8 become surrogate escapes, so that b64enc can restore them.
    """
    return _content(path)[1].decode("utf-8", "surrogateescape")


def _content(given: str | Path) -> tuple[str, bytes]:
    """Return the name and the bytes of a file."""
    name = str(given)
    if name.strip() == "-":
        if sys.stdin is None:
            raise UsageError("Standard input is closed, but `-` reads the values from there")
        return "stdin", sys.stdin.buffer.read()
    try:
        return name, Path(name).read_bytes()
    except (OSError, ValueError) as error:
        raise UsageError(_unreadable(name, error)) from error


def _unreadable(name: str, error: OSError | ValueError) -> str:
    if re.match(r"https?://", name):
        return f"{name}: values files must be local; download it first: curl -O {name}"
    if isinstance(error, FileNotFoundError):
        path = Path(name)
        beside = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
        near = closest(path.name, beside)
        hint = f"; did you mean {path.with_name(near[0])}?" if near else ""
        return f"{name}: file not found{hint}"
    if isinstance(error, IsADirectoryError):
        return f"{name}: is a folder; name a values file in it"
    reason = error.strerror if isinstance(error, OSError) else "not a valid file name"
    return f"{name}: cannot be read: {reason}"


def _mapping(data: Any, name: str) -> Map:
    if data is None:
        return {}
    if isinstance(data, dict):
        return data
    found = {list: "a list", str: "a string", bool: "true or false"}.get(type(data), "a number")
    advice = "values must be a map of keys, such as:\n  workers:\n    default:\n      replicas: 2"
    raise YamlError(f"contains {found}; {advice}", Place(name, 1))


def _held_by(prefix: ValuePath, value: Any, path: ValuePath) -> int:
    """Return how many steps of `path` lead to `prefix`, or on into the value set there."""
    for done, (step, wanted) in enumerate(zip(prefix, path, strict=False)):
        if step != wanted:
            return done
    return min(len(path), len(prefix)) + held(value, path[len(prefix) :])
