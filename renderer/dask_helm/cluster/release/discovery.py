"""Finds releases by their labels, and selects the one that a query means."""

import asyncio
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import dask.config

from dask_helm.cluster.api.client import Kubernetes
from dask_helm.cluster.release.schemes import SCHEMES, Scheme, labels_of
from dask_helm.errors import (
    ForbiddenError,
    Hint,
    KubernetesError,
    ManyReleasesError,
    NoReleaseError,
    hint,
)
from dask_helm.text import did_you_mean, listed


@dataclass(frozen=True, order=True)
class Release:
    """A release by name and namespace, and how its chart labels objects.

    `cluster` is the value of the label that all of its objects have. An umbrella chart can contain
    several clusters; then this value identifies each of them instead of the release's name.
    """

    name: str
    namespace: str
    scheme: Scheme = field(compare=False)
    cluster: str

    def __str__(self) -> str:
        return f"{self.name}.{self.namespace}"

    @property
    def selector(self) -> str:
        """The selector of all its objects except pods of the older chart."""
        return f"{self.scheme.known},{self.scheme.identity}={self.cluster}"

    @property
    def pods(self) -> str:
        """The selector of all its objects, including pods."""
        return self.scheme.selector(self.cluster)


@dataclass(frozen=True)
class ReleaseQuery:
    """The user's choice of a release; None means any."""

    name: str | None = None
    namespace: str | None = None
    schemes: tuple[Scheme, ...] = SCHEMES


def split(name: str) -> tuple[str, str | None]:
    """Return release and namespace of `release.namespace`; a release's name may contain dots."""
    release, dot, namespace = name.rpartition(".")
    return (release, namespace) if dot else (name, None)


async def find(kubernetes: Kubernetes, query: ReleaseQuery) -> Release:
    """Return the one release that matches. Raises NoReleaseError or ManyReleasesError.

    Without a name: the release that Dask's configuration names (`helm.release`, `helm.namespace`),
    that of the pod in which this program runs, or the only accessible one.
    """
    query = _configured(query)
    namespace = query.namespace or kubernetes.namespace
    found = await releases(kubernetes, namespace, query.schemes)
    if query.name:
        for release in found:
            if query.name in (release.name, release.cluster):
                return release
        others = await everywhere(kubernetes, query.schemes)
        raise _unknown(query.name, namespace, found, others)
    if not query.namespace and (own := await _own(kubernetes, found)):
        return own
    others = [] if found else await everywhere(kubernetes, query.schemes)
    return _only(found if query.namespace else found or others, query.namespace, others)


def _configured(query: ReleaseQuery) -> ReleaseQuery:
    """Return the query with what Dask's configuration says about the release."""
    namespace = query.namespace or dask.config.get("helm.namespace", None)
    by_default = not query.name and not query.namespace
    name = dask.config.get("helm.release", None) if by_default else query.name
    return replace(query, name=name, namespace=namespace)


async def releases(
    kubernetes: Kubernetes, namespace: str, schemes: Iterable[Scheme] = SCHEMES
) -> list[Release]:
    """Return the releases of a namespace; "" stands for all namespaces."""
    charts = tuple(schemes)
    answers = await asyncio.gather(
        *(kubernetes.labelled("deployments", namespace, one.known) for one in charts)
    )
    known = {
        Release(
            scheme.release_of(one), one["metadata"]["namespace"], scheme, scheme.cluster_of(one)
        )
        for scheme, deployments in zip(charts, answers, strict=True)
        for one in deployments
        if scheme.is_ours(one)
    }
    named = Counter((one.namespace, one.name) for one in known)
    return sorted(
        replace(one, name=one.cluster) if named[one.namespace, one.name] > 1 else one
        for one in known
    )


async def everywhere(kubernetes: Kubernetes, schemes: Iterable[Scheme] = SCHEMES) -> list[Release]:
    """Return the releases of all namespaces, or none if they cannot be listed."""
    try:
        return await releases(kubernetes, "", schemes)
    except ForbiddenError:
        return []


async def _own(kubernetes: Kubernetes, found: list[Release]) -> Release | None:
    """Return the release of the pod that this program runs in, if any."""
    if not kubernetes.access.in_pod:
        return None
    try:
        pod = await kubernetes.get("pods", kubernetes.namespace, os.environ.get("HOSTNAME", "-"))
    except KubernetesError:
        return None
    own = labels_of(pod)
    for release in found:
        scheme = release.scheme
        if scheme.component in own and own.get(scheme.identity) == release.cluster:
            return release
    return None


def _unknown(
    name: str, namespace: str, found: list[Release], others: list[Release]
) -> NoReleaseError:
    text = f"There is no release {name!r} of a Dask chart in namespace {namespace}"
    if same := [one for one in others if one.name == name]:
        places = listed(one.namespace for one in same)
        return NoReleaseError(f"{text}, but in: {places}", hint=_choose(same[0]))
    meant = did_you_mean(name, [one.name for one in found])
    known = listed(one.name for one in found) or "none"
    advice = hint("`dask-helm list -A` lists all")
    return NoReleaseError(f"{text}{meant}. Releases there: {known}", hint=advice)


def _only(found: list[Release], namespace: str | None, others: list[Release]) -> Release:
    if len(found) == 1:
        return found[0]
    where = f"in namespace {namespace}" if namespace else "that you can access"
    if found:
        raise ManyReleasesError(
            f"There are {len(found)} releases {where}: {listed(found)}", hint=_choose(found[0])
        )
    text = f"There is no release of a Dask chart {where}"
    if others:
        raise NoReleaseError(f"{text}. Other releases: {listed(others)}", hint=_choose(others[0]))
    advice = hint("If there is one elsewhere: {}", release="RELEASE", namespace="NAMESPACE")
    raise NoReleaseError(text, hint=advice)


def _choose(release: Release) -> Hint:
    return hint("Use: {}", release=release.name, namespace=release.namespace)
