"""The fixed Dask cluster on Kubernetes: chart, renderer and handle."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dask_helm.cluster import HelmCluster, discover
    from dask_helm.renderer import render

__version__ = "0.1.0"

__all__ = ["HelmCluster", "__version__", "discover", "render"]

_PLACES = {
    "HelmCluster": "dask_helm.cluster",
    "discover": "dask_helm.cluster",
    "render": "dask_helm.renderer",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is used, so that `import dask_helm` alone is fast."""
    if name not in _PLACES:
        raise AttributeError(f"module 'dask_helm' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_PLACES[name]), name)
