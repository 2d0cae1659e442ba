"""Maps values of the older `dask` chart (helm.dask.org) to values of this chart.

The left side is a path in the older chart, the right side the path here, for the value and all
values inside it. A value without a counterpart has a sentence with the reason.
"""

from collections.abc import Callable, Iterator
from typing import Any

from dask_helm.engine.values.display import ValuePath, shown
from dask_helm.values.conversions import slug

_POD = {"annotations": "podAnnotations", "securityContext": "podSecurityContext"}
_MOUNTS = {"mounts.volumes": "volumes", "mounts.volumeMounts": "volumeMounts"}
_INGRESS = {"ingressClassName": "className", "hostname": "hosts", "secretName": "tls"}


def _section(old: str, new: str, keys: dict[str, str]) -> dict[str, str]:
    return {f"{old}.{key}": f"{new}.{target}" for key, target in keys.items()}


MOVED: dict[str, str] = {
    "additional_worker_groups": "workers",
    "webUI": "scheduler.dashboard",
    "webUI.ingress": "scheduler.dashboard.ingress",
    **_section("webUI.ingress", "scheduler.dashboard.ingress", _INGRESS),
    "scheduler.serviceType": "scheduler.service.type",
    "scheduler.loadBalancerIP": "scheduler.service.loadBalancerIP",
    "scheduler.serviceAnnotations": "scheduler.service.annotations",
    "worker": "workers.default",
    **_section("worker", "workers.default", _POD | _MOUNTS),
    "worker.limits": "workers.default.resources.limits",
    "worker.requests": "workers.default.resources.requests",
    "worker.threads_per_worker": "workers.default.threads",
    "worker.custom_scheduler_url": "scheduler.address",
    "jupyter.serviceType": "jupyter.service.type",
    "jupyter.args": "jupyter.extraArgs",
    **_section("jupyter", "jupyter", _MOUNTS),
    **_section("jupyter.ingress", "jupyter.ingress", _INGRESS),
}

_PORT = "the ports are fixed: scheduler 8786, dashboard 8787, worker pages 8790"
_METRICS = "this chart creates no monitors; /metrics is served on the dashboard ports"
_TLS = "TLS is on if tls names a Secret: tls: [{secretName: NAME}]"
_LABEL = "names are derived from the release; see fullnameOverride"

GONE: dict[str, str] = {
    "scheduler.name": _LABEL,
    "scheduler.port": _PORT,
    "scheduler.servicePort": _PORT,
    "scheduler.metrics": _METRICS,
    "webUI.name": _LABEL,
    "webUI.servicePort": _PORT,
    "webUI.ingress.tls": _TLS,
    "worker.name": _LABEL,
    "worker.port": _PORT,
    "worker.portDashboard": _PORT,
    "worker.metrics": _METRICS,
    "worker.image.dask_worker": "the command is `dask worker`; type: gpu runs `dask cuda worker`",
    "worker.default_resources": "use resources.limits instead",
    "jupyter.name": _LABEL,
    "jupyter.servicePort": "the Service has the port of Jupyter; see jupyter.port",
    "jupyter.rbac": "use rbac.create, or an existing account in jupyter.serviceAccountName",
    "jupyter.password": "put a new hash into jupyter.hashedPassword, "
    "or a token into a Secret and name it in jupyter.existingSecret",
    "jupyter.passwordHint": "the notes of the release show how to read the token",
    "jupyter.extraConfig": "use jupyter.config, or mount a file with jupyter.volumes",
}

GROUPS = "additional_worker_groups"

Moves = list[tuple[ValuePath, ValuePath, Any]]


def reason(path: ValuePath) -> str | None:
    """Return why a value of the older chart has no counterpart here; None if it has one."""
    return GONE.get(shown(path))


def moves(path: ValuePath, value: Any) -> Moves:
    """Return where the value at a path of the older chart moves: old path, new path, value.

    A map is split if its keys move to different places. Empty if the older chart did not have the
    path, or if the value is empty.
    """
    if path != (GROUPS,) or not isinstance(value, list):
        return list(_moves(path, value))
    found: Moves = []
    for index, group in enumerate(value):
        if isinstance(group, dict):  # an additional worker group, which is a pool here
            pool = slug(str(group.get("name", f"group-{index + 1}")))[:20].strip("-")
            for old, new, item in _moves(("worker",), group):
                here = (new[0], pool, *new[2:]) if new[:2] == ("workers", "default") else new
                found.append(((GROUPS, index, *old[1:]), here, item))
    return found


def target(path: ValuePath) -> ValuePath | None:
    """Return the path in this chart for a path of the older chart, if there is one."""
    for end in range(len(path), 0, -1):
        moved = MOVED.get(shown(path[:end]))
        if moved:
            return (*moved.split("."), *path[end:])
    return None


def gone(path: ValuePath, value: Any) -> list[str]:
    """Return the parts of the value that have no counterpart here, each with the reason."""
    if path != (GROUPS,) or not isinstance(value, list):
        return list(_gone(path, path, value))
    found: list[str] = []
    for index, group in enumerate(value):
        if isinstance(group, dict):
            keys = {key: item for key, item in group.items() if key != "name"}  # the pool's name
            found += _gone((GROUPS, index), ("worker",), keys)
    return found


def _gone(place: ValuePath, path: ValuePath, value: Any) -> Iterator[str]:
    """Yield what has no counterpart in the value at a place, which is like that at the path."""
    value = _converted(path, value)
    if shown(path) in GONE:
        yield f"{shown(place)} ({GONE[shown(path)]})"
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _gone((*place, key), (*path, key), item)


def _gpu_worker(worker: Any) -> Any:
    """Return the values of a worker; one that ran `dask-cuda-worker` has type gpu here."""
    image = worker.get("image") if isinstance(worker, dict) else None
    if not (isinstance(image, dict) and "cuda" in str(image.get("dask_worker"))):
        return worker
    rest = {key: value for key, value in image.items() if key != "dask_worker"}
    resources, counts = worker.get("resources"), []
    if isinstance(resources, dict):
        resources = {kind: amounts for kind, amounts in resources.items() if amounts is not None}
        for kind, amounts in resources.items():
            if isinstance(amounts, dict):
                counts.append(amounts.get("nvidia.com/gpu"))
                resources[kind] = {k: v for k, v in amounts.items() if k != "nvidia.com/gpu"}
    count = next(filter(None, counts), 1)
    return {**worker, "image": rest, "type": "gpu", "gpu": {"count": count}, "resources": resources}


def _flags(arguments: Any) -> Any:
    """Return Jupyter's arguments without the command, which is the chart's own here."""
    if isinstance(arguments, list) and "lab" in arguments:
        return arguments[arguments.index("lab") + 1 :]
    return arguments


_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "worker": _gpu_worker,
    "jupyter.args": _flags,
}


def _converted(path: ValuePath, value: Any) -> Any:
    """Return the value at a path of the older chart as this chart means it."""
    convert = _CONVERSIONS.get(shown(path))
    return convert(value) if convert else value


def _moves(path: ValuePath, value: Any) -> Iterator[tuple[ValuePath, ValuePath, Any]]:
    name, value = shown(path), _converted(path, value)
    below = any(known.startswith(f"{name}.") for known in (*MOVED, *GONE))
    if isinstance(value, dict) and below:
        for key, item in value.items():
            yield from _moves((*path, key), item)
    else:
        here = target(path)
        if here and name not in GONE and value not in (None, {}, []):
            yield path, here, value
