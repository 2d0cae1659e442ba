"""`dask-helm validate`: everything that is wrong at once, for people and for programs."""

from pathlib import Path

import pytest
import yaml

from tests.cli.program import data, invoke, printed, refusal
from tests.paths import EXAMPLES

WRONG = """\
workers:
  default:
    replica: 2
jupyter:
  replicas: many
"""


@pytest.fixture
def wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("wrong.yaml").write_text(WRONG)
    Path("right.yaml").write_text("workers: {default: {replicas: 2}}\n")
    return Path("wrong.yaml")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_examples_are_valid(example: Path) -> None:
    assert printed("validate", example) == f"{example}: valid\n"


def test_nothing_given_is_the_defaults() -> None:
    assert printed("validate") == "the chart's defaults: valid\n"


def test_all_problems_are_shown_with_their_places(wrong: Path) -> None:
    message = refusal("validate", wrong)
    assert "wrong.yaml:3:5: workers.default.replica: " in message
    assert "did you mean workers.default.replicas?" in message
    assert "wrong.yaml:5:13: jupyter.replicas: " in message
    assert message.endswith("wrong.yaml: 2 problems\n")


def test_problems_for_programs(wrong: Path) -> None:
    found = data("validate", wrong, code=2)
    assert (found["valid"], found["checked"]) == (False, ["wrong.yaml"])
    replica, replicas = sorted(found["problems"], key=lambda problem: problem["line"])
    assert (replica["file"], replica["line"], replica["column"]) == ("wrong.yaml", 3, 5)
    assert replica["path"] == "workers.default.replica"
    assert replica["suggestion"] == "workers.default.replicas"
    assert "replicas" in replica["write"]
    assert (replicas["path"], replicas["line"]) == ("jupyter.replicas", 5)
    assert yaml.safe_load(printed("validate", wrong, "--output", "yaml", code=2)) == found


def test_no_problems_for_programs(wrong: Path) -> None:
    found = data("validate", "right.yaml")
    assert found == {"valid": True, "checked": ["right.yaml"], "problems": [], "warnings": []}


def test_what_a_file_hides_is_warned_of(wrong: Path) -> None:
    Path("twice.yaml").write_text("image: {tag: a}\nimage: {tag: b}\n---\nenv: []\n")
    result = invoke("validate", "twice.yaml")
    assert result.stdout == "twice.yaml: valid\n"
    duplicate, second = result.stderr.splitlines()
    assert duplicate.startswith("Warning: twice.yaml:2:1: image: duplicate key; the first one is ")
    assert second.startswith("Warning: twice.yaml:3:1: a second YAML document")
    found = data("validate", "twice.yaml")
    assert [one["line"] for one in found["warnings"]] == [2, 3]


def test_files_are_merged_in_their_order(wrong: Path) -> None:
    Path("mend.yaml").write_text("jupyter: {replicas: 0}\nworkers: {default: {replica: null}}\n")
    found = data("validate", wrong, "mend.yaml", code=2)
    assert {problem["path"] for problem in found["problems"]} == {"workers.default.replica"}
    mended = ("-f", "mend.yaml", "--set", "workers.default=null")
    assert printed("validate", wrong, *mended) == "wrong.yaml, mend.yaml: valid\n"


def test_each_file_alone(wrong: Path) -> None:
    result = invoke("validate", "--each", wrong, "right.yaml", code=2)
    assert result.stdout == "right.yaml: valid\n"
    assert "wrong.yaml: 2 problems\n" in result.stderr
    found = data("validate", "--each", "right.yaml", wrong, code=2)
    assert found["checked"] == ["right.yaml", "wrong.yaml"]
    assert {problem["values"] for problem in found["problems"]} == {"wrong.yaml"}


def test_the_charts_own_rules(wrong: Path) -> None:
    Path("rule.yaml").write_text("scheduler:\n  enabled: false\n")
    (problem,) = data("validate", "rule.yaml", code=2)["problems"]
    assert "scheduler.address is empty" in problem["message"]
    assert "address: tcp://SERVICE.NAMESPACE.svc:8786" in problem["write"]


def test_rules_about_the_name_of_the_release() -> None:
    assert "begins with a digit" in refusal("validate", "--release", "1st")
    assert "My" in refusal("validate", "--release", "My")


def test_text_that_is_no_yaml_is_a_problem_with_a_place(wrong: Path) -> None:
    Path("broken.yaml").write_text("a: 1\nb: [1, 2\nc: 3\n")
    assert refusal("validate", "broken.yaml").startswith("Error: broken.yaml:")
    result = data("validate", "--each", "broken.yaml", "right.yaml", code=2)
    (problem,) = result["problems"]
    assert problem["file"] == "broken.yaml"
    assert problem["line"] in (2, 3)


def test_a_file_that_is_not_there(wrong: Path) -> None:
    assert "wring.yaml: file not found; did you mean wrong.yaml?" in refusal(
        "validate", "wring.yaml"
    )


def test_standard_input() -> None:
    assert printed("validate", "-", stdin="{}") == "stdin: valid\n"
    assert "only once" in refusal("validate", "-", "-f", "-", stdin="{}")
