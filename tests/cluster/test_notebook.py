"""How a handle shows itself."""

from typing import Any

from dask_helm.cluster import notebook
from dask_helm.cluster.release.pools import PoolStatus

GROUPS = {
    "default": PoolStatus(3, 2, 4, 8, 4 * 2**30),
    "<b>": PoolStatus(1, 0, 0, 0, 0),
}


def test_in_a_line() -> None:
    assert notebook.line(GROUPS) == "default 2/3, <b> 0/1"


def test_as_a_table() -> None:
    text = notebook.table(GROUPS, "1 to 3 pods")
    for part in ("default", "Pods wanted", ">4.00 GiB<", "&lt;b&gt;", "Adaptive: 1 to 3 pods"):
        assert part in text
    assert "<b>" not in text
    assert "Adaptive" not in notebook.table(GROUPS, "")


def test_the_buttons_of_the_widget() -> None:
    asked: list[Any] = []
    shown = ["before"]
    widget = notebook.Widget(
        lambda: GROUPS,
        lambda: shown[0],
        lambda *given: asked.append(("scale", *given)),
        lambda *given: asked.append(("adapt", *given)),
    )
    fields = [*widget.number, *widget.limits]
    assert [field.value for field in fields] == [3, 3, 3], "the size of the first pool"
    widget.pool.value = "<b>"
    assert [field.value for field in fields] == [1, 1, 1]
    widget.number[0].value = 4
    widget.scale_button.click()
    widget.limits[0].value, widget.limits[1].value = 1, 3
    widget.adapt_button.click()
    assert asked == [("scale", 4, "<b>"), ("adapt", 1, 3, "<b>")]
    asked.clear()
    widget.number[0].value = 0
    widget.scale_button.click()
    assert (asked, widget.scale_button.description) == ([], "Scale to 0?")
    widget.scale_button.click()
    assert (asked, widget.scale_button.description) == ([("scale", 0, "<b>")], "Scale")
    shown[0] = "after"
    widget.update()
    assert widget.shown.children[0].value == "after"
