"""Small charts, rendered by the real Helm and by our interpreter."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml
from dask_helm.engine import Release
from dask_helm.engine.values import collect
from dask_helm.errors import TemplateError, ValuesError
from dask_helm.renderer import Renderer

from harness.programs import helm

RELEASE = Release("demo", "team")

# One entry for each case: JSON, so that every byte of what a case prints arrives.
_COLLECTOR = """apiVersion: v1
kind: ConfigMap
metadata: {name: cases}
data:
{{- range $index := until (int .Values.cases) }}
  c{{ $index }}: {{ include (printf "%s/_case%d.tpl" $.Template.BasePath $index) $ | toJson | quote }}
{{- end }}
"""


def make_chart(folder: Path, templates: Mapping[str, str], values: Mapping[str, Any]) -> Path:
    """Write a chart with these files in templates/ and return its folder."""
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("{apiVersion: v2, name: small, version: 1.2.3}")
    (folder / "values.yaml").write_text(json.dumps(values))
    for name, text in templates.items():
        (folder / "templates" / name).write_text(text)
    return folder


def cases_chart(folder: Path, cases: Sequence[str], values: Mapping[str, Any]) -> Path:
    """Write a chart in which each case is a file that a ConfigMap includes."""
    files = {f"_case{index}.tpl": text for index, text in enumerate(cases)}
    files["cases.yaml"] = _COLLECTOR
    return make_chart(folder, files, {**values, "cases": len(cases)})


def helm_template(chart: Path, version: int) -> subprocess.CompletedProcess[str]:
    """Run the real Helm on a chart."""
    command = [str(helm(version)), "template", RELEASE.name, str(chart), "-n", RELEASE.namespace]
    # Helm repeats bytes that are no UTF-8 in its errors.
    return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)


def printed_by_helm(chart: Path, version: int) -> list[str]:
    """Return what each case of a cases_chart prints."""
    result = helm_template(chart, version)
    assert result.returncode == 0, result.stderr
    (configmap,) = [o for o in yaml.safe_load_all(result.stdout) if o]
    return _printed(configmap)


def printed_by_us(chart: Path) -> list[str]:
    """Return what each case of a cases_chart prints."""
    (manifest,) = Renderer(chart).render(collect([{}]), RELEASE).manifests
    return _printed(manifest.object)


def _printed(configmap: dict[str, Any]) -> list[str]:
    data = configmap["data"]
    return [json.loads(data[f"c{index}"]) for index in range(len(data))]


def refused_by_helm(charts: Sequence[Path], version: int) -> list[bool]:
    """Return for each chart whether Helm refuses it."""
    with ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda chart: helm_template(chart, version), charts)
    return [result.returncode != 0 for result in results]


def refused_by_us(chart: Path) -> bool:
    """Return whether our interpreter refuses a chart, with an error that names its place."""
    try:
        Renderer(chart).render(collect([{}]), RELEASE)
    except (TemplateError, ValuesError):
        return True
    return False
