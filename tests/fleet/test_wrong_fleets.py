"""What is said about fleet files that are wrong: all problems at once, each with its place."""

from pathlib import Path

import pytest
from dask_helm import fleet
from dask_helm.errors import FleetError, UsageError, YamlError

from tests.fleet.making import make

SETTINGS = "release, namespace, valuesFiles, values, set"

EXAMPLE = "clusters:\n  - name: alice\n    namespace: alice\n    valuesFiles: [alice.yaml]"
EMPTY = "fleet.yaml:1:1: the fleet has no clusters\n  write:\n    " + EXAMPLE.replace(
    "\n", "\n    "
)

WRONG = {
    "unknown key": (
        "cluster: [a]",
        f"fleet.yaml:1:1: cluster: no such key (did you mean clusters?)\n{EMPTY}",
    ),
    "unknown key in a cluster": (
        "clusters:\n  - name: a\n    namspace: b",
        "fleet.yaml:3:5: clusters[0].namspace: no such key (did you mean namespace?)",
    ),
    "values in the wrong place": (
        "clusters:\n  a:\n    workers: {}",
        f"fleet.yaml:3:5: clusters.a.workers: no such key; there are {SETTINGS}; "
        "the chart's go under values",
    ),
    "empty": ("{}", EMPTY),
    "no clusters": ("clusters: []", EMPTY),
    "no map": ("[a, b]", "fleet.yaml: must be a map, found a list; such as:\n"),
    "nothing": ("", "fleet.yaml: must be a map, found null; such as:\n"),
    "clusters of the wrong kind": (
        "clusters: a",
        'fleet.yaml:1:1: clusters: must be a list, found the text "a"\n  write:\n    clusters: [a]',
    ),
    "a cluster of the wrong kind": (
        "clusters: [[a]]",
        "fleet.yaml:1:12: clusters[0]: must be text, found a list",
    ),
    "no name": (
        "clusters:\n  - namespace: a",
        "fleet.yaml:2:5: clusters[0]: has no name\n  write:\n    - name: alice",
    ),
    "a name that YAML reads as true": (
        "clusters: [yes]",
        "fleet.yaml:1:12: clusters[0]: must be text, found true; put it into quotes",
    ),
    "a number that YAML shortens": (
        "clusters: [1.10, a]",
        "fleet.yaml:1:12: clusters[0]: must be text, found the number 1.1; put it into quotes",
    ),
    "a folder outside": (
        "clusters: [../a]",
        "fleet.yaml:1:12: clusters[0]: '../a' cannot be the name of a folder; use letters, "
        "digits, '-', '_' and '.', at most 100, the first and the last a letter or digit",
    ),
    "two clusters of one name": (
        "clusters:\n  - a\n  - {name: b}\n  - {name: a}",
        "fleet.yaml:4:6: clusters[2].name: a second cluster 'a' would share the folder of the "
        "first, fleet.yaml:2:5",
    ),
    "two names that some file systems take for one": (
        "clusters:\n  - a\n  - A",
        "fleet.yaml:3:5: clusters[1]: a second cluster 'A', like 'a', would share the folder of "
        "the first, fleet.yaml:2:5",
    ),
    "a cluster that the matrix makes, too": (
        "clusters:\n  - red-small\nmatrix:\n  axes: {team: [red], size: [small]}",
        "fleet.yaml:3:1: matrix: a second cluster 'red-small' would share the folder of the "
        "first, fleet.yaml:2:5",
    ),
    "an unknown word": (
        "defaults: {namespace: '{nam}'}\nclusters: [a, b]",
        "fleet.yaml:1:12: defaults.namespace: {nam} stands for nothing here; there are {name}, "
        "{release} (did you mean {name}?)",
    ),
    "an unknown word in the name of a file": (
        "clusters:\n  - name: a\n    valuesFiles: [x.yaml, '{team}.yaml']",
        "fleet.yaml:3:27: clusters[0].valuesFiles[1]: {team} stands for nothing here; there are "
        "{name}, {release}, {namespace}",
    ),
    "files that are no list": (
        "clusters: [{name: a, valuesFiles: a.yaml}]",
        'fleet.yaml:1:22: clusters[0].valuesFiles: must be a list, found the text "a.yaml"\n'
        "  write:\n    valuesFiles: [a.yaml]",
    ),
    "values that are no map": (
        "clusters: [{name: a, values: [1]}]",
        "fleet.yaml:1:22: clusters[0].values: must be a map, found a list",
    ),
    "an unknown layout": (
        "clusters: [a]\nlayout: object",
        'fleet.yaml:2:1: layout: must be single or objects, found the text "object" '
        "(did you mean objects?)",
    ),
    "hooks that are neither true nor false": (
        "clusters: [a]\nhooks: never",
        'fleet.yaml:2:1: hooks: must be true or false, found the text "never"',
    ),
    "a matrix without axes": (
        "matrix: {name: a}",
        "fleet.yaml:1:1: matrix: has no axes\n  write:\n    axes:\n      team: [red, blue]\n"
        "      size: [small, large]",
    ),
    "an axis without values": (
        "matrix: {axes: {team: [], size: [a]}}",
        "fleet.yaml:1:17: matrix.axes.team: has no values\n  write:\n    team: [small, large]",
    ),
    "an axis with a name that is taken": (
        "matrix: {axes: {values: [a]}}",
        "fleet.yaml:1:17: matrix.axes.values: 'values' cannot be the name of an axis; "
        "call it otherwise",
    ),
    "a value that is there twice": (
        "matrix: {axes: {team: [a, b, a]}}",
        "fleet.yaml:1:30: matrix.axes.team[2]: 'a' is there twice",
    ),
    "a name that lacks an axis": (
        "matrix: {axes: {team: [a, b], size: [c, d]}, name: '{team}'}",
        "fleet.yaml:1:46: matrix.name: lacks {size}, so clusters would share a name",
    ),
    "a name with an unknown word": (
        "matrix: {axes: {team: [a, b]}, name: '{team}-{teem}'}",
        "fleet.yaml:1:32: matrix.name: {teem} stands for nothing here; there are {team} "
        "(did you mean {team}?)",
    ),
    "an exclusion of nothing": (
        "matrix:\n  axes: {team: [red, blue]}\n  exclude: [{team: redd}, {tem: red}]",
        "fleet.yaml:3:14: matrix.exclude[0].team: 'redd' is no value of the axis team; "
        "there are red, blue (did you mean red?)\n"
        "fleet.yaml:3:28: matrix.exclude[1].tem: no such key (did you mean team?)",
    ),
    "an inclusion that is not complete": (
        "matrix:\n  axes: {team: [red], size: [s]}\n  include: [{team: red, valueFiles: []}]",
        "fleet.yaml:3:25: matrix.include[0].valueFiles: no such key (did you mean valuesFiles?)\n"
        "fleet.yaml:3:13: matrix.include[0]: lacks size; an entry of include names every axis",
    ),
    "a matrix of millions": (
        f"matrix: {{axes: {{{', '.join(f'a{n}: {list(range(10))}' for n in range(7))}}}}}",
        "fleet.yaml:1:10: matrix.axes: make 10000000 clusters; at most 100000 are allowed",
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
    with pytest.raises(FleetError, match="cannot be the name of a folder"):
        fleet.read(path)


def test_all_problems_at_once(tmp_path: Path) -> None:
    path = make(tmp_path, "x: 1\nlayout: y\nclusters: [a/b, a/c]\nmatrix: {z: 1}\n")
    with pytest.raises(FleetError) as caught:
        fleet.read(path)
    assert [line.split(":")[1] for line in str(caught.value).splitlines() if str(path) in line] == [
        "1", "3", "3", "4", "4", "2",
    ]  # fmt: skip


def test_text_that_is_no_yaml(tmp_path: Path) -> None:
    with pytest.raises(YamlError, match=r"fleet\.yaml:2:"):
        fleet.read(make(tmp_path, "clusters: [a]\n b: ]"))


def test_text_in_a_wrong_encoding(tmp_path: Path) -> None:
    path = make(tmp_path, "")
    path.write_bytes(b"clusters: [\xff]")
    with pytest.raises(YamlError, match=r"fleet\.yaml:1:12: is no UTF-8 text"):
        fleet.read(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read the fleet file: No such file or directory"):
        fleet.read(tmp_path / "none.yaml")


def test_a_wrong_fleet_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(FleetError):
        fleet.render(make(tmp_path, "clusters: [a, a]"), tmp_path / "out")
    assert not (tmp_path / "out").exists()
