"""Objects as the API server gives them, and a stand-in that holds some."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import deepcopy
from typing import Any

from dask_helm import labels
from dask_helm.errors import ForbiddenError, MissingError

Object = dict[str, Any]


class FakeKubernetes:
    """Answers from a list of objects; what is in `forbidden` (namespace, kind) is refused."""

    def __init__(self, *objects: Object, namespace: str = "here", in_pod: bool = False) -> None:
        self.objects = list(objects)
        self.namespace = namespace
        self.forbidden: set[tuple[str, str]] = set()
        self.is_silent = False  # nothing changes
        self.access = type("Access", (), {"in_pod": in_pod})()

    async def labelled(self, kind: str, namespace: str, selector: str) -> list[Object]:
        self._allow("list", kind, namespace)
        found = [one for one in self.objects if one["kind"] == kind and _matches(one, selector)]
        return deepcopy([one for one in found if namespace in ("", one["metadata"]["namespace"])])

    async def get(self, kind: str, namespace: str, name: str) -> Object:
        self._allow("get", kind, namespace)
        for one in self.objects:
            meta = one["metadata"]
            if (one["kind"], meta["namespace"], meta["name"]) == (kind, namespace, name):
                return one
        raise MissingError(f"{kind} {name} not found")

    @asynccontextmanager
    async def watch(
        self, kind: str, namespace: str, _selector: str
    ) -> AsyncIterator[AsyncIterator[str]]:
        self._allow("watch", kind, namespace)
        yield self._events()

    async def _events(self) -> AsyncIterator[str]:
        while not self.is_silent:
            yield "{}"
            await asyncio.sleep(0.01)
        await asyncio.Event().wait()

    def _allow(self, verb: str, kind: str, namespace: str) -> None:
        if (namespace, kind) in self.forbidden:
            raise ForbiddenError(verb, kind, namespace, "no")


def _matches(found: Object, selector: str) -> bool:
    own = found["metadata"].get("labels", {})
    terms = [term.partition("=") for term in selector.split(",") if term]
    return all(own.get(key) == value if eq else key in own for key, eq, value in terms)


def thing(
    kind: str, name: str, own: dict[str, str], namespace: str = "here", **more: Any
) -> Object:
    metadata = {"name": name, "namespace": namespace, "labels": own}
    return {"kind": kind, "metadata": metadata, **more}


def ours(release: str, component: str, pool: str | None = None) -> dict[str, str]:
    found = {
        labels.CLUSTER: f"{release}-dask",
        labels.INSTANCE: release,
        labels.COMPONENT: component,
    }
    return found | ({labels.POOL: pool} if pool else {})


def theirs(release: str, component: str, chart: str = "dask-2024.1.1") -> dict[str, str]:
    own = {"app": "dask", "release": release, "component": component}
    return own | {"heritage": "Helm", "chart": chart}


def deployment(
    name: str, own: dict[str, str], namespace: str = "here", args: list[str] | None = None
) -> Object:
    template = {"spec": {"containers": [{"name": "main", "args": args or []}]}}
    spec = {"replicas": 1, "selector": {"matchLabels": own}, "template": template}
    return thing("deployments", name, own, namespace, spec=spec)


def pod(
    name: str, own: dict[str, str] | None = None, status: Object | None = None, **metadata: Any
) -> Object:
    found = thing("pods", name, own or {}, status=status or running(), spec={"containers": []})
    found["metadata"].update(metadata)
    return found


def running(ready: bool = True) -> Object:
    condition = {"type": "Ready", "status": str(ready)}
    containers = [{"name": "main", "state": {"running": {}}}]
    return {"phase": "Running", "conditions": [condition], "containerStatuses": containers}


def waiting(reason: str, message: str = "") -> Object:
    state = {"waiting": {"reason": reason, "message": message}}
    return {"phase": "Pending", "containerStatuses": [{"name": "main", "state": state}]}
