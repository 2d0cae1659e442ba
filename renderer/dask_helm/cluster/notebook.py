"""How a handle looks in a notebook, and what its buttons do."""

from collections.abc import Awaitable, Callable
from typing import Any

import dask
from dask.utils import parse_timedelta
from tornado.ioloop import PeriodicCallback

from dask_helm.cluster import showing
from dask_helm.cluster.lifecycle import ConnectedCluster
from dask_helm.errors import ClusterError


class ShownCluster(ConnectedCluster):
    """A connected cluster that shows itself, pool by pool."""

    _shown: showing.Widget | None = None

    # What the buttons do; both are awaitable in the handle's loop.
    _scale: Callable[..., Awaitable[None]]
    adapt: Callable[..., Any]

    def __repr__(self) -> str:
        groups = showing.line(self._groups)
        return f"{super().__repr__()[:-1]}, {groups})" if groups else str(super().__repr__())

    def _repr_html_(self, cluster_status: str | None = None) -> str:
        rows = showing.table(self._groups, self._adapting) if self._groups else ""
        return str(super()._repr_html_(cluster_status=(cluster_status or "") + rows))

    @property
    def _adapting(self) -> str:
        active = self._adaptive and self._adaptive.periodic_callback
        return f"{self._adaptive.minimum} to {self._adaptive.maximum} pods" if active else ""

    def _widget(self) -> Any:
        """Return what a notebook displays, None without ipywidgets."""
        if self._shown is None:
            try:
                show = (self._repr_html_, self._scale_later, self._adapt_later)
                self._shown = showing.Widget(self._groups, *show)
            except ImportError:
                return None
            self.loop.add_callback(self._keep_shown, self._shown)
        return self._shown.shown

    async def _keep_shown(self, widget: showing.Widget) -> None:
        interval = dask.config.get("distributed.deploy.cluster-repr-interval", default="500ms")
        callback = PeriodicCallback(widget.update, parse_timedelta(interval) * 1000)
        self.periodic_callbacks["cluster-repr"] = callback
        callback.start()

    def _scale_later(self, number: int, group: str) -> None:
        """Scale without waiting for it, as a button does; a notebook goes on meanwhile."""
        if self._adaptive:
            self._adaptive.stop(reason="scaled by hand")
        self.loop.add_callback(self._told, self._scale, number, group)

    def _adapt_later(self, minimum: int, maximum: int, group: str) -> None:
        async def adapt() -> None:
            await self.adapt(minimum, maximum, group)

        self.loop.add_callback(self._told, adapt)

    async def _told(self, job: Callable[..., Awaitable[None]], *arguments: Any) -> None:
        try:
            await job(*arguments)
        except ClusterError as error:
            self._log(str(error))
