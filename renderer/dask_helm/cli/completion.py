"""Shell completions; each one imports its dependencies when it is called."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import click

Complete = Callable[[click.Context, click.Parameter, str], list[str]]

_SECONDS = 5.0  # nobody waits longer for a completion

KINDS = (
    "ConfigMap",
    "Deployment",
    "Ingress",
    "PersistentVolumeClaim",
    "PodDisruptionBudget",
    "Role",
    "RoleBinding",
    "Service",
    "ServiceAccount",
)


def value_paths(context: click.Context, _: click.Parameter, beginning: str) -> list[str]:
    """Complete a path of values."""
    from dask_helm.cli import nodes

    return nodes.paths(nodes.root(context.params.get("chart")), beginning)


def presets(_: click.Context, __: click.Parameter, beginning: str) -> list[str]:
    """Complete the name of a preset."""
    from dask_helm.cli.presets import names

    return _fitting(names(), beginning)


def kinds(_: click.Context, __: click.Parameter, beginning: str) -> list[str]:
    """Complete the kind of an object."""
    return _fitting(KINDS, beginning)


def releases(context: click.Context, _: click.Parameter, beginning: str) -> list[str]:
    """Complete the name of a release, unless an argument names it already."""
    if context.params.get("release"):
        return []
    return _fitting({one["release"] for one in _on_cluster(context)}, beginning)


def namespaces(context: click.Context, _: click.Parameter, beginning: str) -> list[str]:
    """Complete a namespace that has a release."""
    found = _on_cluster(context, everywhere=True)
    return _fitting({one["namespace"] for one in found}, beginning)


def pools(context: click.Context, _: click.Parameter, beginning: str) -> list[str]:
    """Complete the name of a pool."""
    chosen = context.params.get("release_name")
    found = [one for one in _on_cluster(context) if chosen in (None, one["release"])]
    return _fitting({pool for one in found for pool in one["pools"]}, beginning)


def _on_cluster(context: click.Context, everywhere: bool = False) -> list[dict[str, Any]]:
    """Return the releases that the options name, or nothing if they cannot be listed soon."""
    import asyncio

    from dask_helm.cluster.api.credentials import Access
    from dask_helm.cluster.observe import status
    from dask_helm.errors import ClusterError

    given = context.params
    access = Access(given.get("kubeconfig"), given.get("context"))
    asked = status.of_all(access, given.get("namespace"), everywhere)
    with suppress(ClusterError, OSError, asyncio.TimeoutError):
        return asyncio.run(asyncio.wait_for(asked, _SECONDS))
    return []


def _fitting(words: Iterable[str], beginning: str) -> list[str]:
    return [word for word in sorted(words) if word.lower().startswith(beginning.lower())]
