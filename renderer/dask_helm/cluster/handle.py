"""The class HelmCluster; what it does is in the modules beside it."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator
from functools import partial
from typing import Any, TypeVar

from distributed.utils import Log, Logs

from dask_helm.cluster import (
    access,
    adapting,
    pages,
    releases,
    scaling,
    schemes,
    versions,
)
from dask_helm.cluster.adapting import PoolAdaptive
from dask_helm.cluster.connection import Settings
from dask_helm.cluster.logs import CLUSTER, Asked, Line, Reader, Turns
from dask_helm.cluster.notebook import ShownCluster
from dask_helm.cluster.numbers import positive, seconds, whole
from dask_helm.cluster.pools import WorkerGroup
from dask_helm.cluster.releases import Wanted
from dask_helm.cluster.scaling import Scaling
from dask_helm.cluster.starting import Starting
from dask_helm.cluster.waiting import Waiter
from dask_helm.cluster.ways import AUTO, Wish

Self = TypeVar("Self", bound="HelmCluster")


class HelmCluster(ShownCluster):
    """A running release of the chart: its scheduler, its pools of workers.

    The release may also be one of the older `dask` chart (helm.dask.org). Without a name it is
    that of the pod which this runs in, else the only one in reach. `close()` ends the connection
    and leaves the release as it is; `helm uninstall` removes it.

    Args:
        release_name: Name of the Helm release.
        auth: A kubeconfig file; `kubeconfig` and `context` are the better names.
        namespace: Namespace of the release; that of context or pod when None.
        port_forward_cluster_ip: Use a port-forward even where the Service might be reached.
        scheduler_name: What the label `component` of the scheduler's objects is.
        worker_name: What the label `component` of the workers' objects is.
        node_host: Host to reach a NodePort Service at; the scheduler's node when None.
        node_port: Port there; that of the Service when None.
        name: Name of this handle, `RELEASE.NAMESPACE` when None.
        kubeconfig: Kubeconfig file; KUBECONFIG, the pod's service account or ~/.kube/config
            when None.
        context: Context of the kubeconfig; the current one when None.
        address: The scheduler's address (`tcp://HOST:8786`), when it is to be used as it is.
        via: How to reach the scheduler: auto, service, port-forward, node-port, load-balancer.
        local_port: Local port of a port-forward, 0 for any.
        security: A `distributed.Security`, or a dict of its arguments, for TLS.
        kwargs: asynchronous, loop, quiet, scheduler_sync_interval of `distributed`'s Cluster.

    Raises:
        NoReleaseError: There is no such release (also a RuntimeError).
        ManyReleasesError: Several are in reach and none is named.
        UnreachableError: No way leads to the scheduler; all that were tried are named.
        KubernetesError: The API server refuses or does not answer.
        TlsError: The scheduler wants TLS, and no certificates are at hand.

    """

    def __init__(
        self,
        release_name: str | None = None,
        auth: Any = None,
        namespace: str | None = None,
        port_forward_cluster_ip: bool = False,
        scheduler_name: str = "scheduler",
        worker_name: str = "worker",
        node_host: str | None = None,
        node_port: int | None = None,
        name: str | None = None,
        *,
        kubeconfig: str | None = None,
        context: str | None = None,
        address: str | None = None,
        via: str = AUTO,
        local_port: int = 0,
        security: Any = None,
        **kwargs: Any,
    ) -> None:
        self.auth, self.port_forward_cluster_ip = auth, port_forward_cluster_ip
        self.scheduler_name, self.worker_name = scheduler_name, worker_name
        self.node_host, self.node_port = node_host, node_port
        wish = Wish(via, address, local_port, node_host, node_port, port_forward_cluster_ip)
        found = schemes.schemes(scheduler_name, worker_name)
        who = access.from_auth(auth, kubeconfig, context)
        wanted = Wanted(release_name, namespace, found)
        self._scaling = asyncio.Lock()
        self._following: set[Turns] = set()
        self._starting = Starting(partial(self._waiter, _START))
        super().__init__(Settings(who, wanted, wish, security), name, **kwargs)

    @classmethod
    def from_name(cls, name: str, **kwargs: Any) -> "HelmCluster":
        """Return a handle of `RELEASE.NAMESPACE`, the name that `discover` and `name` give."""
        release, namespace = releases.split(name)
        return cls(release, namespace=namespace, **kwargs)

    async def _opened(self: Self) -> Self:
        """Return when it is open and, if asynchronous, the pods run that it was scaled to.

        Where nobody can await it that is a new Client, which takes the workers that there are.
        """
        await super()._opened()
        if self._is_awaited:
            await self._starting.settled()
        return self

    async def _shut(self) -> None:
        await self._leave(*self._following)
        await self._starting.stop()
        await super()._shut()

    @property
    def worker_groups(self) -> Any:
        """The pools by name, each a WorkerGroup; an awaitable of it in an asynchronous handle."""
        return self.sync(self._worker_groups)

    async def _worker_groups(self) -> dict[str, WorkerGroup]:
        view = await self._look_anyway()
        return {name: pool.numbers for name, pool in view.pools.items()}

    def scale(
        self,
        n: int,
        worker_group: str | None = None,
        *,
        force: bool = False,
        timeout: float | str | None = None,
    ) -> Any:
        """Scale a pool to `n` pods; none of its results is lost.

        More pods: returns when Kubernetes has been told; `wait_ready`, or awaiting an asynchronous
        handle, waits for them. Fewer: those that hold least hand over their results, running tasks
        are waited for, queued ones move, and it returns when the pods are gone.

        Args:
            n: Number of pods.
            worker_group: The pool; `default` or the only one when None.
            force: Go on although results would be lost, tasks run long or a rollout is under way.
            timeout: How long running tasks are waited for; the pods' own grace period when None.

        Raises:
            LossError: Nobody could take the results of the workers that go.
            BusyError: Only workers with long-running tasks could go.
            RolloutError: A rollout of the pool does not end.
            DeviationError: Kubernetes removed other pods than those that were drained.
            UnknownGroupError: There is no such pool (also a ValueError).

        """
        number = scaling.check_number(n)
        return self.sync(self._scale, number, worker_group, force, _seconds(timeout))

    async def _scale(
        self, number: int, group: str | None, force: bool = False, timeout: float | None = None
    ) -> None:
        opened = self._opened_connection
        look = self._look_anyway if force else self._look
        change = Scaling(
            opened.kubernetes, self.scheduler_comm, look, self._log, group, force, timeout
        )
        async with self._scaling:
            pool, grows = await self._job(change.to(number))
        watch = self._starting.expect if grows else self._starting.forget
        watch(pool)

    def adapt(
        self,
        minimum: int | None = None,
        maximum: float | None = None,
        worker_group: str | None = None,
        *,
        force: bool = False,
        **options: Any,
    ) -> PoolAdaptive:
        """Adapt the number of a pool's pods to the work, until `close`; calling again replaces it.

        Workers that go are drained as in `scale`. Defaults are those of Dask's configuration
        (`distributed.adaptive`). In an asynchronous handle await the result, to know that it works.
        When it is refused, what adapted before goes on.

        Args:
            minimum: Least number of pods, may be 0.
            maximum: Greatest number of pods.
            worker_group: The pool; `default` or the only one when None.
            force: Take over from another handle that adapts this pool.
            options: interval, wait_count, target_duration of `distributed.deploy.Adaptive`.

        Raises:
            AdaptError: Another handle adapts this pool.
            UnknownGroupError: There is no such pool (also a ValueError).
            LostError: The scheduler does not answer any more.

        """
        least, most = adapting.limits(minimum, maximum)
        limits = {"minimum": least, "maximum": most}
        given = adapting.checked(options)
        new = PoolAdaptive(self, worker_group, force, self._adaptive, **limits, **given)
        self._adaptive = new
        return new if self.asynchronous else self.sync(new.claimed)

    @property
    def jupyter_link(self) -> Any:
        """Where Jupyter can be opened on this machine; an awaitable in an asynchronous handle.

        Raises MissingError when no Jupyter runs.
        """
        return self.sync(self._jupyter_link)

    async def _jupyter_link(self) -> str:
        return await pages.jupyter(self._opened_connection)

    def get_versions(self, check: bool = False, packages: str | Iterable[str] = ()) -> Any:
        """Return the versions of client, scheduler and workers; `packages` are told of as well.

        With `check` it also says what differs, and the line of pip that mends it.
        """
        return self.sync(self._get_versions, check, _strings(packages))

    async def _get_versions(self, check: bool, packages: list[str]) -> dict[str, Any]:
        found = await versions.ask(self.scheduler_comm, packages)
        if check:
            same = "Client, scheduler and workers have the same versions."
            self._log(versions.message(versions.differences(found)) or same)
        return found

    def wait_for_workers(
        self, n_workers: int, timeout: float | str | None = None, worker_group: str | None = None
    ) -> Any:
        """Wait until that many workers run, in one pool if it is named.

        Raises StartError at once when that cannot happen, for it says why pods do not start, and
        WaitError (a TimeoutError) after `timeout` seconds.
        """
        number = positive(n_workers, "n_workers")
        return self.sync(self._wait_for_workers, number, timeout, worker_group)

    async def _wait_for_workers(
        self, n_workers: int = 0, timeout: float | str | None = None, group: str | None = None
    ) -> None:
        await self._waiter(timeout).workers(n_workers, group)

    def wait_ready(
        self, timeout: float | str | None = None, worker_group: str | None = None
    ) -> Any:
        """Wait until all wanted pods are ready and their workers run; raises as the above."""
        return self.sync(self._wait_ready, timeout, worker_group)

    async def _wait_ready(self, timeout: float | str | None, group: str | None) -> None:
        await self._waiter(timeout).ready(group)

    def _waiter(self, timeout: float | str | None) -> Waiter:
        opened = self._opened_connection
        namespace = opened.release.namespace
        return Waiter(opened.kubernetes, namespace, self._look_anyway, self._log, _seconds(timeout))

    def get_logs(
        self,
        cluster: bool = True,
        scheduler: bool = True,
        workers: bool | str | Iterable[str] = True,
        *,
        worker_group: str | None = None,
        jupyter: bool = False,
        previous: bool = False,
        tail_lines: int | None = None,
        since_seconds: float | str | None = None,
        follow: bool = False,
    ) -> Any:
        """Return what the pods have printed, by pod, and under "Cluster" what this handle has.

        Of a pod that does not run, or crashes, its phase, the reason and its last events come
        first. With `follow` it is an iterator (in an asynchronous handle an asynchronous one) over
        pod and line, which ends when it is closed; over breaks no line is lost.

        Args:
            cluster: Whether to include the handle's own.
            scheduler: Whether to include the scheduler's.
            workers: Whether to include those of workers, or which: addresses, names or pods.
            worker_group: Only workers of this pool.
            jupyter: Whether to include that of Jupyter.
            previous: Of the container before, which may have crashed.
            tail_lines: Only that many lines of each.
            since_seconds: Only what was printed in that time, also "10m".
            follow: Whether to go on with what is printed from now on.

        """
        chosen = workers if isinstance(workers, bool) else _strings(workers)
        since = _seconds(since_seconds, "since_seconds")
        lines = None if tail_lines is None else whole(tail_lines, "tail_lines")
        asked = Asked(scheduler, chosen, worker_group, jupyter, previous, lines, since)
        if follow:
            found = self._reader.follow(asked, self._look_anyway)
            return found if self.asynchronous else self._iterate(found)
        return self.sync(self._get_pod_logs, cluster, asked)

    async def _get_pod_logs(self, cluster: bool, asked: Asked) -> Logs:
        own = Log("\n".join(line for _, line in self._cluster_manager_logs))
        logs = Logs({CLUSTER: own} if cluster else {})
        logs.update(await self._reader.read(asked, await self._look_anyway()))
        return logs

    @property
    def _reader(self) -> Reader:
        opened = self._opened_connection
        return Reader(opened.kubernetes, opened.release.namespace)

    def _iterate(self, lines: "AsyncGenerator[Line, None]") -> Iterator[Line]:
        turns = Turns(lines)
        self._following.add(turns)
        try:
            while (item := self.sync(turns.next)) is not None:
                yield item
        finally:
            if turns in self._following:
                self.sync(self._leave, turns)

    async def _leave(self, *following: Turns) -> None:
        for turns in following:
            self._following.discard(turns)
            await turns.end()


_START = 3600.0  # what has not started by then is left to itself


def _strings(given: str | Iterable[str]) -> list[str]:
    """Return strings as a list; one of them is a list by itself."""
    return [given] if isinstance(given, str) else list(given)


def _seconds(given: float | str | None, name: str = "timeout") -> float | None:
    return None if given is None else seconds(given, name)
