"""A values file to start from: it means what the preset means, and says what its keys mean."""

from pathlib import Path

import pytest
import yaml
from dask_helm.engine import yaml as goyaml

from tests.cli.program import invoke, printed, refusal
from tests.paths import EXAMPLES

EVERY_PRESET = pytest.mark.parametrize("preset", EXAMPLES, ids=lambda path: path.stem)


@EVERY_PRESET
def test_it_means_what_the_preset_means(preset: Path) -> None:
    assert (goyaml.load(printed("new", preset.stem)) or {}) == goyaml.load(preset.read_text())


@EVERY_PRESET
def test_it_is_valid(preset: Path) -> None:
    assert printed("validate", "-", stdin=printed("new", preset.stem)) == "stdin: valid\n"


@EVERY_PRESET
def test_it_keeps_all_lines_of_the_preset(preset: Path) -> None:
    lines = iter(printed("new", preset.stem).splitlines())
    kept = [line for line in preset.read_text().splitlines() if line and line != "{}"]
    assert all(line in lines for line in kept), "in their order"


def test_keys_have_their_meaning_above_them_once() -> None:
    text = printed("new", "pools")
    assert "    # Number of pods.\n    replicas: 2\n" in text
    assert text.count("# Number of pods.") == 1
    assert "# Pools of workers by name" in text


def test_keys_inside_braces_are_left_alone() -> None:
    assert "  gpu: {type: gpu, processes: 1, replicas: 0}\n" in printed("new", "everything")


def test_keys_that_are_not_used_are_named() -> None:
    text = printed("new", "laptop")
    assert "\n#   image              Image of scheduler, workers and Jupyter" in text
    assert "\n#   jupyter " not in text


def test_an_editor_finds_the_schema() -> None:
    first = "# yaml-language-server: $schema="
    assert printed("new", "laptop").startswith(f"{first}values.schema.json\n")
    url = "https://example.com/schema.json"
    assert printed("new", "laptop", "--schema", url).startswith(f"{first}{url}\n")


def test_something_can_be_written_below_every_preset() -> None:
    for preset in EXAMPLES:
        text = printed("new", preset.stem) + "commonLabels: {a: b}\n"
        assert preset.stem == "everything" or yaml.safe_load(text)["commonLabels"] == {"a": "b"}


def test_presets_are_listed_with_what_they_show() -> None:
    listed = printed("new")
    assert printed("new", "--list") == listed
    for preset in EXAMPLES:
        title = preset.read_text().splitlines()[0].removeprefix("# ")
        assert f"{preset.stem:<14}{title}\n" in listed


def test_a_file_is_written_once(tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    assert printed("new", "laptop", "--output", file) == f"{file} written\n"
    assert file.read_text() == printed("new", "laptop")
    file.write_text("mine: true\n")
    assert (
        refusal("new", "pools", "-o", file)
        == f"Error: {file} exists; use --force to overwrite it\n"
    )
    assert file.read_text() == "mine: true\n"
    invoke("new", "pools", "-o", file, "--force")
    assert file.read_text() == printed("new", "pools")


def test_an_unknown_preset() -> None:
    assert refusal("new", "labtop") == "Error: unknown preset labtop; did you mean laptop?\n"
    assert "choose one of: default, everything" in refusal("new", "zzz")


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    file = tmp_path / "missing" / "values.yaml"
    message = refusal("new", "laptop", "-o", file, code=1)
    assert message == f"Error: {file}: No such file or directory\n"
