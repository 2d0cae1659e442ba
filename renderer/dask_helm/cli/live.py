"""Running objects and rendered objects, prepared so that only real differences are left.

For each object, a dry run returns what the API server would store if the rendered object replaced
the running one: with its defaults, its notation of quantities and its allocated addresses. This is
compared with the running object. So a default is not a difference, but a field that somebody added
or that the values no longer set is one. What others own is first copied from the running object:
labels and annotations that the chart does not set, and the fields of OTHERS.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dask_helm.cli.comparison import Object, indexed, key

if TYPE_CHECKING:
    from dask_helm.cluster.api.manifests import Manifests

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
# Annotations that Kubernetes and kubectl maintain.
_BOOKS = (
    "deployment.kubernetes.io/revision",
    "kubectl.kubernetes.io/last-applied-configuration",
)
_VERSION = ("metadata", "resourceVersion")
_KEPT_METADATA = ("name", "namespace", "labels", "annotations")
_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,3}))?")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}


@dataclass(frozen=True)
class Sides:
    """The running objects, the rendered objects, and what the API server rejects."""

    running: list[Object]
    wanted: list[Object]
    refused: str = ""


async def sides(manifests: "Manifests", objects: list[Object], selector: str | None) -> Sides:
    """Ask the cluster about rendered objects; `selector` finds those no longer rendered."""
    # An object that names no namespace gets it, so that both sides agree.
    namespace = {"namespace": manifests.namespace}
    objects = [{**one, "metadata": namespace | one["metadata"]} for one in objects]
    running = indexed(await manifests.existing(objects))
    existing = []
    for one in objects:
        if found := running.get(key(one)):
            # Some kinds can only be updated with the version.
            existing.append(_with(taking_over(one, found), _VERSION, _at(found, _VERSION)))
    stored, refused = await manifests.stored(existing)
    answers = indexed(stored)
    wanted = [answers.get(key(one)) or one for one in objects]
    # Without an answer of the server, only the fields that we set can be compared.
    seen = [
        found if key(one) in answers else as_we_write(found, one)
        for one in objects
        if (found := running.get(key(one)))
    ]
    known = {key(one) for one in objects}
    labelled = await manifests.labelled(selector) if selector else []
    gone = [one for one in labelled if key(one) not in known]
    return Sides(
        [cleaned(one) for one in (*seen, *gone)], [cleaned(one) for one in wanted], refused
    )


def taking_over(ours: Object, running: Object) -> Object:
    """Return our object with the fields that others own in the running object."""
    result = ours
    for path in _SHARED:
        both = {**(_at(running, path) or {}), **(_at(ours, path) or {})}
        result = _with(result, path, both) if both else result
    for other in OTHERS.get(str(ours.get("kind")), ()):
        if _at(ours, other) is None and _at(running, other) is not None:
            result = _with(result, other, _at(running, other))
    return result


def as_we_write(running: Any, ours: Any) -> Any:
    """Return the fields of the running object that we set, with quantities in our notation."""
    if isinstance(running, dict) and isinstance(ours, dict):
        return {k: as_we_write(running[k], ours[k]) for k in ours if k in running}
    if isinstance(running, list) and isinstance(ours, list):
        pairs = zip(running, ours, strict=False)
        return [as_we_write(*pair) for pair in pairs] + running[len(ours) :]
    return ours if same_quantity(running, ours) else running


def cleaned(one: Object) -> Object:
    """Return an object without its status and the metadata that the server maintains."""
    metadata = {k: v for k, v in one["metadata"].items() if k in _KEPT_METADATA}
    annotations = metadata.pop("annotations", None) or {}
    kept = {name: value for name, value in annotations.items() if name not in _BOOKS}
    metadata |= {"annotations": kept} if kept else {}
    return {key: value for key, value in one.items() if key != "status"} | {"metadata": metadata}


def same_quantity(one: Any, other: Any) -> bool:
    """Return whether two values are equal, or equal quantities such as 1 and "1000m"."""
    if one == other or isinstance(one, bool) or isinstance(other, bool):
        return bool(one == other and type(one) is type(other))
    amount = _amount(one)
    return amount is not None and amount == _amount(other)


def _amount(value: Any) -> Decimal | None:
    match = _QUANTITY.fullmatch(str(value)) if isinstance(value, str | int | float) else None
    if match is None:
        return None
    number, suffix, exponent = match.groups(default="")
    if suffix in _BINARY:
        return Decimal(number) * (1 << _BINARY[suffix])
    return Decimal(number).scaleb(int(exponent or _DECIMAL[suffix]))


def _at(one: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        one = one.get(part) if isinstance(one, dict) else None
    return one


def _with(one: Object, path: tuple[str, ...], value: Any) -> Object:
    """Return a copy that holds a value at the path."""
    head, *rest = path
    inner = _with(one.get(head) or {}, tuple(rest), value) if rest else value
    return {**one, head: inner}
