"""Merging against the real Helm, for generated values and for what is known to be odd."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from dask_helm.engine.values import coalesce, merge_maps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.values import oracle
from tests.engine.yaml.oracle import same

EVERY_HELM = pytest.mark.parametrize("version", oracle.HELMS)

SCALARS = st.one_of(
    st.none(), st.booleans(), st.sampled_from([0.0, 1.0, 2.5]), st.sampled_from(["", "x"])
)
KEYS = st.sampled_from("abc")
TREES = st.recursive(
    SCALARS,
    lambda inner: st.dictionaries(KEYS, inner, max_size=3) | st.lists(inner, max_size=2),
    max_leaves=12,
)
# Several trees in one run of Helm: each under a key of its own, and the keys of the first at the top.
MANY = st.lists(TREES, min_size=15, max_size=15)


def document(trees: list[Any]) -> dict[str, Any]:
    top = trees[0] if isinstance(trees[0], dict) else {}
    return {**{f"tree{number}": tree for number, tree in enumerate(trees)}, **top}


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return value


@EVERY_HELM
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MANY, MANY)
def test_coalesce_is_helms(
    tmp_path: Path, version: int, below: list[Any], above: list[Any]
) -> None:
    # Helm 3 leaves nulls of nested defaults in, Helm 4 removes them.
    defaults = document(below) if version == 4 else without_nulls(document(below))
    user = document(above)
    chart = oracle.chart(tmp_path, defaults)
    theirs = oracle.values(chart, ["-f", "-"], version, json.dumps(user))
    assert same(coalesce(defaults, user), theirs)


@EVERY_HELM
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MANY, MANY, MANY)
def test_files_are_merged_as_helm_does(
    tmp_path: Path, version: int, first: list[Any], second: list[Any], third: list[Any]
) -> None:
    documents = [document(trees) for trees in (first, second, third)]
    files = [tmp_path / f"{number}.yaml" for number in range(3)]
    for file, data in zip(files, documents, strict=True):
        file.write_text(json.dumps(data))
    options = [option for file in files for option in ("-f", file)]
    theirs = oracle.values(oracle.chart(tmp_path / "chart"), options, version)
    merged = merge_maps(merge_maps(documents[0], documents[1]), documents[2])
    assert same(coalesce({}, merged), theirs)


@given(MANY, MANY)
@settings(max_examples=30)
def test_nothing_is_changed_and_nothing_shared(below: list[Any], above: list[Any]) -> None:
    defaults, user = document(below), document(above)
    before = copy.deepcopy((defaults, user))
    result = coalesce(defaults, user)
    spoil(result)
    assert (defaults, user) == before


def spoil(value: Any) -> None:
    """Change every map and list in the value, as a template could."""
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, (dict, list)):
            spoil(inner)
    if isinstance(value, dict):
        value["spoilt"] = True
    else:
        value.append("spoilt")


ODD: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ("null removes a default", {"d": {"x": 1.0, "y": 2.0}}, {"d": {"x": None}}, {"d": {"y": 2.0}}),
    ("null removes a default map", {"d": {"x": 1.0}}, {"d": None}, {}),
    ("null without a default stays, below the top", {"d": {}}, {"d": {"x": None}}, {"d": {"x": None}}),
    ("null without a default stays, at the top", {}, {"x": None}, {"x": None}),
    ("a map in place of a scalar", {"d": {"x": 1.0}}, {"d": {"x": {"a": 1.0}}}, {"d": {"x": {"a": 1.0}}}),
    ("a scalar in place of a map", {"d": {"x": {"a": 1.0}}}, {"d": {"x": 1.0}}, {"d": {"x": 1.0}}),
    ("lists are replaced", {"d": [1.0, 2.0]}, {"d": []}, {"d": []}),
    ("an empty map changes nothing", {"d": {"x": 1.0}}, {"d": {}}, {"d": {"x": 1.0}}),
    ("0, false and empty text win", {"d": {"x": 1.0}}, {"d": {"x": 0.0}}, {"d": {"x": 0.0}}),
    ("nulls inside lists stay", {"d": [{"x": None}]}, {}, {"d": [{"x": None}]}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("defaults", "user", "result"), [c[1:] for c in ODD], ids=[c[0] for c in ODD]
)
@EVERY_HELM
def test_what_is_odd(tmp_path: Path, version: int, defaults: Any, user: Any, result: Any) -> None:
    theirs = oracle.values(oracle.chart(tmp_path, defaults), ["-f", "-"], version, json.dumps(user))
    assert coalesce(defaults, user) == result
    assert same(result, theirs)


@pytest.mark.parametrize(
    ("defaults", "user", "result"),
    [
        ({"d": None}, {}, {}),
        ({"d": None}, {"d": None}, {}),
        ({"d": {"x": None}}, {}, {"d": {}}),
        ({"d": {"x": None}}, {"d": {"x": None}}, {"d": {"x": None}}),
        ({"d": {"x": {"y": None}}}, {"d": {}}, {"d": {"x": {}}}),
    ],
)
def test_nulls_of_the_defaults_as_in_helm_4(
    tmp_path: Path, defaults: Any, user: Any, result: Any
) -> None:
    theirs = oracle.values(oracle.chart(tmp_path, defaults), ["-f", "-"], 4, json.dumps(user))
    assert coalesce(defaults, user) == result
    assert same(result, theirs)
