"""The real Helm as the judge: what it makes of values, types included, and what it refuses."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from dask_helm.engine.types import Int64

from harness.programs import helm

HELMS = (3, 4)

# Prints the values as JSON in which each scalar stands beside the kind that Go has for it.
TEMPLATE = """
{{- define "typed" -}}
{{- if kindIs "map" . -}}
{"map": { {{- $comma := "" }}{{ range $k, $v := . }}{{ $comma }}{{ toJson $k }}: {{ include "typed" $v }}{{ $comma = "," }}{{ end -}} }}
{{- else if kindIs "slice" . -}}
{"slice": [ {{- range $i, $v := . }}{{ if $i }},{{ end }}{{ include "typed" $v }}{{ end -}} ]}
{{- else -}}
{"{{ kindOf . }}": {{ toJson . }}}
{{- end -}}
{{- end -}}
values: {{ include "typed" .Values | quote }}
"""


def chart(folder: Path, defaults: dict[str, Any] | None = None, schema: str = "") -> Path:
    """Make a chart that prints its values, with these defaults."""
    (folder / "templates").mkdir(parents=True, exist_ok=True)
    (folder / "Chart.yaml").write_text("{apiVersion: v2, name: probe, version: 0.1.0}")
    (folder / "values.yaml").write_text(json.dumps(defaults or {}))
    (folder / "templates" / "values.yaml").write_text(TEMPLATE)
    if schema:
        (folder / "values.schema.json").write_text(schema)
    return folder


def run(
    folder: Path, arguments: Sequence[str | Path], version: int, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Render the chart with the arguments of `helm template`."""
    command = [helm(version), "template", "demo", folder, *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, input=stdin, timeout=300
    )


def values(
    folder: Path, arguments: Sequence[str | Path], version: int, stdin: str = ""
) -> Any | None:
    """Return Helm's values, None when it refuses the arguments."""
    result = run(folder, arguments, version, stdin)
    if result.returncode:
        return None
    return _untyped(json.loads(yaml.safe_load(result.stdout)["values"]))


def _untyped(node: dict[str, Any]) -> Any:
    (kind, value), *_ = node.items()
    if kind == "map":
        return {key: _untyped(item) for key, item in value.items()}
    if kind == "slice":
        return [_untyped(item) for item in value]
    return {"float64": float, "int64": Int64}.get(kind, lambda scalar: scalar)(value)
