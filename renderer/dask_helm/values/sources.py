"""What the user gave: values files, mappings, expressions; and where in them a value stands."""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from dask_helm import goyaml
from dask_helm.errors import Place, UsageError, YamlError
from dask_helm.values.decode import decoded
from dask_helm.values.documents import documents
from dask_helm.values.merge import Map, merge_maps
from dask_helm.values.paths import ValuePath, held, holds
from dask_helm.values.plain import as_helm_reads

# What ends a plain scalar of YAML, far enough to show a number as it was written.
_SCALAR = re.compile(r"[^\s,#\]}]+")
_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


class Source:
    """One thing the user gave."""

    name: str

    def held(self, path: ValuePath) -> int:
        """Return how many steps of the path stand in this source."""
        raise NotImplementedError

    def place(self, path: ValuePath, *, key: bool = False) -> Place | None:  # noqa: ARG002
        """Return where the value at the path stands, or with `key` its key."""
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
        """Return the scalar as it stands in the file."""
        place = self.place(path)
        # What is left out at the end of the text stands behind its last line.
        if not place or place.line > len(self._lines):
            return None
        scalar = _SCALAR.match(self._lines[place.line - 1], place.column - 1)
        return scalar[0] if scalar else None

    @cached_property
    def _lines(self) -> list[str]:
        return _LINE_BREAK.split(self.text)

    @cached_property
    def _documents(self) -> list[tuple[Any, goyaml.Positions]]:
        """The documents' values and positions, the last document first, for it wins."""
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
        """Return text given for the path as it is; anything else was changed on the way."""
        texts = (value for prefix, value in self.sets if prefix == path and isinstance(value, str))
        return next(texts, None)


def read(given: str | Path | Mapping[str, Any]) -> MappingSource:
    """Return a values file (`-` for standard input) or a mapping as a source.

    A file that cannot be read raises UsageError; what is no mapping, or no YAML, YamlError.
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

    Bytes that are no UTF-8 become halves of surrogate pairs, so that b64enc finds them again.
    """
    return _content(path)[1].decode("utf-8", "surrogateescape")


def _content(given: str | Path) -> tuple[str, bytes]:
    """Return the name and the bytes of a file."""
    name = str(given)
    if name.strip() == "-":
        return "stdin", sys.stdin.buffer.read()
    try:
        return name, Path(name).read_bytes()
    except (OSError, ValueError) as error:
        raise UsageError(_unreadable(name, error)) from error


def _unreadable(name: str, error: OSError | ValueError) -> str:
    if re.match(r"https?://", name):
        return f"{name}: values are read from files only; download it first: curl -O {name}"
    if isinstance(error, FileNotFoundError):
        return f"{name}: there is no such file{_nearby(name)}"
    if isinstance(error, IsADirectoryError):
        return f"{name}: is a folder; name a values file in it"
    reason = error.strerror if isinstance(error, OSError) else "is no name of a file"
    return f"{name}: cannot be read: {reason}"


def _nearby(name: str) -> str:
    """Say which file beside it has a similar name."""
    from difflib import get_close_matches

    path = Path(name)
    beside = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
    near = get_close_matches(path.name, beside, 1)
    return f"; did you mean {path.with_name(near[0])}?" if near else ""


def _mapping(data: Any, name: str) -> Map:
    if data is None:
        return {}
    if isinstance(data, dict):
        return data
    found = {list: "a list", str: "text", bool: "true or false"}.get(type(data), "a number")
    advice = "values are a map of keys, such as:\n  workers:\n    default:\n      replicas: 2"
    raise YamlError(f"holds {found}; {advice}", Place(name, 1))


def _held_by(prefix: ValuePath, value: Any, path: ValuePath) -> int:
    """Return how many steps of `path` lead to `prefix`, or on into the value set there."""
    shared = next(
        (i for i, pair in enumerate(zip(prefix, path, strict=False)) if pair[0] != pair[1]), None
    )
    if shared is not None:
        return shared
    return min(len(path), len(prefix)) + held(value, path[len(prefix) :])
