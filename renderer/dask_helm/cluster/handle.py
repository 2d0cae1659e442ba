"""The class HelmCluster, the public interface of the packages beside this module."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator
from functools import partial
from typing import Any, TypeVar

from distributed.utils import Log, Logs

from dask_helm.cluster import arguments
from dask_helm.cluster.api.credentials import from_auth
from dask_helm.cluster.connect.connection import Settings
from dask_helm.cluster.connect.routes import AUTO, RouteOptions
from dask_helm.cluster.notebook import ShownCluster
from dask_helm.cluster.observe import versions
from dask_helm.cluster.observe.logs import CLUSTER, Line, LogOptions, Reader, Turns
from dask_helm.cluster.observe.wait import Starting, Waiter
from dask_helm.cluster.release import discovery
from dask_helm.cluster.release.discovery import ReleaseQuery
from dask_helm.cluster.release.pools import PoolStatus
from dask_helm.cluster.release.schemes import schemes
from dask_helm.cluster.scaling import adapt
from dask_helm.cluster.scaling.adapt import Hooks, PoolAdaptive
from dask_helm.cluster.scaling.scale import Scaling

Self = TypeVar("Self", bound="HelmCluster")


class HelmCluster(ShownCluster):
    """A running release of the chart: its scheduler and its pools of workers.

    Releases of the older `dask` chart (helm.dask.org) work as well. Without a name: inside a pod of
    a release, that release; elsewhere, the only release that you can access. `close()` closes the
    connection and leaves the release as it is; `helm uninstall` removes it.

    Args:
        release_name: Name of the Helm release.
        auth: A kubeconfig file; prefer `kubeconfig` and `context`.
        namespace: Namespace of the release; by default that of the context or the pod.
        port_forward_cluster_ip: Use a port-forward even where the Service may be reachable.
        scheduler_name: The label `component` of the scheduler's objects.
        worker_name: The label `component` of the workers' objects.
        node_host: Host of a NodePort Service; by default the node of the scheduler.
        node_port: Port there; by default that of the Service.
        name: Name of this handle; by default `RELEASE.NAMESPACE`.
        kubeconfig: Kubeconfig file; by default KUBECONFIG, the pod's service account, or
            ~/.kube/config.
        context: Context of the kubeconfig; by default the current one.
        address: The address of the scheduler (`tcp://HOST:8786`), which is used as it is.
        via: The route to the scheduler: auto, service, port-forward, node-port, load-balancer.
        local_port: Local port of a port-forward, 0 for any free port.
        security: A `distributed.Security`, or a dict of its arguments, for TLS.
        kwargs: asynchronous, loop, quiet, scheduler_sync_interval of `distributed`'s Cluster.

    Raises:
        NoReleaseError: There is no such release (also a RuntimeError).
        ManyReleasesError: You can access several releases, and none is named.
        UnreachableError: No route leads to the scheduler; each attempt is listed.
        KubernetesError: The API server refuses a request or does not answer.
        TlsError: The scheduler requires TLS, and no certificates were found.

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
        settings = Settings(
            from_auth(auth, kubeconfig, context),
            ReleaseQuery(release_name, namespace, schemes(scheduler_name, worker_name)),
            RouteOptions(via, address, local_port, node_host, node_port, port_forward_cluster_ip),
            security,
        )
        self._scaling = asyncio.Lock()
        self._following: set[Turns] = set()
        self._starting = Starting(partial(self._waiter, START_SECONDS))
        super().__init__(settings, name, **kwargs)

    @classmethod
    def from_name(cls, name: str, **kwargs: Any) -> "HelmCluster":
        """Return a handle for `RELEASE.NAMESPACE`, the name that `discover` and `name` return.

        With `namespace`, `name` is the name of the release alone.
        """
        if "namespace" in kwargs:
            return cls(name, **kwargs)
        release, namespace = discovery.split(name)
        return cls(release, namespace=namespace, **kwargs)

    async def _opened(self: Self) -> Self:
        """Wait until the handle is open and, if asynchronous, the pods of scaled pools run.

        A blocking handle is awaited only by a new Client, which uses the existing workers.
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
    def pools(self) -> Any:
        """The pools by name, each a PoolStatus; an awaitable of it in an asynchronous handle."""

        async def statuses() -> dict[str, PoolStatus]:
            view = await self._look_anyway()
            return {name: pool.status for name, pool in view.pools.items()}

        return self.sync(statuses)

    def scale(
        self,
        n: int | None = None,
        worker_group: str | None = None,
        *,
        n_workers: int | None = None,
        force: bool = False,
        timeout: float | str | None = None,
    ) -> Any:
        """Scale a pool to `n` pods without losing results.

        More pods: returns when Kubernetes has accepted the number; `wait_ready`, or awaiting an
        asynchronous handle, waits for the pods. Fewer pods: those that store least are drained:
        results and queued tasks move to other workers, running tasks are waited for. It returns
        when the pods have been removed.

        Args:
            n: Number of pods.
            worker_group: The pool; by default `default`, or the only pool.
            n_workers: The name of `n` in dask-kubernetes.
            force: Continue although results would be lost, tasks run long or a rollout runs.
            timeout: How long running tasks are waited for; by default the pods' grace period.

        Raises:
            LossError: No other worker could take the results of the workers that leave, or they
                have actors.
            BusyError: Only workers with long-running tasks are left to remove.
            RolloutError: A rollout of the pool does not end.
            DeviationError: Kubernetes removed other pods than those that were drained.
            UnknownPoolError: There is no such pool (also a ValueError).

        """
        number = arguments.pods(n if n_workers is None else n_workers)
        return self.sync(self._scale, number, worker_group, force, _seconds(timeout))

    async def _scale(
        self, number: int, pool: str | None, force: bool = False, timeout: float | None = None
    ) -> None:
        opened = self._opened_connection
        look = self._look_anyway if force else self._look
        change = Scaling(
            opened.kubernetes, self.scheduler_comm, look, self._log, pool, force, timeout
        )
        async with self._scaling:
            scaled, grows = await self._job(change.to(number))
        watch = self._starting.expect if grows else self._starting.forget
        watch(scaled)

    def adapt(
        self,
        minimum: int | None = None,
        maximum: float | None = None,
        worker_group: str | None = None,
        *,
        force: bool = False,
        **options: Any,
    ) -> PoolAdaptive:
        """Adapt the number of a pool's pods to the work until `close`; calling again replaces it.

        Workers are drained as in `scale`. Defaults come from Dask's configuration
        (`distributed.adaptive`). In an asynchronous handle, await the result to know whether it
        works. When it is refused, an earlier adaptation continues.

        Args:
            minimum: Least number of pods, may be 0.
            maximum: Greatest number of pods.
            worker_group: The pool; by default `default`, or the only pool.
            force: Take over from another handle that adapts this pool.
            options: interval, wait_count, target_duration of `distributed.deploy.Adaptive`.

        Raises:
            AdaptError: Another handle adapts this pool.
            UnknownPoolError: There is no such pool (also a ValueError).
            LostError: The scheduler does not answer any more.

        """
        least, most = adapt.limits(minimum, maximum)
        given = adapt.checked(options)
        hooks = Hooks(self._look, self._scale, self._log, self._withdraw)
        before = self._adaptive
        new = PoolAdaptive(
            self, hooks, worker_group, force, before, minimum=least, maximum=most, **given
        )
        self._adaptive = new
        return new if self.asynchronous else self.sync(new.claimed)

    def _withdraw(self, refused: PoolAdaptive, before: PoolAdaptive | None) -> None:
        if self._adaptive is refused:
            self._adaptive = before

    @property
    def jupyter_link(self) -> Any:
        """The address of Jupyter on this machine; an awaitable in an asynchronous handle.

        It contains the login token if you may read it: treat the link like a password. Raises
        MissingError when no Jupyter runs.
        """

        async def link() -> str:
            opened = self._opened_connection
            found = await opened.find_jupyter()
            return (await found.login()).added_to(await opened.jupyter_link(found))

        return self.sync(link)

    def get_versions(self, check: bool = False, packages: str | Iterable[str] = ()) -> Any:
        """Return the versions of client, scheduler and workers, including those of `packages`.

        With `check` it also prints what differs, and the pip command that makes it equal.
        """
        names = _strings(packages)

        async def ask() -> dict[str, Any]:
            found = await versions.ask(self.scheduler_comm, names)
            if check:
                equal = "Client, scheduler and workers have the same versions."
                self._log(versions.message(versions.differences(found)) or equal)
            return found

        return self.sync(ask)

    def wait_for_workers(
        self, n_workers: int, timeout: float | str | None = None, worker_group: str | None = None
    ) -> Any:
        """Wait until that many workers run, in one pool if it is named.

        Without a pool, all workers of the scheduler count, also those of other releases. Raises
        StartError, with the reasons, as soon as pods cannot start, and WaitError (a TimeoutError)
        after `timeout` seconds.
        """
        number = arguments.positive(n_workers, "n_workers")
        return self.sync(self._wait_for_workers, number, timeout, worker_group)

    async def _wait_for_workers(
        self, n_workers: int = 0, timeout: float | str | None = None, pool: str | None = None
    ) -> None:
        await self._waiter(timeout).workers(n_workers, pool)

    def wait_ready(
        self, timeout: float | str | None = None, worker_group: str | None = None
    ) -> Any:
        """Wait until all wanted pods are ready and their workers run.

        Raises the same errors as `wait_for_workers`.
        """

        async def wait() -> None:
            await self._waiter(timeout).ready(worker_group)

        return self.sync(wait)

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
        """Return the logs by pod, and under "Cluster" the log of this handle.

        For a pod that does not run, or crashes, its phase, the reason and its last events come
        first. With `follow` it is an iterator (in an asynchronous handle an asynchronous one) over
        pairs of pod and line, which ends when it is closed; interruptions lose no line.

        Args:
            cluster: Whether to include the log of this handle.
            scheduler: Whether to include the scheduler.
            workers: Whether to include the workers, or which: addresses, names or pods.
            worker_group: Only workers of this pool.
            jupyter: Whether to include Jupyter.
            previous: The log of the previous container, which may have crashed.
            tail_lines: Only that many lines of each pod.
            since_seconds: Only lines of that time, such as 600 or "10m".
            follow: Whether to continue with new lines.

        """
        chosen = workers if isinstance(workers, bool) else _strings(workers)
        since = _seconds(since_seconds, "since_seconds")
        lines = None if tail_lines is None else arguments.whole(tail_lines, "tail_lines")
        options = LogOptions(scheduler, chosen, worker_group, jupyter, previous, lines, since)
        if follow:
            found = self._reader.follow(options, self._look_anyway)
            return found if self.asynchronous else self._iterate(found)

        async def read() -> Logs:
            logs = Logs({CLUSTER: Log("\n".join(self._logged))} if cluster else {})
            logs.update(await self._reader.read(options, await self._look_anyway()))
            return logs

        return self.sync(read)

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


START_SECONDS = 3600.0  # how long the pods of a scaled pool are watched while they start


def _strings(given: str | Iterable[str]) -> list[str]:
    """Return strings as a list; a single string is a list of one."""
    return [given] if isinstance(given, str) else list(given)


def _seconds(given: float | str | None, name: str = "timeout") -> float | None:
    return None if given is None else arguments.seconds(given, name)
