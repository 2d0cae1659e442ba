"""How a handle shows itself."""

from typing import Any

from dask_helm.cluster import notebook
from dask_helm.cluster.release.pools import PoolStatus
from rich.console import Console

GROUPS = {
    "default": PoolStatus(3, 2, 4, 8, 4 * 2**30),
    "<b>": PoolStatus(1, 0, 0, 0, 0),
}


def test_in_a_line() -> None:
    assert notebook.line(GROUPS) == "default 2/3, <b> 0/1"


def test_as_a_table() -> None:
    text = notebook.table(GROUPS, {"default": "1 to 3 pods"}, "ann 2, <i>")
    parts = ("default", "Pods wanted", ">4.00 GiB<", "&lt;b&gt;", ">1 to 3 pods<", ">-<")
    for part in (*parts, "Connected: ann 2, &lt;i&gt;"):
        assert part in text
    assert "<b>" not in text
    assert "Connected" not in notebook.table(GROUPS, {})


def test_as_a_table_of_rich() -> None:
    console = Console(width=100)
    with console.capture() as captured:
        console.print(notebook.rich_table("my.team", GROUPS, {"default": "1 to 3 pods"}))
    lines = [line.replace("│", "").split() for line in captured.get().splitlines()]
    assert ["my.team"] in lines
    assert ["default", "3", "2", "4", "8", "4.00", "GiB", "1", "to", "3", "pods"] in lines


def test_markup_in_a_cell_is_text() -> None:
    console = Console(width=100)
    with console.capture() as captured:
        console.print(notebook.rich_table("a[/b]", GROUPS, {"default": "2 pods, ann[/b] on x"}))
    assert "ann[/b] on x" in captured.get()


def test_the_buttons_of_the_widget() -> None:
    asked: list[Any] = []
    shown, messages = ["before"], ["before the widget"]
    widget = notebook.Widget(
        lambda: GROUPS,
        lambda: shown[0],
        lambda: messages,
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
    assert asked == [("scale", 4, "<b>", False), ("adapt", 1, 3, "<b>")]
    asked.clear()
    widget.number[0].value = 0
    widget.scale_button.click()
    assert (asked, widget.scale_button.description) == ([], "Scale to 0?")
    widget.scale_button.click()
    assert (asked, widget.scale_button.description) == ([("scale", 0, "<b>", False)], "Scale")

    asked.clear()
    widget.refuse(0, "<b>")
    assert widget.scale_button.description == "Scale anyway?"
    widget.scale_button.click()
    assert (asked, widget.scale_button.description) == ([("scale", 0, "<b>", True)], "Scale")
    widget.number[0].value = 0
    widget.scale_button.click()
    widget.pool.value = "default"
    widget.number[0].value = 0
    widget.scale_button.click()
    assert asked[1:] == [], "the question was about another pool"
    assert widget.scale_button.description == "Scale to 0?"
    widget.pool.value = "<b>"
    widget.refuse(1, "<b>")
    widget.refuse(1, "<b>")
    assert widget.scale_button.description == "Scale anyway?"
    widget.number[0].value = 2
    widget.scale_button.click()
    assert asked[1:] == [("scale", 2, "<b>", False)], "another number is not forced"

    shown[0] = "after"
    messages += [f"<i> {number}" for number in range(4)]
    widget.update()
    told = widget.shown.children[-1].value
    assert "&lt;i&gt; 3" in told
    assert "<i>" not in told
    assert "before" not in told
    assert widget.shown.children[0].value == "after"
