"""A chart as it lies in a folder."""

import fnmatch
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dask_helm import goyaml
from dask_helm.errors import ChartError

_OWN_FILES = ("Chart.yaml", "Chart.lock", "values.yaml", "values.schema.json", ".helmignore")
# The fields of Chart.yaml that templates read under Go's names.
_FIELDS = {
    "name": "Name", "home": "Home", "version": "Version", "description": "Description",
    "icon": "Icon", "apiVersion": "APIVersion", "condition": "Condition", "tags": "Tags",
    "appVersion": "AppVersion", "kubeVersion": "KubeVersion", "type": "Type",
}  # fmt: skip
_OTHERS: dict[str, tuple[str, Any]] = {
    "sources": ("Sources", []),
    "keywords": ("Keywords", []),
    "maintainers": ("Maintainers", []),
    "deprecated": ("Deprecated", False),
    "annotations": ("Annotations", {}),
    "dependencies": ("Dependencies", []),
}


@dataclass(frozen=True)
class Chart:
    """A chart without dependencies.

    `metadata` is Chart.yaml; `templates` and `files` map paths inside the chart to text or bytes;
    `schema` is None for a chart that has none.
    """

    metadata: dict[str, Any]
    defaults: dict[str, Any]
    schema: dict[str, Any] | None
    templates: dict[str, str]
    files: dict[str, bytes]

    @property
    def name(self) -> str:
        """The chart's own name."""
        return str(self.metadata["name"])

    def as_data(self) -> dict[str, Any]:
        """Return what templates see as ``.Chart``."""
        texts = {go: self.metadata.get(key, "") for key, go in _FIELDS.items()}
        others = {go: self.metadata.get(key, empty) for key, (go, empty) in _OTHERS.items()}
        return {**texts, **others, "IsRoot": True}

    @classmethod
    def read(cls, folder: Path) -> "Chart":
        """Read a chart from a folder; raises ChartError or YamlError for what is none."""
        if not (folder / "Chart.yaml").is_file():
            raise ChartError(f"{folder} is no chart: it holds no Chart.yaml")
        files = dict(_files(folder))
        schema = files.get("values.schema.json")
        return cls(
            metadata=_metadata(files["Chart.yaml"], folder),
            defaults=_mapping(files.get("values.yaml", b""), folder / "values.yaml"),
            schema=_schema(schema, folder) if schema else None,
            templates={n: _text(d, n) for n, d in files.items() if n.startswith("templates/")},
            files={n: d for n, d in files.items() if _is_other(n)},
        )


def _metadata(data: bytes, folder: Path) -> dict[str, Any]:
    metadata = _mapping(data, folder / "Chart.yaml")
    if not isinstance(metadata.get("name"), str):
        raise ChartError(f"{folder / 'Chart.yaml'} names no chart. Write: name: my-chart")
    if metadata.get("dependencies"):
        raise ChartError(
            f"{folder} depends on other charts, which is not supported; use Helm for it"
        )
    return metadata


def _mapping(data: bytes, path: Path) -> dict[str, Any]:
    loaded = goyaml.load(data, name=str(path))
    if not isinstance(loaded, dict | None):
        raise ChartError(f"{path} holds no mapping of keys to values at its top")
    return loaded or {}


def _schema(data: bytes, folder: Path) -> dict[str, Any]:
    try:
        schema: dict[str, Any] = json.loads(data)
    except ValueError as error:
        raise ChartError(f"{folder / 'values.schema.json'} is no JSON: {error}") from None
    return schema


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise ChartError(f"{name} is not written in UTF-8: {error}") from None


def _is_other(name: str) -> bool:
    return name not in _OWN_FILES and not name.startswith(("templates/", "charts/"))


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of the files that Helm would load."""
    ignored = _ignored(folder)
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not _matches(name, ignored):
            yield name, path.read_bytes()


def _ignored(folder: Path) -> list[str]:
    """Return the patterns of .helmignore, and the one that Helm always has."""
    file = folder / ".helmignore"
    lines = file.read_text("utf-8").splitlines() if file.is_file() else []
    patterns = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return [*patterns, "templates/.?*"]


def _matches(name: str, patterns: list[str]) -> bool:
    """Whether the file, or a folder it lies in, is ignored."""
    parts = name.split("/")
    inside = ["/".join(parts[: i + 1]) for i in range(len(parts))]
    return any(_matched(part, pattern, part != name) for pattern in patterns for part in inside)


def _matched(name: str, pattern: str, is_folder: bool) -> bool:
    if pattern.endswith("/"):
        return is_folder and _matched(name, pattern[:-1], is_folder)
    if pattern.startswith("/"):
        return fnmatch.fnmatchcase(name, pattern[1:])
    return fnmatch.fnmatchcase(name if "/" in pattern else name.rpartition("/")[2], pattern)
