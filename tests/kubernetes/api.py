"""What others may call: the tests' fixtures, the demo, the command line."""

from pathlib import Path

from tests.kubernetes import cluster, programs
from tests.kubernetes.cluster import KUBECONFIG, Cluster

__all__ = ["KUBECONFIG", "Cluster", "down", "ensure", "running", "tools_only"]


def ensure() -> Cluster:
    """The local cluster of this checkout, started if it does not run; raises `UnusableError`."""
    return cluster.up()


def running() -> Cluster | None:
    """The local cluster that runs, whichever checkout started it."""
    return cluster.running()


def down() -> None:
    """Remove the local cluster without a trace."""
    cluster.down()


def tools_only() -> Path:
    """A folder with `helm`, `helm3` and `kubectl`, without a cluster."""
    return programs.tools()
