"""The labels and ports in dask_helm.labels are those that the chart writes."""

import pytest
from dask_helm import labels

from tests.rendering import find, render

OBJECTS = render({"workers": {"big": {}}}, release="rel")
COMPONENTS = [
    ("rel-dask-scheduler", labels.SCHEDULER, None),
    ("rel-dask-jupyter", labels.JUPYTER, None),
    ("rel-dask-worker", labels.WORKER, "default"),
    ("rel-dask-worker-big", labels.WORKER, "big"),
]


@pytest.mark.parametrize(("name", "component", "pool"), COMPONENTS)
def test_selectors_and_pods_carry_the_contract(name: str, component: str, pool: str | None) -> None:
    expected = {
        labels.CLUSTER: "rel-dask",
        labels.NAME: labels.CHART,
        labels.INSTANCE: "rel",
        labels.COMPONENT: component,
    }
    if pool:
        expected[labels.POOL] = pool
    deployment = find(OBJECTS, "Deployment", name)
    assert deployment["spec"]["selector"]["matchLabels"] == expected
    assert deployment["spec"]["template"]["metadata"]["labels"] == expected
    assert expected.items() <= deployment["metadata"]["labels"].items()
    assert find(OBJECTS, "Service", name)["spec"]["selector"] == expected


def test_every_object_names_release_component_version_and_chart() -> None:
    for rendered in OBJECTS:
        found = rendered["metadata"]["labels"]
        assert (found[labels.INSTANCE], found[labels.CLUSTER]) == ("rel", "rel-dask")
        assert {labels.COMPONENT, "helm.sh/chart", "app.kubernetes.io/version"} <= set(found)


def test_port_names() -> None:
    def ports(name: str) -> list[str]:
        return [p["name"] for p in find(OBJECTS, "Service", name)["spec"]["ports"]]

    assert ports("rel-dask-scheduler") == [labels.COMM_PORT, labels.DASHBOARD_PORT]
    assert ports("rel-dask-worker") == [labels.COMM_PORT, labels.NANNY_PORT, labels.DASHBOARD_PORT]
    assert ports("rel-dask-jupyter") == [labels.JUPYTER_PORT]


def test_selector_text() -> None:
    assert labels.selector("rel", labels.WORKER, "big") == (
        "app.kubernetes.io/instance=rel,app.kubernetes.io/component=worker,dask-helm/pool=big"
    )
