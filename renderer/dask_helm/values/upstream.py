"""Where values of the older `dask` chart (helm.dask.org) stand in this one.

The left side is a path there, the right side the path here; what is inside goes along. A sentence
for what has no counterpart says why.
"""

from collections.abc import Iterator
from typing import Any

from dask_helm.values.convert import slug
from dask_helm.values.paths import ValuePath, shown

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
    "worker.threads_per_worker": "workers.default.threads",
    "worker.custom_scheduler_url": "scheduler.address",
    "jupyter.serviceType": "jupyter.service.type",
    "jupyter.args": "jupyter.extraArgs",
    **_section("jupyter", "jupyter", _MOUNTS),
    **_section("jupyter.ingress", "jupyter.ingress", _INGRESS),
}

_PORT = "the ports are fixed: scheduler 8786, its pages 8787, worker pages 8790, Jupyter 8888"
_METRICS = "this chart makes no monitors; /metrics is served on the dashboard ports"
_TLS = "the Secret alone says it; name it in tls: [{secretName: NAME}]"
_LABEL = "names are made from the release; see fullnameOverride"

GONE: dict[str, str] = {
    "scheduler.name": _LABEL,
    "scheduler.servicePort": _PORT,
    "scheduler.metrics": _METRICS,
    "webUI.name": _LABEL,
    "webUI.servicePort": _PORT,
    "webUI.ingress.tls": _TLS,
    "worker.name": _LABEL,
    "worker.port": _PORT,
    "worker.portDashboard": _PORT,
    "worker.metrics": _METRICS,
    "worker.image.dask_worker": "the command is `dask worker`; workers.default.command replaces it",
    "worker.default_resources": "write resources.limits instead",
    "jupyter.name": _LABEL,
    "jupyter.servicePort": _PORT,
    "jupyter.rbac": "Jupyter needs none; jupyter.serviceAccountName takes an account with rights",
    "jupyter.password": "the token is in a Secret, which jupyter.existingSecret names",
    "jupyter.passwordHint": "the notes of the release say how to read the token",
    "jupyter.extraConfig": "write jupyter.extraArgs, or mount a file with jupyter.volumes",
}

GROUPS = "additional_worker_groups"

Moves = list[tuple[ValuePath, ValuePath, Any]]


def reason(path: ValuePath) -> str | None:
    """Return why a value of the older chart has no counterpart here; None for all others."""
    return GONE.get(shown(path))


def moves(path: ValuePath, value: Any) -> Moves:
    """Return where the value at a path of the older chart belongs: path there, path here, value.

    A map is taken apart as far as its keys part ways. Empty for what the older chart did not have,
    and for what is empty itself.
    """
    if path == (GROUPS,) and isinstance(value, list):
        return [move for index, group in enumerate(value) for move in _group(index, group)]
    return list(_moves(path, value))


def target(path: ValuePath) -> ValuePath | None:
    """Return where what stands at a path of the older chart stands here, if it does."""
    for end in range(len(path), 0, -1):
        moved = MOVED.get(shown(path[:end]))
        if moved:
            return (*moved.split("."), *path[end:])
    return None


def gone(path: ValuePath, value: Any) -> list[str]:
    """Return what is inside the value that has no counterpart here, each with the reason."""
    own = [f"{shown(path)} ({GONE[shown(path)]})"] if shown(path) in GONE else []
    inside = value.items() if isinstance(value, dict) and not own else ()
    return own + [name for key, item in inside for name in gone((*path, key), item)]


def _moves(path: ValuePath, value: Any) -> Iterator[tuple[ValuePath, ValuePath, Any]]:
    name = shown(path)
    below = any(known.startswith(f"{name}.") for known in (*MOVED, *GONE))
    if isinstance(value, dict) and below:
        for key, item in value.items():
            yield from _moves((*path, key), item)
    else:
        here = target(path)
        if here and name not in GONE and value not in (None, {}, []):
            yield path, here, value


def _group(index: int, group: Any) -> Iterator[tuple[ValuePath, ValuePath, Any]]:
    """Yield the keys of one more group of workers, which is a pool here."""
    if not isinstance(group, dict):
        return
    pool = slug(str(group.get("name", f"group-{index + 1}")))[:20].strip("-")
    for old, new, value in _moves(("worker",), group):
        here = (new[0], pool, *new[2:]) if new[:2] == ("workers", "default") else new
        yield (GROUPS, index, *old[1:]), here, value
