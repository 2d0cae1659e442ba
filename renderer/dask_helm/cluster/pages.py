"""Jupyter's pages, opened the way that the scheduler is reached."""

from dask_helm import labels
from dask_helm.cluster import pods
from dask_helm.cluster.connection import Connection, ingress
from dask_helm.cluster.forwarding import Forward
from dask_helm.cluster.kubernetes import Object
from dask_helm.cluster.outside import Outside
from dask_helm.cluster.scheduler import option
from dask_helm.errors import MissingError


async def jupyter(connection: Connection | Outside) -> str:
    """Return Jupyter's address on this machine. Raises MissingError when no Jupyter runs."""
    found = await _pods(connection)
    ready = [pod for pod in found if pods.ready(pod)]
    if not ready:
        told = "; ".join(str(pods.trouble(pod) or pods.name(pod)) for pod in found) or "none"
        raise MissingError(f"no Jupyter pod of {connection.release} is ready: {told}")
    if link := await ingress(connection.kubernetes, connection.release, _components(connection)):
        return link
    async with connection.lock:
        forward = connection.jupyter = connection.jupyter or await _forward(connection)
    return f"http://{forward.address}{_path(ready[0])}"


async def _forward(connection: Connection | Outside) -> Forward:
    namespace = connection.release.namespace
    forward = Forward(connection.kubernetes, namespace, lambda: _pick(connection))
    await forward.start()
    return forward


async def _pods(connection: Connection | Outside) -> list[Object]:
    release = connection.release
    selector = release.scheme.selector(release.name)
    found = await connection.kubernetes.labelled("pods", release.namespace, selector)
    return [pod for pod in found if release.scheme.component_of(pod) in _components(connection)]


def _components(connection: Connection | Outside) -> tuple[str, ...]:
    return (connection.release.scheme.jupyter,)


async def _pick(connection: Connection | Outside) -> tuple[str, int]:
    for pod in await _pods(connection):
        if pods.ready(pod):
            return pods.name(pod), _port(pod)
    raise MissingError(f"no Jupyter pod of {connection.release} is ready")


def _port(pod: Object) -> int:
    ports: list[Object] = pod["spec"]["containers"][0].get("ports") or []
    named = [one for one in ports if one.get("name") == labels.JUPYTER_PORT] or ports
    return int(named[0]["containerPort"]) if named else 8888


def _path(pod: Object) -> str:
    """Return the path of Jupyter, which the chart gives it as an argument."""
    return option(pods.arguments(pod), "--ServerApp.base_url") or "/"
