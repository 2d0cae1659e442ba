"""Which release is meant, found by labels alone."""

import asyncio
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from dask_helm import labels
from dask_helm.cluster.kubernetes import Kubernetes, Object
from dask_helm.cluster.listing import listed
from dask_helm.cluster.schemes import OURS, UPSTREAM, Scheme, labels_of
from dask_helm.errors import ForbiddenError, KubernetesError, ManyReleasesError, NoReleaseError

SCHEMES = (OURS, UPSTREAM)


@dataclass(frozen=True, order=True)
class Release:
    """A release by name and namespace, and how its chart labels objects."""

    name: str
    namespace: str
    scheme: Scheme = field(compare=False)

    def __str__(self) -> str:
        return f"{self.name}.{self.namespace}"

    @property
    def selector(self) -> str:
        """The labels of all its objects but pods of the older chart."""
        return f"{self.scheme.known},{self.scheme.instance}={self.name}"


@dataclass(frozen=True)
class Wanted:
    """What the user says of a release; None for what is not said."""

    name: str | None = None
    namespace: str | None = None
    schemes: tuple[Scheme, ...] = SCHEMES


def split(name: str) -> tuple[str, str | None]:
    """Return release and namespace of `release.namespace`; a release's name may have dots."""
    release, dot, namespace = name.rpartition(".")
    return (release, namespace) if dot else (name, None)


async def find(kubernetes: Kubernetes, wanted: Wanted) -> Release:
    """Return the one release that is meant. Raises NoReleaseError or ManyReleasesError."""
    namespace = wanted.namespace or kubernetes.namespace
    found = await releases(kubernetes, namespace, wanted.schemes)
    if wanted.name:
        return await _named(kubernetes, wanted, found)
    if not wanted.namespace and (own := await _own(kubernetes, found)):
        return own
    others = [] if found else await everywhere(kubernetes, wanted.schemes)
    return _only(found if wanted.namespace else found or others, wanted.namespace, others)


async def releases(
    kubernetes: Kubernetes, namespace: str, schemes: Iterable[Scheme] = SCHEMES
) -> list[Release]:
    """Return the releases of a namespace, of all of them when it is empty."""
    found = await asyncio.gather(*(_of_scheme(kubernetes, namespace, one) for one in schemes))
    return sorted({release for each in found for release in each})


async def everywhere(kubernetes: Kubernetes, schemes: Iterable[Scheme] = SCHEMES) -> list[Release]:
    """Return the releases of all namespaces; none when that may not be asked."""
    try:
        return await releases(kubernetes, "", schemes)
    except ForbiddenError:
        return []


async def _of_scheme(kubernetes: Kubernetes, namespace: str, scheme: Scheme) -> list[Release]:
    objects = await kubernetes.labelled("deployments", namespace, scheme.known)
    return [_release(one, scheme) for one in objects if scheme.is_ours(one)]


def _release(found: Object, scheme: Scheme) -> Release:
    return Release(scheme.release_of(found), found["metadata"]["namespace"], scheme)


async def _own(kubernetes: Kubernetes, found: list[Release]) -> Release | None:
    """Return that of the releases whose pod this program runs in, if it does."""
    if not kubernetes.access.in_pod:
        return None
    try:
        pod = await kubernetes.get("pods", kubernetes.namespace, os.environ.get("HOSTNAME", "-"))
    except KubernetesError:
        return None
    return next((one for one in found if _holds(one, labels_of(pod))), None)


def _holds(release: Release, own: dict[str, str]) -> bool:
    """Whether a pod with these labels is of a release; the older chart is not named there."""
    scheme = release.scheme
    name = own.get(labels.NAME) == labels.CHART if scheme.pool else scheme.component in own
    return name and own.get(scheme.instance) == release.name


async def _named(kubernetes: Kubernetes, wanted: Wanted, found: list[Release]) -> Release:
    for release in found:
        if release.name == wanted.name:
            return release
    others = await everywhere(kubernetes, wanted.schemes)
    namespace = wanted.namespace or kubernetes.namespace
    raise NoReleaseError(_missing(str(wanted.name), namespace, found, others))


def _missing(name: str, namespace: str, found: list[Release], others: list[Release]) -> str:
    same = [one for one in others if one.name == name]
    near = get_close_matches(name, [one.name for one in found], n=1)
    known = listed(one.name for one in found) or "none"
    text = f"there is no release {name!r} of a Dask chart in namespace {namespace}"
    if same:
        return f"{text}, but in {listed(one.namespace for one in same)}. Write: {_call(same[0])}"
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    return f"{text}{hint}. Releases there: {known}. `dask-helm list -A` shows all"


def _only(found: list[Release], namespace: str | None, others: list[Release]) -> Release:
    if len(found) == 1:
        return found[0]
    where = f"in namespace {namespace}" if namespace else "in reach"
    if not found:
        raise NoReleaseError(f"no release of a Dask chart is {where}. {_elsewhere(others)}")
    names = listed(found)
    write = f"Write which: {_call(found[0])}"
    raise ManyReleasesError(f"{len(found)} releases are {where}: {names}. {write}")


def _elsewhere(others: list[Release]) -> str:
    if not others:
        return "Write where it is: HelmCluster('RELEASE', namespace='NAMESPACE')"
    return f"Elsewhere are: {listed(others)}. Write: {_call(others[0])}"


def _call(release: Release) -> str:
    return f"HelmCluster({release.name!r}, namespace={release.namespace!r})"
