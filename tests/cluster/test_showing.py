"""How a handle shows itself."""

from typing import Any

from dask_helm.cluster import showing
from dask_helm.cluster.pools import WorkerGroup

GROUPS = {
    "default": WorkerGroup(3, 2, 4, 8, 4 * 2**30),
    "<b>": WorkerGroup(1, 0, 0, 0, 0),
}


def test_in_a_line() -> None:
    assert showing.line(GROUPS) == "default 2/3, <b> 0/1"


def test_as_a_table() -> None:
    text = showing.table(GROUPS, "1 to 3 pods")
    for part in ("default", "Pods wanted", ">4.00 GiB<", "&lt;b&gt;", "Adaptive: 1 to 3 pods"):
        assert part in text
    assert "<b>" not in text
    assert "Adaptive" not in showing.table(GROUPS, "")


def test_the_buttons_of_the_widget() -> None:
    asked: list[Any] = []
    shown = ["before"]
    widget = showing.Widget(
        GROUPS,
        lambda: shown[0],
        lambda *given: asked.append(("scale", *given)),
        lambda *given: asked.append(("adapt", *given)),
    )
    widget.group.value = "<b>"
    widget.number[0].value = 4
    widget.scale_button.click()
    widget.limits[0].value, widget.limits[1].value = 1, 3
    widget.adapt_button.click()
    assert asked == [("scale", 4, "<b>"), ("adapt", 1, 3, "<b>")]
    shown[0] = "after"
    widget.update()
    assert widget.shown.children[0].value == "after"
