"""What is said about fleet files that are wrong: all problems at once, each with its place."""

from pathlib import Path

import pytest
from dask_helm import fleet
from dask_helm.errors import FleetError, UsageError, YamlError

from tests.fleet.fleets import make

SETTINGS = "release, namespace, valuesFiles, values, set"

EXAMPLE = "clusters:\n  - name: alice\n    namespace: alice\n    valuesFiles: [alice.yaml]"
EMPTY = "fleet.yaml:1:1: the fleet has no clusters\n  write:\n    " + EXAMPLE.replace(
    "\n", "\n    "
)

WRONG = {
    "unknown key": (
        "cluster: [a]",
        "fleet.yaml:1:1: cluster: unknown top-level key (did you mean clusters?)\n"
        "  write:\n    clusters:\n    - a",
    ),
    "unknown key in a cluster": (
        "clusters:\n  - name: a\n    namspace: b",
        "fleet.yaml:3:5: clusters[0].namspace: unknown key (did you mean clusters[0].namespace?)",
    ),
    "values in the wrong place": (
        "clusters:\n  a:\n    workers: {}",
        "fleet.yaml:3:5: clusters.a.workers: unknown key (did you mean clusters.a.values.workers?)\n"
        "  write:\n    clusters:\n      a:\n        values:\n          workers: {}",
    ),
    "empty": (
        "{}",
        "fleet.yaml:1:1: clusters: is required; it must be a list or a map (lines of `key: value`)\n"
        "  write, for example:\n    clusters:\n    - name: alice\n      namespace: alice\n"
        "      valuesFiles:\n      - alice.yaml",
    ),
    "no clusters": ("clusters: []", EMPTY),
    "no map": ("[a, b]", "fleet.yaml: must be a map, got a list. Example:\n"),
    "nothing": ("", "fleet.yaml: must be a map, got null. Example:\n"),
    "clusters of the wrong kind": (
        "clusters: a",
        "fleet.yaml:1:11: clusters: must be a list or a map (lines of `key: value`), got the string "
        '"a"\n  write:\n    clusters:\n    - a',
    ),
    "a cluster of the wrong kind": (
        "clusters: [[a]]",
        "fleet.yaml:1:12: clusters[0]: must be a string or a map (lines of `key: value`), got a list\n"
        "  write:\n    - a",
    ),
    "no name": (
        "clusters:\n  - namespace: a",
        "fleet.yaml:2:5: clusters[0].name: is required; it must be a string\n"
        "  write, for example:\n    name: alice",
    ),
    "a folder outside": (
        "clusters: [../a]",
        "fleet.yaml:1:12: clusters[0]: '../a' is not a valid folder name; use at most 100 letters, "
        "digits, '-', '_' and '.'; begin and end with a letter or digit",
    ),
    "two clusters of one name": (
        "clusters:\n  - a\n  - {name: b}\n  - {name: a}",
        "fleet.yaml:4:6: clusters[2].name: the cluster 'a' already exists, at fleet.yaml:2:5",
    ),
    "two names that some file systems take for one": (
        "clusters:\n  - a\n  - A",
        "fleet.yaml:3:5: clusters[1]: the cluster 'A' already exists as 'a' (case is ignored), "
        "at fleet.yaml:2:5",
    ),
    "a cluster that the matrix makes, too": (
        "clusters:\n  - red-small\nmatrix:\n  axes: {team: [red], size: [small]}",
        "fleet.yaml:3:1: matrix: the cluster 'red-small' already exists, at fleet.yaml:2:5",
    ),
    "an unknown word": (
        "defaults: {namespace: '{nam}'}\nclusters: [a, b]",
        "fleet.yaml:1:12: defaults.namespace: unknown placeholder {nam}; available here: {name}, "
        "{release} (did you mean {name}?)",
    ),
    "an unknown word in the name of a file": (
        "clusters:\n  - name: a\n    valuesFiles: [x.yaml, '{team}.yaml']",
        "fleet.yaml:3:27: clusters[0].valuesFiles[1]: unknown placeholder {team}; available here: "
        "{name}, {release}, {namespace}",
    ),
    "files that are no list": (
        "clusters: [{name: a, valuesFiles: a.yaml}]",
        'fleet.yaml:1:35: clusters[0].valuesFiles: must be a list, got the string "a.yaml"\n'
        "  write:\n    valuesFiles:\n    - a.yaml",
    ),
    "values that are no map": (
        "clusters: [{name: a, values: [1]}]",
        "fleet.yaml:1:30: clusters[0].values: must be a map (lines of `key: value`), got a list\n"
        "  write, for example:\n    values: {}",
    ),
    "an unknown layout": (
        "clusters: [a]\nlayout: object",
        'fleet.yaml:2:9: layout: must be "single" or "objects", got the string "object" '
        "(did you mean objects?)\n  write:\n    layout: objects",
    ),
    "hooks that are neither true nor false": (
        "clusters: [a]\nhooks: never",
        'fleet.yaml:2:8: hooks: must be true or false, got the string "never"\n'
        "  write, for example:\n    hooks: true",
    ),
    "a matrix without axes": (
        "matrix: {name: a}",
        "fleet.yaml:1:1: matrix.axes: is required; it must be a map (lines of `key: value`) of at "
        "least 1 key\n  write, for example:\n    matrix:\n      axes:\n        size:\n        - small\n"
        "        - large\n        team:\n        - red\n        - blue",
    ),
    "an axis without values": (
        "matrix: {axes: {team: [], size: [a]}}",
        "fleet.yaml:1:23: matrix.axes.team: must be a list of at least 1 item or a map (lines of "
        "`key: value`) of at least 1 key, got a list of 0 items\n  write, for example:\n"
        "    matrix:\n      axes:\n        team:\n        - small\n        - large",
    ),
    "an axis with a name that is taken": (
        "matrix: {axes: {values: [a]}}",
        "fleet.yaml:1:17: matrix.axes.values: 'values' is not a valid axis name; "
        "choose another name",
    ),
    "a value that is there twice": (
        "matrix: {axes: {team: [a, b, a]}}",
        "fleet.yaml:1:23: matrix.axes.team: must not contain an item twice\n"
        "  write:\n    matrix:\n      axes:\n        team:\n        - a\n        - b",
    ),
    "a name that lacks an axis": (
        "matrix: {axes: {team: [a, b], size: [c, d]}, name: '{team}'}",
        "fleet.yaml:1:46: matrix.name: must contain {size}, or several clusters would have "
        "the same name",
    ),
    "a name with an unknown word": (
        "matrix: {axes: {team: [a, b]}, name: '{team}-{teem}'}",
        "fleet.yaml:1:32: matrix.name: unknown placeholder {teem}; available here: {team} "
        "(did you mean {team}?)",
    ),
    "an exclusion of nothing": (
        "matrix:\n  axes: {team: [red, blue]}\n  exclude: [{team: redd}, {tem: red}]",
        'fleet.yaml:3:20: matrix.exclude[0].team: must be "red" or "blue", got the string "redd" '
        "(did you mean red?)\n  write:\n    team: red\n"
        "fleet.yaml:3:28: matrix.exclude[1].tem: unknown key (did you mean matrix.exclude[1].team?)",
    ),
    "an inclusion that is not complete": (
        "matrix:\n  axes: {team: [red], size: [s]}\n  include: [{team: red, valueFiles: []}]",
        'fleet.yaml:3:13: matrix.include[0].size: is required; it must be "s"\n'
        "  write:\n    size: s\n"
        "fleet.yaml:3:25: matrix.include[0].valueFiles: unknown key "
        "(did you mean matrix.include[0].valuesFiles?)",
    ),
    "a key that is there twice": (
        "clusters:\n  a: {}\n  b: {}\n  a: {release: x}",
        "fleet.yaml:4:3: clusters.a: duplicate key; the first one is at fleet.yaml:2:3. "
        "Remove one of them",
    ),
    "a key of values that is there twice": (
        "clusters:\n  - name: a\n    values: {x: 1, x: 2}",
        "fleet.yaml:3:20: clusters[0].values.x: duplicate key; the first one is at "
        "fleet.yaml:3:14. Remove one of them",
    ),
    "two keys that YAML reads as one": (
        "clusters: {007: , 7: }",
        'fleet.yaml:1:19: clusters."7": duplicate key; the first one is at fleet.yaml:1:12. '
        "Remove one of them",
    ),
    "a second document": (
        "clusters: [a]\n---\n---\nclusters: [b]",
        "fleet.yaml:3:1: a second YAML document; the first one is at fleet.yaml:1:1. "
        "Use one file for each",
    ),
    "a matrix of millions": (
        f"matrix: {{axes: {{{', '.join(f'a{n}: {list(range(10))}' for n in range(7))}}}}}",
        "fleet.yaml:1:10: matrix.axes: create 10000000 clusters; at most 100000 are allowed",
    ),
}


@pytest.mark.parametrize(("text", "expected"), WRONG.values(), ids=WRONG)
def test_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, expected: str) -> None:
    make(tmp_path, text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FleetError) as caught:
        fleet.read(Path("fleet.yaml"))
    rest = str(caught.value).removeprefix(expected)
    assert rest in ("", EXAMPLE), str(caught.value)


NAMES = ["", ".", "..", "a/b", "a\\b", "/a", "-a", ".a", "a.", "a b", "ä", "a:b", "a\n", "x" * 101]


@pytest.mark.parametrize("name", NAMES)
def test_names_that_are_no_safe_folders(tmp_path: Path, name: str) -> None:
    path = make(tmp_path, "")
    quoted = name.replace("\\", "\\\\").replace("\n", "\\n")
    path.write_text(f'clusters: {{"{quoted}": {{}}}}', encoding="utf-8")
    with pytest.raises(FleetError, match="is not a valid folder name"):
        fleet.read(path)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("x: 1\nlayout: y\nclusters: [[a], b, [c]]\nmatrix: {z: 1}\n", "123344"),
        ("clusters: [a/b, a/c]\nmatrix: {axes: {x: [a, b]},\n  name: '{y}'}\n", "113"),
    ],
    ids=["form", "clusters"],
)
def test_all_problems_at_once(tmp_path: Path, text: str, lines: str) -> None:
    path = make(tmp_path, text)
    with pytest.raises(FleetError) as caught:
        fleet.read(path)
    told = [line.split(":")[1] for line in str(caught.value).splitlines() if str(path) in line]
    assert "".join(told) == lines


def test_text_that_is_no_yaml(tmp_path: Path) -> None:
    with pytest.raises(YamlError, match=r"fleet\.yaml:2:"):
        fleet.read(make(tmp_path, "clusters: [a]\n b: ]"))


def test_text_in_a_wrong_encoding(tmp_path: Path) -> None:
    path = make(tmp_path, "")
    path.write_bytes(b"clusters: [\xff]")
    with pytest.raises(YamlError, match=r"fleet\.yaml:1:12: not valid UTF-8"):
        fleet.read(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read the fleet file: No such file or directory"):
        fleet.read(tmp_path / "none.yaml")


def test_a_wrong_fleet_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(FleetError):
        fleet.render(make(tmp_path, "clusters: [a, a]"), tmp_path / "out")
    assert not (tmp_path / "out").exists()
