"""Explaining a value: all that is known of it, and the nearest ones when it does not exist."""

from pathlib import Path

import pytest
import yaml
from dask_helm.cli import explanation, nodes

from tests.cli.program import data, printed, refusal
from tests.paths import CHART

DEFAULTS = yaml.safe_load((CHART / "values.yaml").read_text())


def test_a_value_of_a_pool_has_the_default_that_it_inherits() -> None:
    text = printed("explain", "workers.default.replicas")
    assert "VALUE:     workers.default.replicas\n" in text
    assert "TYPE:      integer or null\n" in text
    assert "ALLOWED:   at least 0\n" in text
    assert "DEFAULT:   3, inherited from workerDefaults.replicas\n" in text
    assert "Number of pods. `helm upgrade` keeps the number" in text


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        ("scheduler.service.type", "scheduler.service.type"),
        ("scheduler.affinity", "podDefaults.affinity"),
        ("workers.gpu.terminationGracePeriodSeconds", "podDefaults.terminationGracePeriodSeconds"),
        ("workers.*.gpu.count", "workerDefaults.gpu.count"),
        ("workers.*.image.repository", "image.repository"),
        ("jupyter.image.repository", "jupyter.image.repository"),
        ("jupyter.image.tag", "image.tag"),
        ("podDefaults.securityContext.capabilities.drop", None),
    ],
)
def test_where_the_default_comes_from(path: str, origin: str | None) -> None:
    found = data("explain", path)
    assert found["defaultFrom"] == (origin or path)
    value = DEFAULTS
    for key in found["defaultFrom"].split("."):
        value = value[key]
    assert found["default"] == value


def test_the_values_at_the_top_are_those_of_the_defaults() -> None:
    assert {*data("explain")["keys"]} == {*DEFAULTS, "global", "tags"}


def test_a_group_lists_its_keys_with_their_prose() -> None:
    text = printed("explain", "jupyter.persistence")
    assert "KEYS:\n  enabled " in text
    assert "Whether to use a claim." in text


def test_pools_list_the_keys_of_a_pool() -> None:
    text = printed("explain", "workers")
    assert "KEYS of each entry, workers.NAME:" in text
    assert "  replicas " in text


def test_examples_are_yaml_to_paste() -> None:
    text = printed("explain", "podDefaults.tolerations")
    block = text.partition("EXAMPLES:\n")[2].partition("\n\n")[0]
    example = [{"key": "spot", "operator": "Exists", "effect": "NoSchedule"}]
    assert yaml.safe_load(block) == {"tolerations": example}


def test_the_inside_of_a_kubernetes_object() -> None:
    found = data("explain", "scheduler.tolerations[0].effect")
    assert found["limits"]["enum"][:2] == ["NoExecute", "NoSchedule"]
    assert found["kubectlExplain"] == "pod.spec.tolerations.effect"
    assert data("explain", "workers.x.podSpec.dnsConfig.options")["kubectlExplain"] == (
        "pod.spec.dnsConfig.options"
    )
    assert data("explain", "workers.*.resources.limits")["type"] == "map of Quantity"


def test_recursive_shows_the_whole_tree() -> None:
    text = printed("explain", "scheduler.affinity.nodeAffinity", "--recursive")
    assert text.count("matchExpressions ") == 2
    keys = data("explain", "scheduler.affinity.nodeAffinity", "--recursive")["keys"]
    terms = keys["requiredDuringSchedulingIgnoredDuringExecution"]["keys"]["nodeSelectorTerms"]
    assert set(terms["keys"]["matchFields"]["keys"]) == {"key", "operator", "values"}


def test_everything_can_be_explained() -> None:
    for node in nodes.root().below():
        if len(node.path) < 3:
            data("explain", ".".join(node.path))


def test_yaml_for_programs() -> None:
    text = printed("explain", "workers.default.replicas", "--output", "yaml")
    assert yaml.safe_load(text) == data("explain", "workers.default.replicas")


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("workers.default.replica", "did you mean workers.default.replicas?"),
        ("sheduler.image", "did you mean scheduler?"),
        ("scheduler.afinity.nodeAffinity", "did you mean scheduler.affinity?"),
        ("memoryLimit", "did you mean workerDefaults.memoryLimit"),
        ("jupyter.persistence.zzz", "jupyter.persistence has: enabled, existingClaim, size"),
        ("nameOverride.zzz", "nameOverride has no keys"),
    ],
)
def test_an_unknown_path_suggests_the_nearest(path: str, hint: str) -> None:
    message = refusal("explain", path)
    assert message.startswith(f"Error: unknown value {path}")
    assert hint in message


@pytest.mark.parametrize(
    "path", ['commonLabels."example.com/team"', r"commonLabels.example\.com/team"]
)
def test_keys_with_dots(path: str) -> None:
    assert data("explain", path)["path"] == 'commonLabels."example.com/team"'


def test_every_kubernetes_object_in_the_values_can_be_looked_up() -> None:
    scalars = {"Quantity", "IntOrString"}
    outside = {
        node.item.definition
        for node in nodes.root().below()
        if node.item.definition and not explanation.kubectl_path(nodes.root(), node.path)
    }
    assert outside <= scalars


def test_another_chart() -> None:
    assert "Number of pods" in printed("explain", "workers.x.replicas", "--chart", CHART)


def test_a_chart_without_a_schema(tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: bare\nversion: 1.0.0\n")
    assert "has no values.schema.json" in refusal("explain", "a", "--chart", tmp_path)
