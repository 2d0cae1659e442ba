"""The class HelmCluster; what it does is in the modules beside it."""

from collections.abc import Generator
from typing import Any

from distributed.core import Status
from distributed.deploy import Cluster
from distributed.security import Security

from dask_helm.cluster import access, connection, releases, schemes
from dask_helm.cluster.connection import Connection, Settings
from dask_helm.cluster.releases import Wanted
from dask_helm.cluster.supervising import Info, Supervisor
from dask_helm.cluster.ways import AUTO, Wish
from dask_helm.errors import UnavailableError


class HelmCluster(Cluster):  # type: ignore[misc]  # distributed has no types
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
        self.release_name, self.namespace = release_name, namespace
        wish = Wish(via, address, local_port, node_host, node_port, port_forward_cluster_ip)
        found = schemes.schemes(scheduler_name, worker_name)
        who = access.from_auth(auth, kubeconfig, context)
        wanted = Wanted(release_name, namespace, found)
        self._settings = Settings(who, wanted, wish, security)
        self._named = name
        self._connection: Connection | None = None
        self._supervisor: Supervisor | None = None
        self.scheduler_info: Info = {"workers": {}}
        super().__init__(name=name or release_name or "", **kwargs)
        if not self.called_from_running_loop:
            self._start_loop()

    @classmethod
    def from_name(cls, name: str, **kwargs: Any) -> "HelmCluster":
        """Return a handle of `RELEASE.NAMESPACE`, the name that `discover` and `name` give."""
        release, namespace = releases.split(name)
        return cls(release, namespace=namespace, **kwargs)

    def _start_loop(self) -> None:
        self._loop_runner.start()
        try:
            self.sync(self._open)
        except BaseException:
            self.close()
            raise

    def __await__(self) -> Generator[Any, None, "HelmCluster"]:
        return self._opened().__await__()

    async def _opened(self) -> "HelmCluster":
        if self.status == Status.created:
            await self._open()
        return self

    async def _open(self) -> None:
        self.status = Status.starting
        try:
            self._connection = await connection.connect(self._settings)
            await self._start()
        except BaseException:
            await self._close()
            raise

    async def _start(self) -> None:
        """Take over what is known of the scheduler; `distributed` would subscribe to it instead."""
        opened = self._opened_connection
        release = opened.release
        self.release_name, self.namespace = release.name, release.namespace
        self.name = self._named or str(release)
        self.scheduler_comm = opened.route.comm
        self._supervisor = Supervisor(
            self.scheduler_comm, self._sync_interval, self.name, self._log
        )
        await self._supervisor.start()
        for callback in self.periodic_callbacks.values():
            callback.start()
        self.status = Status.running

    @property
    def _opened_connection(self) -> Connection:
        if self._connection is None:
            raise UnavailableError(f"{self.name or 'this handle'} is not connected: {_CONNECT}")
        return self._connection

    @property
    def scheduler_info(self) -> Info:
        """What the scheduler last told of itself and of its workers."""
        return self._supervisor.info if self._supervisor else self._no_info

    @scheduler_info.setter
    def scheduler_info(self, info: Info) -> None:
        if self._supervisor:
            self._supervisor.info = info
        self._no_info = info

    @property
    def scheduler_address(self) -> str:
        """The address that clients on this machine connect to."""
        return self._connection.route.address if self._connection else "<Not Connected>"

    @property
    def security(self) -> Security | None:
        """What clients need to connect; None when connections are not encrypted."""
        return self._connection.security if self._connection else None

    @property
    def dashboard_link(self) -> str:
        """Where the dashboard can be opened on this machine, "" when no way leads there."""
        return self._connection.dashboard if self._connection else ""

    async def _close(self) -> None:
        if self._supervisor:
            await self._supervisor.stop()
        await super()._close()
        if self._connection:
            await self._connection.close()
            self._connection = None

    def close(self, timeout: float | None = None) -> Any:
        """End the connection; the release stays as it is, and so does what runs in it."""
        result = super().close(timeout)
        if not self.asynchronous:
            self._loop_runner.stop()
        return result

    def __exit__(self, *error: object) -> None:
        self.close()


_CONNECT = "write `await cluster` first, or use `async with`"
