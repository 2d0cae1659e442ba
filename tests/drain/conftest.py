"""A cluster on this machine, whose workers run with nannies, as in pods, or without."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import dask
import pytest
from distributed import Client

from tests.drain.cluster import Cluster

NUMBERS = count()
STAYING = "staying"


@pytest.fixture(scope="module", params=[False, True], ids=["hook", "nanny"])
def nannies(request: pytest.FixtureRequest) -> bool:
    """Whether nannies hand over, or the hook."""
    return bool(request.param)


@pytest.fixture(scope="module")
def cluster(nannies: bool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Yield a cluster in which one worker stays, no tasks are stolen and no copies removed."""
    scheduler = "distributed.scheduler"
    config = {
        f"{scheduler}.work-stealing": False,
        f"{scheduler}.active-memory-manager.policies": [],
    }
    with (
        dask.config.set(config),
        Cluster(tmp_path_factory.mktemp("cluster"), nannies) as running,
    ):
        running.join(STAYING)
        yield running


@pytest.fixture
def client(cluster: Cluster) -> Iterator[Client]:
    with Client(cluster.address) as found:
        yield found


@pytest.fixture
def pod(cluster: Cluster) -> str:
    """Return the name of a pod whose worker is about to leave."""
    return join(cluster)


@pytest.fixture
def alone(nannies: bool, tmp_path: Path) -> Iterator[Cluster]:
    """Yield a cluster without workers."""
    with Cluster(tmp_path, nannies) as running:
        yield running


def join(cluster: Cluster) -> str:
    """Start the worker of a new pod and return its name."""
    # Nannies listen at an address of the machine, where several processes may run these tests.
    pod = f"pod-{os.getpid()}-{next(NUMBERS)}-x"
    cluster.join(pod)
    return pod
