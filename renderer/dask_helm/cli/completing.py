"""Completions for the shell; each imports what it needs only when the shell asks."""

from collections.abc import Callable, Iterable

import click

Complete = Callable[[click.Context, click.Parameter, str], list[str]]

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
    from dask_helm.cli import lookup, tree

    return lookup.paths(tree.root(context.params.get("chart")), beginning)


def presets(_: click.Context, __: click.Parameter, beginning: str) -> list[str]:
    """Complete the name of a preset."""
    from dask_helm.cli.presets import names

    return _fitting(names(), beginning)


def kinds(_: click.Context, __: click.Parameter, beginning: str) -> list[str]:
    """Complete the kind of an object."""
    return _fitting(KINDS, beginning)


def _fitting(words: Iterable[str], beginning: str) -> list[str]:
    return [word for word in words if word.lower().startswith(beginning.lower())]
