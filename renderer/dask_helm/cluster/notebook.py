"""The display of a handle: text, a table, and a widget with buttons in a notebook."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import dask
from dask.utils import parse_timedelta
from dask.widgets import TEMPLATE_PATHS, get_template
from tornado.ioloop import PeriodicCallback

from dask_helm.cluster.release.pools import PoolStatus
from dask_helm.cluster.session import ConnectedCluster
from dask_helm.errors import ClusterError

Pools = dict[str, PoolStatus]

_TEMPLATES = str(Path(__file__).with_name("templates"))
if _TEMPLATES not in TEMPLATE_PATHS:
    TEMPLATE_PATHS.append(_TEMPLATES)


def line(pools: Pools) -> str:
    """Return the pools with ready and wanted pods: `default 3/3, big 0/2`."""
    return ", ".join(f"{name} {pool.ready}/{pool.desired}" for name, pool in pools.items())


def table(pools: Pools, adapting: str) -> str:
    """Return the rows of a table in HTML."""
    return str(get_template("pools.html.j2").render(pools=pools, adapting=adapting))


class Widget:
    """A widget that scales and adapts pools; `shown` is what a notebook displays.

    `pools` returns the present pools; the fields begin with the size of the chosen one. `scale` and
    `adapt` are called with the numbers and the pool, and must return at once. A button that would
    remove all pods must be pressed twice.
    """

    def __init__(
        self,
        pools: Callable[[], Pools],
        html: Callable[[], str],
        scale: Callable[[int, str], None],
        adapt: Callable[[int, int, str], None],
    ) -> None:
        import ipywidgets

        self._html, self._pools = html, pools
        self._status = ipywidgets.HTML(html())
        self.pool = ipywidgets.Dropdown(options=list(pools()), description="Pool")
        self.number, self.scale_button = self._row(ipywidgets, ["Pods"], "Scale")
        self.limits, self.adapt_button = self._row(ipywidgets, ["Minimum", "Maximum"], "Adapt")
        least, most = self.limits
        self._fill()
        self.pool.observe(lambda _: self._fill(), names="value")

        def on_scale(button: Any) -> None:
            if self._is_meant(button, "Scale", self.number[0].value):
                scale(self.number[0].value, self.pool.value)

        def on_adapt(button: Any) -> None:
            if self._is_meant(button, "Adapt", most.value):
                adapt(least.value, most.value, self.pool.value)

        self.scale_button.on_click(on_scale)
        self.adapt_button.on_click(on_adapt)
        rows = [
            ipywidgets.HBox([*self.number, self.scale_button]),
            ipywidgets.HBox([*self.limits, self.adapt_button]),
        ]
        self.shown = ipywidgets.VBox([self._status, self.pool, *rows])

    @staticmethod
    def _row(ipywidgets: Any, names: list[str], button: str) -> tuple[list[Any], Any]:
        layout = ipywidgets.Layout(width="170px")
        limits = {"value": 0, "min": 0, "max": 10**6, "layout": layout}
        fields = [ipywidgets.BoundedIntText(description=name, **limits) for name in names]
        return fields, ipywidgets.Button(description=button, layout=layout)

    def _fill(self) -> None:
        """Fill the fields with the size of the chosen pool."""
        pool = self._pools().get(self.pool.value)
        for field in (*self.number, *self.limits):
            field.value = pool.desired if pool else 1

    @staticmethod
    def _is_meant(button: Any, label: str, number: int) -> bool:
        """Return whether a number is above zero or was confirmed; otherwise ask on the button."""
        question = f"{label} to 0?"
        if number or button.description == question:
            button.description, button.button_style = label, ""
            return True
        button.description, button.button_style = question, "danger"
        return False

    def update(self) -> None:
        """Show the present state."""
        self._status.value = self._html()


class ShownCluster(ConnectedCluster):
    """A connected cluster that shows its pools."""

    _shown: Widget | None = None

    # The actions of the buttons; both are awaitable in the handle's loop.
    _scale: Callable[..., Awaitable[None]]
    adapt: Callable[..., Any]

    @property
    def summary(self) -> str:
        """The pools as last seen, with ready and wanted pods: `default 3/3, big 0/2`."""
        return line(self._pools)

    def __repr__(self) -> str:
        pools = self.summary
        return f"{super().__repr__()[:-1]}, {pools})" if pools else str(super().__repr__())

    def _repr_html_(self, cluster_status: str | None = None) -> str:
        active = self._adaptive and self._adaptive.periodic_callback
        limits = f"{self._adaptive.minimum} to {self._adaptive.maximum} pods" if active else ""
        rows = table(self._pools, limits) if self._pools else ""
        return str(super()._repr_html_(cluster_status=(cluster_status or "") + rows))

    def _widget(self) -> Any:
        """Return the object that a notebook displays, None without ipywidgets."""
        if self._shown is None:
            try:
                self._shown = Widget(
                    lambda: self._pools, self._repr_html_, self._scale_later, self._adapt_later
                )
            except ImportError:
                return None
            self.loop.add_callback(self._update_regularly, self._shown)
        return self._shown.shown

    async def _update_regularly(self, widget: Widget) -> None:
        interval = dask.config.get("distributed.deploy.cluster-repr-interval", default="500ms")
        callback = PeriodicCallback(widget.update, parse_timedelta(interval) * 1000)
        self.periodic_callbacks["cluster-repr"] = callback
        callback.start()

    def _scale_later(self, number: int, pool: str) -> None:
        """Scale in the background, as a button does."""
        if self._adaptive:
            self._adaptive.stop(reason="scaled by hand")
        self.loop.add_callback(self._reported, self._scale, number, pool)

    def _adapt_later(self, minimum: int, maximum: int, pool: str) -> None:
        async def adapt() -> None:
            await self.adapt(minimum, maximum, pool)

        self.loop.add_callback(self._reported, adapt)

    async def _reported(self, job: Callable[..., Awaitable[None]], *arguments: Any) -> None:
        """Run a job, and log its error."""
        try:
            await job(*arguments)
        except ClusterError as error:
            self._log(str(error))
