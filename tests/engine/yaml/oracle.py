"""The real Helm as the judge of what YAML and JSON mean and how they are written."""

import json
import re
import subprocess
from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import strategies as st

from harness.programs import helm

# What is asked about comes from a file of JSON, and what is answered goes out in base64, so that
# no other reader or writer of YAML changes a byte on the way.
_TEMPLATE = """kind: Answers
answers:
{{- range fromJsonArray (.Files.Get "asked.json") }}
- {{ %s | toJson | b64enc }}
{{- end }}
"""
_ANSWER = re.compile("^- (.+)$", re.MULTILINE)


def ask(expression: str, items: Sequence[Any], version: int, *arguments: str | Path) -> list[Any]:
    """Return what the expression of Go's templates gives for each item, which is its dot.

    All are evaluated in one run of Helm; every number is a float.
    """
    with TemporaryDirectory() as folder:
        _make_chart(Path(folder), expression, items)
        command = [helm(version), "template", folder, *arguments]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    answers = [_loaded(b64decode(answer)) for answer in _ANSWER.findall(result.stdout)]
    assert len(answers) == len(items)
    return answers


def values_read(file: Path, version: int) -> Any:
    """Return the values that Helm reads in a values file."""
    (values,) = ask("$.Values", [None], version, "--values", file)
    return values


def same(ours: Any, theirs: Any) -> bool:
    """Return whether values are equal, types and the sign of zero included."""
    if type(ours) is not type(theirs):
        return False
    if isinstance(ours, dict):
        return ours.keys() == theirs.keys() and all(same(ours[key], theirs[key]) for key in ours)
    if isinstance(ours, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    return repr(ours) == repr(theirs)


def changed(draw: st.DrawFn, text: str, pieces: st.SearchStrategy[str]) -> str:
    """Return the text with up to three changes: a piece for nothing, or for one or three letters."""
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(text)))
        end = start + draw(st.sampled_from([0, 0, 1, 3]))
        text = text[:start] + draw(pieces) + text[end:]
    return text


def floats(value: Any) -> Any:
    """Return the value with floats for its numbers, which is how Helm reads them."""
    return _loaded(json.dumps(value))


def _make_chart(folder: Path, expression: str, items: Sequence[Any]) -> None:
    (folder / "templates").mkdir()
    (folder / "Chart.yaml").write_text("{apiVersion: v2, name: asked, version: 0.1.0}")
    (folder / "asked.json").write_text(json.dumps(items))
    (folder / "templates" / "answers.yaml").write_text(_TEMPLATE % f"({expression})")


def _loaded(text: str | bytes) -> Any:
    return json.loads(text, parse_int=float)
