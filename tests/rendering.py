"""The chart rendered by a real Helm, as objects to make assertions on."""

import subprocess
from pathlib import Path
from typing import Any

import yaml

from harness.programs import helm
from tests.paths import CHART

Object = dict[str, Any]


def template(
    values: Object | None = None,
    *arguments: str | Path,
    release: str = "demo",
    version: int = 4,
    check: bool = True,
) -> subprocess.CompletedProcess[str]:
    """Run `helm template` with `values` in a file from standard input."""
    command: list[str | Path] = [helm(version), "template", release, CHART]
    return subprocess.run(
        [*command, "--namespace", "team", "-f", "-", *arguments],
        input=yaml.safe_dump(values or {}),
        capture_output=True,
        text=True,
        check=check,
    )


def render(values: Object | None = None, **options: Any) -> list[Object]:
    """Return the rendered objects in Helm's order."""
    return list(yaml.safe_load_all(template(values, **options).stdout))


def find(objects: list[Object], kind: str, name: str) -> Object:
    """Return the one object of that kind and name; StopIteration when there is none."""
    return next(o for o in objects if (o["kind"], o["metadata"]["name"]) == (kind, name))


def container(objects: list[Object], name: str) -> Object:
    """Return the chart's own container of the Deployment `name`."""
    spec: Object = find(objects, "Deployment", name)["spec"]["template"]["spec"]["containers"][0]
    return spec


def refusal(values: Object, **options: Any) -> str:
    """Return what Helm says when it refuses the values; fails when it takes them."""
    result = template(values, check=False, **options)
    assert result.returncode != 0, "Helm took these values"
    return result.stderr
