"""Fleet files that are right, and the clusters they stand for."""

from pathlib import Path

import pytest
from dask_helm import fleet
from dask_helm.fleet.values import FleetValues

from tests.fleet.fleets import make


def read(folder: Path, text: str, **values: str) -> fleet.Fleet:
    return fleet.read(make(folder, text, **values))


def names(found: fleet.Fleet) -> list[str]:
    return [cluster.name for cluster in found.clusters]


def values(found: fleet.Fleet, name: str) -> object:
    (cluster,) = (cluster for cluster in found.clusters if cluster.name == name)
    return FleetValues(found).of(cluster).data


@pytest.mark.parametrize(
    "clusters",
    ["[a, b]", "[{name: a}, {name: b}]", "[a, {name: b, values: {}}]", "{a: , b: {}}"],
)
def test_clusters_are_a_list_or_a_map(tmp_path: Path, clusters: str) -> None:
    assert names(read(tmp_path, f"clusters: {clusters}")) == ["a", "b"]


def test_without_settings_a_cluster_is_the_plain_chart(tmp_path: Path) -> None:
    found = read(tmp_path, "clusters: [a]")
    (cluster,) = found.clusters
    assert (cluster.release, cluster.namespace) == ("dask", "default")
    assert (found.layout, found.hooks, values(found, "a")) == ("single", True, {})


def test_names_are_text_as_it_is_written(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        """
        clusters: [2026, 007, 7, 1e3, on, {name: 1.10, release: 010}, &x no, "0x1"]
        matrix: {axes: {number: [1, 02], flag: {yes: , off: }, other: [&y word, 3]}, name: "{number}{flag}{other}"}
        """,
    )
    expected = ["2026", "007", "7", "1e3", "on", "1.10", "no", "0x1"]
    combinations = [n + f + o for n in ("1", "02") for f in ("yes", "off") for o in ("word", "3")]
    assert names(found) == expected + combinations
    assert found.clusters[5].release == "010"


def test_names_in_maps_and_merged_settings_are_text_too(tmp_path: Path) -> None:
    text = """
    defaults: &base {namespace: 012, values: {on: 012}}
    clusters: {&x 007: , 1e3: {release: 08}, yes: {<<: *base, release: on}, x: {<<: [*base, {set: []}], release: *x}}
    """
    found = read(tmp_path, text)
    assert names(found) == ["007", "1e3", "yes", "x"]
    assert [cluster.release for cluster in found.clusters] == ["dask", "08", "on", "007"]
    assert {cluster.namespace for cluster in found.clusters} == {"012"}
    assert values(found, "yes") == {"true": 10.0}


def test_an_empty_second_document_is_ignored(tmp_path: Path) -> None:
    assert names(read(tmp_path, "---\nclusters: [a]\n---\n# the end\n")) == ["a"]


def test_release_and_namespace_of_the_last_layer_win(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        """
        defaults: {release: base, namespace: "{release}-{name}"}
        clusters: {a: , b: {release: other}, c: {namespace: own}}
        """,
    )
    expected = [("base", "base-a"), ("other", "other-b"), ("base", "own")]
    assert [(cluster.release, cluster.namespace) for cluster in found.clusters] == expected


def test_later_layers_lie_over_earlier_ones(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        """
        defaults:
          valuesFiles: [first.yaml, second.yaml]
          values: {c: defaults, d: defaults, gone: defaults}
          set: [g=default-set, h=default-set]
        clusters:
          - name: x
            valuesFiles: [own.yaml]
            values: {e: cluster, g: cluster, gone: null}
            set: [h=cluster-set]
        """,
        first="{a: first, b: first, c: first}",
        second="{b: second, c: second}",
        own="{d: own, e: own}",
    )
    assert values(found, "x") == {
        "a": "first",
        "b": "second",
        "c": "defaults",
        "d": "own",
        "e": "cluster",
        "g": "default-set",
        "h": "cluster-set",
        "gone": None,
    }


def test_set_changes_a_list_of_one_cluster_only(tmp_path: Path) -> None:
    text = """
    defaults: {values: {list: [{a: 1}, {a: 2}]}}
    clusters: [{name: a, set: ["list[1].a=5"]}, b]
    """
    found = read(tmp_path, text)
    assert values(found, "a") == {"list": [{"a": 1}, {"a": 5}]}
    assert values(found, "b") == {"list": [{"a": 1}, {"a": 2}]}


def test_words_in_braces(tmp_path: Path) -> None:
    text = """
    matrix:
      axes: {team: [red, blue]}
      name: team-{team}
      release: r-{team}
      namespace: ns
      valuesFiles: ["{team}.yaml"]
      values: {host: "{name}.{namespace}", list: ["{release}"], other: "{scheme}://{ name }"}
    """
    found = read(tmp_path, text, red="{file: red}", blue="{file: blue, not: '{name}'}")
    assert values(found, "team-blue") == {
        "file": "blue",
        "not": "{name}",
        "host": "team-blue.ns",
        "list": ["r-blue"],
        "other": "{scheme}://{ name }",
    }


def test_a_matrix_makes_every_combination(tmp_path: Path) -> None:
    text = "matrix: {axes: {team: [red, blue], size: {small: , large: {values: {count: 2}}}}}"
    found = read(tmp_path, text)
    assert names(found) == ["red-small", "red-large", "blue-small", "blue-large"]
    assert [values(found, name) for name in names(found)] == [{}, {"count": 2}, {}, {"count": 2}]


def test_layers_of_a_matrix_in_their_order(tmp_path: Path) -> None:
    text = """
    defaults: {values: {a: defaults, b: defaults, c: defaults, d: defaults, e: defaults}}
    matrix:
      values: {b: matrix, c: matrix, d: matrix, e: matrix}
      axes:
        x: {one: {values: {c: x, d: x, e: x}, namespace: x}}
        z: {two: {values: {d: z, e: z}, namespace: z}}
      include: [{x: one, z: two, values: {e: include}}]
    """
    found = read(tmp_path, text)
    expected = {"a": "defaults", "b": "matrix", "c": "x", "d": "z", "e": "include"}
    assert values(found, "one-two") == expected
    assert found.clusters[0].namespace == "z"


def test_exclude_and_include(tmp_path: Path) -> None:
    text = """
    matrix:
      axes: {team: [red, blue, green], size: [small, large]}
      exclude: [{size: large}, {team: green}]
      include: [{team: red, size: large, values: {count: 1}}]
    clusters: [extra]
    """
    found = read(tmp_path, text)
    assert names(found) == ["extra", "red-small", "blue-small", "red-large"]
    assert values(found, "red-large") == {"count": 1}


def test_a_name_may_leave_out_an_axis_of_one_value(tmp_path: Path) -> None:
    text = 'matrix: {axes: {team: [red, blue], year: [2026]}, name: "{team}"}'
    assert names(read(tmp_path, text)) == ["red", "blue"]


def test_a_thousand_clusters_are_read_in_a_moment(tmp_path: Path) -> None:
    text = f"matrix: {{axes: {{a: {list(range(40))}, b: {list(range(25))}}}}}"
    assert len(set(names(read(tmp_path, text)))) == 1000


def test_values_of_a_layer_know_their_place_in_the_fleet_file(tmp_path: Path) -> None:
    found = read(tmp_path, "clusters:\n  - name: a\n    values:\n      scheduler:\n        x: 1\n")
    place = FleetValues(found).of(found.clusters[0]).place(("scheduler", "x"), key=True)
    assert str(place) == f"{tmp_path}/fleet.yaml:5:9"
