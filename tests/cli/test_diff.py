"""`dask-helm diff`: two sets of values, by what they render to."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from click.testing import Result

from tests.cli.program import data, invoke, refusal

pytestmark = pytest.mark.usefixtures("folder")


def diff(*arguments: str | Path, code: int = 1) -> Result:
    return invoke("diff", *arguments, code=code)


def test_no_difference() -> None:
    result = diff("values.yaml", "values.yaml", code=0)
    assert (result.stdout, result.stderr) == ("", "no differences\n")


def test_objects_that_differ() -> None:
    result = diff("values.yaml", "production.yaml")
    assert "--- values.yaml: Deployment/dask-worker\n" in result.stdout
    assert "+++ production.yaml: Deployment/dask-worker\n" in result.stdout
    assert "\n-  replicas: 2\n+  replicas: 8\n" in result.stdout
    assert "--- values.yaml: Deployment/dask-worker-burst\n+++ /dev/null\n" in result.stdout
    assert "Jupyter" not in result.stdout
    assert "--- values.yaml: Role/dask-jupyter\n" in result.stdout, "its pools are others"
    assert result.stderr == "0 added, 3 changed, 4 removed\n"


def test_patch_reads_it(folder: Path) -> None:
    """The text is a unified diff as other programs read it."""
    Path("more.yaml").write_text("workers: {default: {replicas: 2}, new: {}}\n")
    text = diff("-f", "values.yaml", "production.yaml", "more.yaml").stdout
    assert len(re.findall(r"^@@ -\d+(,\d+)? \+\d+(,\d+)? @@$", text, re.MULTILINE)) > 2
    done = subprocess.run(
        ["git", "apply", "--stat", "-p0"], input=text, text=True, check=False, capture_output=True
    )
    assert done.returncode == 0, done.stderr


def test_one_file_is_compared_with_the_defaults() -> None:
    Path("one.yaml").write_text("jupyter: {enabled: false}\n")
    result = diff("one.yaml")
    assert result.stderr == "0 added, 0 changed, 7 removed\n"
    assert "--- defaults: Service/dask-jupyter\n+++ /dev/null\n" in result.stdout


def test_what_both_sides_have() -> None:
    common = ("-f", "values.yaml", "--set", "workers.default.replicas=1", "production.yaml")
    found = data("diff", *common, code=1)
    assert [change["name"] for change in found] == ["dask-worker-highmem"]
    number, noted = sorted(found[0]["fields"], key=lambda field: len(field["path"]))
    assert number == {"path": "spec.replicas", "before": 1, "after": 2}
    assert "dask-helm/replicas" in noted["path"]


def test_changes_for_programs() -> None:
    found = data("diff", "values.yaml", "production.yaml", code=1)
    text = diff("values.yaml", "production.yaml", "--output", "yaml").stdout
    assert yaml.safe_load(text) == found
    kinds = {(c["change"], c["kind"], c["name"]) for c in found}
    assert ("changed", "Deployment", "dask-worker") in kinds
    assert ("removed", "Service", "dask-worker-burst") in kinds
    removed = next(c for c in found if c["change"] == "removed")
    assert removed["after"] is None
    assert removed["before"]["metadata"]["name"] == removed["name"]
    assert removed["fields"] == []


def test_fields_that_only_one_side_has() -> None:
    Path("a.yaml").write_text(
        "scheduler: {env: [{name: A, value: a}], nodeSelector: {disk: fast}}\n"
    )
    Path("b.yaml").write_text("scheduler: {env: [{name: A, value: b}, {name: B, value: b}]}\n")
    (change,) = data("diff", "a.yaml", "b.yaml", code=1)
    fields = {field["path"].rpartition("spec.")[2]: field for field in change["fields"]}
    selector = fields["nodeSelector"]
    assert selector["before"] == {"disk": "fast"}
    assert "after" not in selector
    (added,) = [f for f in fields.values() if "before" not in f]
    assert added["after"] == {"name": "B", "value": "b"}


def test_standard_input() -> None:
    result = invoke("diff", "values.yaml", "-", stdin="workers: {}\n", code=1)
    assert "+++ -: " in result.stdout
    assert "only once" in refusal("diff", "-", "-", stdin="{}")


def test_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = diff("values.yaml", "production.yaml").stdout
    coloured = diff_in_colour()
    assert "\x1b[31m-  replicas: 2\x1b[0m\n\x1b[32m+  replicas: 8\x1b[0m\n" in coloured
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain
    monkeypatch.setenv("NO_COLOR", "1")
    assert diff_in_colour() == plain


def diff_in_colour() -> str:
    return invoke("diff", "values.yaml", "production.yaml", code=1, color=True).stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name one or two values files, or use --live"),
        (["a", "b", "c"], "at most 2 values files can be compared"),
        (["--new", "a"], "--new can only be used with --live"),
        (["--live", "a", "b"], "at most 1 values file can be compared"),
        (
            ["values.yaml", "--context", "x"],
            "--context and --kubeconfig can only be used with --live",
        ),
        (["missing.yaml"], "missing.yaml: file not found"),
        (["values.yaml", "--set", "workers.x.replicas=-1"], "workers.x.replicas"),
    ],
)
def test_whatever_goes_wrong_ends_with_2(arguments: list[str], message: str) -> None:
    assert message in refusal("diff", *arguments)
