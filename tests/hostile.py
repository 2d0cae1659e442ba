"""Every position of a text or a key in the values, and texts that are hard to write as YAML."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from dask_helm.values import schema

Path = tuple[str | int, ...]

KEY = "\0"
"""In a path: the position of a key, not of its value."""

CLEAN = (
    "~", "null", "true", "Yes", "on", "y", "1", "1.5", "0x1F", "0o17", "017", "1e3", "1_000",
    "12:30", ".inf", ".nan", "2026-11-30", "=", "-", "--", "---", "...", "- a", "-a", "? a",
    "a: b", "a:", ": a", "#", "# a", "a #b", "'", '"', "'a", "a'b", '"a', "''", "\\", "\\n",
    'a\\"b', "{{ .Values }}", "{{", "}}", "$(id)", "$(POD_NAME)", "${HOME}", "`id`", "; rm -rf ~",
    "a' ; id ; '", "a && b", "%s%d%!", "@a", "`a", "!a", "!!binary x", "&a", "*a", "|", "|-", ">",
    "[a", "a]", "{a", "a}", "a,b", "a=b", "<a>", "&amp;", " ", "  a", "a  ", " a b ", "\t", "\ta",
    "a\tb", "a\t", "é", "名前🦆", "\u200b", "\u202e", "\ufeff", "\xa0a", "x" * 300, "x y " * 80,
    "a\nb", "a\n", "\na", "  a\n b", "a\n  b\n", "a\n---\nb: c", "a\n# b", "a \nb\t\n", "a\r\nb",
    "a\nsecurityContext: {privileged: true}", "\rb", "\x00", "\x1b[31m", "\x0b", "a\x1fb\nc",
    '{"a": 1}', "[1, 2]",
)  # fmt: skip
"""YAML represents them."""

FATAL = (
    "\x7f", "a\x7fb\nc", "\x85", "a\x85b: c", "a\u2028b: c\nd", "a\n\u2029b: c", "\x80", "a\x9f",
    "\ufffe", "\uffff", "<no value>", "a<no value>b", "a\n\n", "\n", "\n\n", "\n\na\n\n\n",
)  # fmt: skip
"""Go's YAML writes them so that they are read as other texts or not at all; Helm removes parts."""

FATAL_KEYS = ("<<", "x" * 600, "x" * 1000, "<" * 200, "a\nb", "a\n- b: c", "\t", "\x00", *FATAL)
"""As keys these are worse: toYaml writes << plainly, and nothing at all for a long key."""


def marker(number: int) -> str:
    """Return a harmless text that appears nowhere else."""
    return f"m{number}m"


MARKER = re.compile(r"m\d+m")


# Texts for positions at which the schema takes no marker, by the beginning of the schema's pattern.
_VALID = {
    r"^\+?([0-9]": "1",
    "^(sha256:": f"sha256:{'0' * 64}",
    "^/.*": "/home/dask",
    "^(auto|": "auto",
    "^((tcp|": "tcp://elsewhere:8786",
}


class Values:
    """Values with a marker at every position that the schema describes.

    Each definition of Kubernetes is filled in once, where it appears first. `valid` has a text for
    each marker that the schema refuses.
    """

    def __init__(self) -> None:
        self._schema = schema.load(examples=False)
        self._seen: set[str] = set()
        self.positions: list[Path] = []
        self.valid: dict[int, str] = {}
        self.document = self._filled(self._schema, ())

    def _marker(self, path: Path, node: dict[str, Any]) -> str:
        number = len(self.positions)
        self.positions.append(path)
        words = [word for word in node.get("enum", ()) if isinstance(word, str) and word]
        pattern = node.get("pattern", "")
        if words:
            self.valid[number] = words[0]
        elif not re.search(pattern, marker(number)):
            self.valid[number] = next((v for k, v in _VALID.items() if pattern.startswith(k)), "")
        return marker(number)

    def _filled(self, node: dict[str, Any], path: Path, required: bool = False) -> Any:
        if "$ref" in node:
            name = node["$ref"].rpartition("/")[2]
            if name in self._seen and not required:
                return None
            self._seen.add(name)
            node = self._schema["definitions"][name]
        kinds = node.get("type", [])
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if "string" in kinds or any(isinstance(word, str) for word in node.get("enum", ())):
            return self._marker(path, node)
        if isinstance(node.get("items"), dict):
            item = self._filled(node["items"], (*path, 0), required)
            return None if item is None else [item]
        if {"integer", "number"} & set(kinds):
            return 1 if required else None
        if path == ("workers",):
            return {"p": self._filled(node["additionalProperties"], (*path, "p"))}
        found = {}
        for key, inner in node.get("properties", {}).items():
            value = self._filled(inner, (*path, key), key in node.get("required", ()))
            if value is not None:
                found[key] = value
        extra = node.get("additionalProperties", "properties" not in node)
        if "object" in kinds and extra is not False:
            key = self._marker((*path, KEY), node.get("propertyNames", {}))
            inner = extra if isinstance(extra, dict) else {"type": "string"}
            found[key] = self._filled(inner, (*path, key), required=True)
        return found or ({} if required else None)


def changed(document: Any, texts: dict[str, str]) -> Any:
    """Return the document with other texts in place of the markers, as keys and inside of texts."""

    def text(value: str) -> str:
        return MARKER.sub(lambda found: texts.get(found[0], found[0]), value)

    if isinstance(document, dict):
        return {text(key): changed(value, texts) for key, value in document.items()}
    if isinstance(document, list):
        return [changed(item, texts) for item in document]
    return text(document) if isinstance(document, str) else document


def strings(document: Any) -> Iterator[str]:
    """Yield every key and text."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield key
            yield from strings(value)
    elif isinstance(document, list):
        for item in document:
            yield from strings(item)
    elif isinstance(document, str):
        yield document


def decoded(objects: list[dict[str, Any]], load: Callable[[str], Any]) -> list[dict[str, Any]]:
    """Return objects without checksums, and with the data in place of its text in ConfigMaps."""
    for each in objects:
        template = each.get("spec", {}).get("template", each)
        for key in [
            k for k in template["metadata"].get("annotations", {}) if k.startswith("checksum/")
        ]:
            del template["metadata"]["annotations"][key]
        data = each.get("data", {})
        for key, read in {"dask.yaml": load, "jupyter_server_config.json": json.loads}.items():
            if key in data:
                data[key] = read(data[key])
    return objects


def as_yaml(values: Any) -> str:
    """Return the values as JSON that every reader of YAML takes."""
    text = json.dumps(values, ensure_ascii=False)
    return re.sub(
        "[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", lambda c: f"\\u{ord(c[0]):04x}", text
    )
