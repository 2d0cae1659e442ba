"""A chart as it lies in a folder."""

import fnmatch
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dask_helm.engine import yaml as goyaml
from dask_helm.engine.types import StringList, StringMap
from dask_helm.errors import ChartError

_OWN_FILES = ("Chart.yaml", "Chart.lock", "values.yaml", "values.schema.json", ".helmignore")
# The fields of Chart.yaml that templates read under Go's names, by type.
_TEXTS = {
    "name": "Name", "home": "Home", "version": "Version", "description": "Description",
    "icon": "Icon", "apiVersion": "APIVersion", "condition": "Condition", "tags": "Tags",
    "appVersion": "AppVersion", "kubeVersion": "KubeVersion", "type": "Type",
}  # fmt: skip
_LISTS = {"sources": "Sources", "keywords": "Keywords"}
_OTHERS: dict[str, tuple[str, Any]] = {
    "maintainers": ("Maintainers", []),
    "deprecated": ("Deprecated", False),
    "dependencies": ("Dependencies", []),
}


@dataclass(frozen=True)
class Chart:
    """A chart without dependencies.

    `metadata` is Chart.yaml; `templates` and `files` map paths inside the chart to text or bytes;
    `schema` is None if the chart has none.
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
        given = self.metadata
        texts = {go: given.get(key, "") for key, go in _TEXTS.items()}
        lists = {go: StringList(given.get(key) or []) for key, go in _LISTS.items()}
        others = {go: given.get(key, empty) for key, (go, empty) in _OTHERS.items()}
        annotations = StringMap(given.get("annotations") or {})
        return {**texts, **lists, **others, "Annotations": annotations, "IsRoot": True}

    @classmethod
    def read(cls, folder: Path) -> "Chart":
        """Read a chart from a folder; raises ChartError or YamlError if it is not one."""
        if not (folder / "Chart.yaml").is_file():
            raise ChartError(f"{folder} is not a chart: it has no Chart.yaml")
        files = dict(_files(folder))
        _check_dependencies(files, folder)
        schema = files.get("values.schema.json")
        return cls(
            metadata=_metadata(files, folder),
            defaults=_mapping(files.get("values.yaml", b""), folder / "values.yaml"),
            schema=_schema(schema, folder) if schema else None,
            templates={n: _text(d, n) for n, d in files.items() if n.startswith("templates/")},
            files={
                name: data
                for name, data in files.items()
                if name not in _OWN_FILES and not name.startswith(("templates/", "charts/"))
            },
        )


def _metadata(files: dict[str, bytes], folder: Path) -> dict[str, Any]:
    path = folder / "Chart.yaml"
    metadata = _mapping(files["Chart.yaml"], path, whole_numbers=True)
    for key in metadata.keys() & _TEXTS.keys():
        metadata[key] = _text_of(metadata[key], f"{path}: {key}")
    for key in metadata.keys() & _LISTS.keys():
        metadata[key] = [_text_of(item, f"{path}: {key}") for item in metadata[key] or []]
    annotations = metadata.get("annotations") or {}
    metadata["annotations"] = {
        key: _text_of(value, f"{path}: annotations.{key}") for key, value in annotations.items()
    }
    if not metadata.get("name"):
        raise ChartError(f"{path} has no name. Write: name: my-chart")
    return metadata


def _text_of(value: Any, where: str) -> str:
    """Return a field that is text; Helm takes numbers and bools for text, too."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool | int):
        return str(value).lower()
    if isinstance(value, float):
        return goyaml.format_float(value, "g")
    raise ChartError(f"{where} must be text, got {type(value).__name__}")


def _check_dependencies(files: dict[str, bytes], folder: Path) -> None:
    """Raise ChartError for a chart with other charts in it: their objects would be missing."""
    for name in ("Chart.yaml", "requirements.yaml"):
        declared = _mapping(files.get(name, b""), folder / name).get("dependencies")
        if declared:
            raise ChartError(f"{folder / name} lists dependencies. {_NO_DEPENDENCIES}")
    for name in files:
        top, _, rest = name.removeprefix("charts/").partition("/")
        is_chart = name.startswith("charts/") and (rest or top.endswith(".tgz"))
        if is_chart and top[0] not in "_.":
            raise ChartError(f"{folder / 'charts' / top} is a subchart. {_NO_DEPENDENCIES}")


_NO_DEPENDENCIES = "Charts with dependencies are not supported; render this one with Helm."


def _mapping(data: bytes, path: Path, whole_numbers: bool = False) -> dict[str, Any]:
    loaded = goyaml.load(data, name=str(path), whole_numbers=whole_numbers)
    if not isinstance(loaded, dict | None):
        raise ChartError(f"{path} must be a map of keys to values")
    return loaded or {}


def _schema(data: bytes, folder: Path) -> dict[str, Any]:
    try:
        schema: dict[str, Any] = json.loads(data)
    except ValueError as error:
        raise ChartError(f"{folder / 'values.schema.json'} is not JSON: {error}") from None
    return schema


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise ChartError(f"{name} is not UTF-8: {error}") from None


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of the files that Helm would load."""
    ignore_file = folder / ".helmignore"
    lines = ignore_file.read_text("utf-8").splitlines() if ignore_file.is_file() else []
    ignored = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    ignored.append("templates/.?*")  # Helm always has this one
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not _matches(name, ignored):
            yield name, path.read_bytes()


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
