"""The fixed Dask cluster on Kubernetes: chart, renderer and handle."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dask_helm.rendering import render

__version__ = "0.1.0"

__all__ = ["__version__", "render"]


def __getattr__(name: str) -> Any:
    """Import what is asked for, so that `import dask_helm` alone costs nothing."""
    if name != "render":
        raise AttributeError(f"module 'dask_helm' has no attribute {name!r}")
    from dask_helm.rendering import render

    return render
