"""The display of a handle: text, a table, and a widget with buttons in a notebook."""

import asyncio
import html
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

import dask
from dask.utils import format_bytes, parse_timedelta
from dask.widgets import TEMPLATE_PATHS, get_template
from distributed.core import Status
from tornado.ioloop import PeriodicCallback

from dask_helm.cluster.release.pools import PoolStatus
from dask_helm.cluster.scaling import users
from dask_helm.cluster.scaling.adapt import adaptations
from dask_helm.cluster.session import ConnectedCluster
from dask_helm.errors import BusyError, ClusterError, LossError, LostError

Pools = dict[str, PoolStatus]

_TITLES = ("Pool", "Pods wanted", "Pods ready", "Workers", "Threads", "Memory", "Adaptive")
_TEXTS = ("Pool", "Adaptive")
_PAUSE_SECONDS = 2.0  # before a lost scheduler is asked again for its clients
_SHOWN_MESSAGES = 3
_FORCE = "Scale anyway?"

_TEMPLATES = str(Path(__file__).with_name("templates"))
if _TEMPLATES not in TEMPLATE_PATHS:
    TEMPLATE_PATHS.append(_TEMPLATES)


def line(pools: Pools) -> str:
    """Return the pools with ready and wanted pods: `default 3/3, big 0/2`."""
    return ", ".join(f"{name} {pool.ready}/{pool.desired}" for name, pool in pools.items())


def table(pools: Pools, adapting: Mapping[str, str], clients: str = "") -> str:
    """Return the rows of a table in HTML; `adapting` describes the adaptation of some pools."""
    template = get_template("pools.html.j2")
    return str(template.render(titles=_TITLES, rows=_rows(pools, adapting), clients=clients))


def rich_table(title: str, pools: Pools, adapting: Mapping[str, str]) -> Any:
    """Return a table for `rich.print`."""
    from rich.markup import escape
    from rich.table import Table

    found = Table(title=escape(title))
    for name in _TITLES:
        found.add_column(name, justify="left" if name in _TEXTS else "right")
    for row in _rows(pools, adapting):
        found.add_row(*map(escape, row))
    return found


def _rows(pools: Pools, adapting: Mapping[str, str]) -> list[list[str]]:
    """Return a row for each pool, with a cell for each of the titles."""
    return [
        [
            name,
            *map(str, (pool.desired, pool.ready, pool.registered, pool.threads)),
            format_bytes(pool.memory),
            adapting.get(name, "-"),
        ]
        for name, pool in pools.items()
    ]


class Widget:
    """A widget that scales and adapts pools; `shown` is what a notebook displays.

    `pools` returns the present pools; the fields begin with the size of the chosen one. `messages`
    returns what was reported so far; the last ones are shown. `scale` is called with a number, the
    pool and whether to force it, `adapt` with two numbers and the pool; both must return at once.
    A button that would remove all pods, or that was refused, must be pressed twice.
    """

    def __init__(
        self,
        pools: Callable[[], Pools],
        text: Callable[[], str],
        messages: Callable[[], Sequence[str]],
        scale: Callable[[int, str, bool], None],
        adapt: Callable[[int, int, str], None],
    ) -> None:
        import ipywidgets

        self._text, self._pools, self._messages = text, pools, messages
        self._begun = len(messages())
        self._asked: tuple[Any, ...] = ()  # button, number and pool of the question on a button
        self._status, self._told = ipywidgets.HTML(text()), ipywidgets.HTML()
        narrow = ipywidgets.Layout(max_width="calc(100% - 4px)")
        self.pool = ipywidgets.Dropdown(options=list(pools()), description="Pool", layout=narrow)
        self.number, self.scale_button = self._row(ipywidgets, ["Pods"], "Scale")
        self.limits, self.adapt_button = self._row(ipywidgets, ["Minimum", "Maximum"], "Adapt")
        least, most = self.limits
        self._fill()
        self.pool.observe(lambda _: self._fill(), names="value")

        def on_scale(button: Any) -> None:
            number, pool = self.number[0].value, self.pool.value
            forced = self._asked == (button, number, pool) and button.description == _FORCE
            if self._is_meant(button, number, pool):
                scale(number, pool, forced)

        def on_adapt(button: Any) -> None:
            if self._is_meant(button, most.value, self.pool.value):
                adapt(least.value, most.value, self.pool.value)

        self.scale_button.on_click(on_scale)
        self.adapt_button.on_click(on_adapt)
        # On a narrow page, the fields of a row are below each other.
        wrapped = ipywidgets.Layout(flex_flow="row wrap")
        rows = [
            ipywidgets.HBox([*self.number, self.scale_button], layout=wrapped),
            ipywidgets.HBox([*self.limits, self.adapt_button], layout=wrapped),
        ]
        self.shown = ipywidgets.VBox([self._status, self.pool, *rows, self._told])

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

    def _is_meant(self, button: Any, number: int, pool: str) -> bool:
        """Return whether a number is above zero or was confirmed; otherwise ask on the button."""
        asked, self._asked = self._asked, ()
        for one, label in ((self.scale_button, "Scale"), (self.adapt_button, "Adapt")):
            one.description, one.button_style = label, ""
        if number or asked == (button, number, pool):
            return True
        self._ask(button, number, pool, f"{button.description} to 0?")
        return False

    def _ask(self, button: Any, number: int, pool: str, question: str) -> None:
        self._asked = (button, number, pool)
        button.description, button.button_style = question, "danger"

    def refuse(self, number: int, pool: str) -> None:
        """Ask whether to scale anyway, after results would have been lost."""
        self._ask(self.scale_button, number, pool, _FORCE)

    def update(self) -> None:
        """Show the present state, and what was reported last."""
        self._status.value = self._text()
        last = self._messages()[self._begun :][-_SHOWN_MESSAGES:]
        lines = (f"<div style='white-space: pre-wrap'>{html.escape(text)}</div>" for text in last)
        self._told.value = "".join(lines)


class ShownCluster(ConnectedCluster):
    """A connected cluster that shows its pools."""

    _shown: Widget | None = None
    _clients = ""
    _adaptations: Mapping[str, str] = {}

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

    @property
    def _adapting(self) -> dict[str, str]:
        """The adaptation of each pool by this handle, and by others if the widget is shown."""
        return {**self._adaptations, **(self._adaptive.summary if self._adaptive else {})}

    def __rich__(self) -> Any:
        return rich_table(self.name, self._pools, self._adapting)

    def _repr_html_(self, cluster_status: str | None = None) -> str:
        rows = table(self._pools, self._adapting, self._clients) if self._pools else ""
        return str(super()._repr_html_(cluster_status=(cluster_status or "") + rows))

    def _widget(self) -> Any:
        """Return the object that a notebook displays, None without ipywidgets."""
        if self._shown is None:
            try:
                self._shown = Widget(
                    lambda: self._pools,
                    self._repr_html_,
                    lambda: self._logged,
                    self._scale_later,
                    self._adapt_later,
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
        await self._job(self._follow_users())

    async def _follow_users(self) -> None:
        """Keep the names of clients and the adaptations of other handles, until it is closed."""
        while self.status not in (Status.closing, Status.closed):
            with suppress(LostError):
                if self.status == Status.running:
                    async with aclosing(users.follow(self.scheduler_comm)) as states:
                        async for connected in states:
                            self._clients = users.line(users.named(connected))
                            self._adaptations = await adaptations(self.scheduler_comm)
            self._clients, self._adaptations = "", {}
            await asyncio.sleep(_PAUSE_SECONDS)

    def _scale_later(self, number: int, pool: str, force: bool = False) -> None:
        """Scale in the background, as a button does."""

        async def scale() -> None:
            if self._adaptive:
                await self._adaptive.halt()
            try:
                await self._scale(number, pool, force)
            except (BusyError, LossError):
                if self._shown:
                    self._shown.refuse(number, pool)
                raise

        self.loop.add_callback(self._reported, scale)

    def _adapt_later(self, minimum: int, maximum: int, pool: str) -> None:
        async def adapt() -> None:
            await self.adapt(minimum, maximum, pool)

        self.loop.add_callback(self._reported, adapt)

    async def _reported(self, job: Callable[[], Awaitable[None]]) -> None:
        """Run a job, and log its error."""
        try:
            await job()
        except ClusterError as error:
            self._log(str(error))
        except Exception as error:
            self._log(f"{type(error).__name__}: {error}")
