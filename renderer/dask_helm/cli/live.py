"""What runs in a cluster beside what some values give, so that only real differences are left.

The API server itself says what it would store if the rendered object replaced the running one (a
dry run): with its defaults, its notation of quantities and its allocated addresses. That is
compared with what it stores now. So a default is no difference, and a field that someone added or
that the values do not set any more is one. What others own is taken over from the running object
before: labels and annotations that the chart does not set, and the fields of OTHERS.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dask_helm.cli.comparing import Object, indexed, key
from dask_helm.cli.kubectl import Kubectl
from dask_helm.cli.quantities import same

# Fields that a controller or a person sets when the values leave them out.
OTHERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "Deployment": (("spec", "replicas"),),
    "StatefulSet": (("spec", "replicas"),),
    "PersistentVolumeClaim": (("spec", "volumeName"), ("spec", "storageClassName")),
    "ServiceAccount": (("secrets",), ("imagePullSecrets",)),
}
_SHARED = (
    ("metadata", "labels"),
    ("metadata", "annotations"),
    ("spec", "template", "metadata", "annotations"),
)
# Books that Kubernetes and kubectl keep.
_BOOKS = (
    "deployment.kubernetes.io/revision",
    "kubectl.kubernetes.io/last-applied-configuration",
)
_KEPT_METADATA = ("name", "namespace", "labels", "annotations")


@dataclass(frozen=True)
class Sides:
    """What runs, what the values give, and what the API server refuses of it."""

    running: list[Object]
    wanted: list[Object]
    refused: str = ""


def sides(kubectl: Kubectl, objects: list[Object], selector: str | None) -> Sides:
    """Ask the cluster about rendered objects; `selector` finds those that are rendered no more."""
    objects = [_placed(one, kubectl.namespace) for one in objects]
    running = indexed(kubectl.get(objects))
    existing = [taking_over(one, running[key(one)]) for one in objects if key(one) in running]
    stored, refused = kubectl.replaced(existing)
    answers = indexed(stored)
    wanted = [answers.get(key(one)) or one for one in objects]
    seen = [_seen(running[key(one)], one, answers) for one in objects if key(one) in running]
    known = {key(one) for one in objects}
    gone = [one for one in _labelled(kubectl, selector) if key(one) not in known]
    return Sides(_cleaned([*seen, *gone]), _cleaned(wanted), refused)


def _placed(one: Object, namespace: str) -> Object:
    """Name the namespace of an object that leaves it to kubectl, so that both sides agree."""
    return {**one, "metadata": {"namespace": namespace, **one["metadata"]}}


def _labelled(kubectl: Kubectl, selector: str | None) -> list[Object]:
    return kubectl.labelled(selector) if selector else []


def _seen(running: Object, ours: Object, answers: dict[Any, Object]) -> Object:
    """Where the server gave no answer, only the fields that we set can be compared."""
    return running if key(ours) in answers else as_we_write(running, ours)


def taking_over(ours: Object, running: Object) -> Object:
    """Return our object with what others own in the running one."""
    result = ours
    for path in _SHARED:
        both = {**(_at(running, path) or {}), **(_at(ours, path) or {})}
        result = _with(result, path, both) if both else result
    for other in OTHERS.get(str(ours.get("kind")), ()):
        if _at(ours, other) is None and _at(running, other) is not None:
            result = _with(result, other, _at(running, other))
    return result


def as_we_write(running: Any, ours: Any) -> Any:
    """Return of the running object what we set, an equal quantity in our notation."""
    if isinstance(running, dict) and isinstance(ours, dict):
        return {k: as_we_write(running[k], ours[k]) for k in ours if k in running}
    if isinstance(running, list) and isinstance(ours, list):
        pairs = zip(running, ours, strict=False)
        return [as_we_write(*pair) for pair in pairs] + running[len(ours) :]
    return ours if same(running, ours) else running


def _cleaned(objects: Iterable[Object]) -> list[Object]:
    return [cleaned(one) for one in objects]


def cleaned(one: Object) -> Object:
    """Return an object without its status and without what the server notes about it."""
    metadata = {k: v for k, v in one["metadata"].items() if k in _KEPT_METADATA}
    annotations = metadata.pop("annotations", None) or {}
    kept = {name: value for name, value in annotations.items() if name not in _BOOKS}
    metadata |= {"annotations": kept} if kept else {}
    return {key: value for key, value in one.items() if key != "status"} | {"metadata": metadata}


def _at(one: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        one = one.get(part) if isinstance(one, dict) else None
    return one


def _with(one: Object, path: tuple[str, ...], value: Any) -> Object:
    """Return a copy that holds a value at the path."""
    head, *rest = path
    inner = _with(one.get(head) or {}, tuple(rest), value) if rest else value
    return {**one, head: inner}
