"""Fleet files and values files for the tests, and what a run left on disk."""

import subprocess
from pathlib import Path
from typing import Any

from dask_helm import fleet
from dask_helm.engine import yaml as goyaml

from harness.programs import helm
from tests.paths import CHART

SIX = "clusters: [a, b, c, d, e, f]\ndefaults: {valuesFiles: ['{name}.yaml']}\n"


def make(folder: Path, text: str, **values: str) -> Path:
    """Write fleet.yaml and `<name>.yaml` for each of the values, and return the fleet file."""
    for name, content in values.items():
        (folder / f"{name}.yaml").write_text(content)
    path = folder / "fleet.yaml"
    path.write_text(text)
    return path


def replicas(count: int) -> str:
    return f"workers: {{default: {{replicas: {count}}}}}\n"


def six(folder: Path, **changed: str) -> Path:
    """A fleet of six clusters, each with a values file of its own."""
    return make(folder, SIX, **{name: replicas(n) for n, name in enumerate("abcdef")} | changed)


def contents(output: Path) -> dict[str, bytes]:
    """Return the content of every file below the folder."""
    files = [path for path in output.rglob("*") if path.is_file()]
    return {path.relative_to(output).as_posix(): path.read_bytes() for path in files}


def times(output: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in output.rglob("*") if path.is_file()}


def states(report: fleet.Report) -> dict[str, str]:
    return {cluster.name: cluster.state for cluster in report.clusters}


def messages(report: fleet.Report) -> dict[str, str]:
    return {cluster.name: str(cluster.error) for cluster in report.failed}


def objects(folder: Path) -> list[Any]:
    """Return all objects in a cluster's folder, read with the rules of Go, in a fixed order."""
    found = [o for path in folder.glob("*.yaml") for o in goyaml.load_all(path.read_text())]
    return sorted(found, key=_kind_and_name)


def helms(release: str, namespace: str, *arguments: str | Path) -> list[Any]:
    """Return what the real Helm makes of the chart with these arguments, in the same order."""
    command = [helm(), "template", release, CHART, "--namespace", namespace, *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return sorted(filter(None, goyaml.load_all(result.stdout)), key=_kind_and_name)


def _kind_and_name(found: Any) -> tuple[str, str]:
    return found["kind"], found["metadata"]["name"]
