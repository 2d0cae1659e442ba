"""The public interface, for the tests' fixtures, the demo and the command line."""

from pathlib import Path

from devcluster import cluster, programs
from devcluster.cluster import KUBECONFIG, Cluster

__all__ = ["KUBECONFIG", "Cluster", "down", "ensure", "load_hub", "running", "tools_only"]


def ensure() -> Cluster:
    """Return the local cluster of this checkout; start it if needed. Raises `UnusableError`."""
    return cluster.up()


def load_hub() -> str:
    """Load the image for tests with JupyterHub into the nodes; return its name."""
    return cluster.load_hub()


def running() -> Cluster | None:
    """Return the running local cluster, whichever checkout started it, or None."""
    return cluster.running()


def down() -> None:
    """Remove the local cluster completely, whichever checkout started it."""
    cluster.down()


def tools_only() -> Path:
    """Return a folder with `helm`, `helm3` and `kubectl`, without starting a cluster."""
    return programs.tools()
