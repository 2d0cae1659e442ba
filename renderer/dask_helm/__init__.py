"""The fixed Dask cluster on Kubernetes: chart, renderer and handle."""

__version__ = "0.1.0"

__all__ = ["__version__"]
