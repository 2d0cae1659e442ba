"""How a handle shows itself: in a line, as a table, as a widget in a notebook."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from dask.widgets import TEMPLATE_PATHS, get_template

from dask_helm.cluster.pools import WorkerGroup

Groups = dict[str, WorkerGroup]

_TEMPLATES = str(Path(__file__).with_name("templates"))
if _TEMPLATES not in TEMPLATE_PATHS:
    TEMPLATE_PATHS.append(_TEMPLATES)


def line(groups: Groups) -> str:
    """Return the pools with registered and wanted pods: `default 3/3, big 0/2`."""
    return ", ".join(f"{name} {group.ready}/{group.desired}" for name, group in groups.items())


def table(groups: Groups, adapting: str) -> str:
    """Return the rows of a table in HTML."""
    rendered = get_template("worker_groups.html.j2").render(groups=groups, adapting=adapting)
    return str(rendered)


class Widget:
    """A widget to scale and adapt pools; `shown` is what a notebook displays.

    `scale` and `adapt` get the numbers and the pool, and return at once.
    """

    def __init__(
        self,
        groups: Groups,
        html: Callable[[], str],
        scale: Callable[[int, str], None],
        adapt: Callable[[int, int, str], None],
    ) -> None:
        import ipywidgets

        self._html = html
        self._status = ipywidgets.HTML(html())
        self.group = ipywidgets.Dropdown(options=list(groups), description="Group")
        self.number, scaling = self._row(ipywidgets, ["Pods"], "Scale")
        self.limits, adapting = self._row(ipywidgets, ["Minimum", "Maximum"], "Adapt")
        self.scale_button, self.adapt_button = scaling, adapting
        least, most = self.limits
        scaling.on_click(lambda _: scale(self.number[0].value, self.group.value))
        adapting.on_click(lambda _: adapt(least.value, most.value, self.group.value))
        rows = [ipywidgets.HBox([*self.number, scaling]), ipywidgets.HBox([*self.limits, adapting])]
        self.shown = ipywidgets.VBox([self._status, self.group, *rows])

    @staticmethod
    def _row(ipywidgets: Any, names: list[str], button: str) -> tuple[list[Any], Any]:
        layout = ipywidgets.Layout(width="170px")
        limits = {"value": 0, "min": 0, "max": 10**6, "layout": layout}
        fields = [ipywidgets.BoundedIntText(description=name, **limits) for name in names]
        return fields, ipywidgets.Button(description=button, layout=layout)

    def update(self) -> None:
        """Show the present state."""
        self._status.value = self._html()
