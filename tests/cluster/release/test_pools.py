"""Pools in numbers, and which worker lives in which pod."""

import asyncio
from typing import Any

import pytest
from dask_helm.cluster.release import pools
from dask_helm.cluster.release.discovery import Release
from dask_helm.cluster.release.pools import PoolStatus, View, by_pod, choose
from dask_helm.cluster.release.schemes import OURS
from dask_helm.errors import ArgumentError, NoReleaseError, UnknownPoolError

from tests.cluster.fakes import FakeKubernetes, Object, deployment, ours, pod, waiting


def worker(name: str, host: str = "10.0.0.1", **more: Any) -> Object:
    return {"name": name, "host": host, "nthreads": 2, "memory_limit": 100, **more}


def view(*objects: Object, workers: dict[str, Object] | None = None) -> View:
    kubernetes = FakeKubernetes(*objects)
    release = Release("r", "here", OURS, "r-dask")
    return asyncio.run(pools.view(kubernetes, release, workers or {}))  # type: ignore[arg-type]


DEFAULT, BIG = ours("r", "worker", "default"), ours("r", "worker", "big")
OBJECTS = [
    deployment("r-dask-scheduler", ours("r", "scheduler")),
    deployment("r-dask-worker", DEFAULT),
    deployment("r-dask-worker-big", BIG),
    pod("s", ours("r", "scheduler")),
    pod("a", DEFAULT),
    pod("b", DEFAULT, waiting("ErrImagePull")),
    pod("c", DEFAULT, deletionTimestamp="now"),
    pod("d", BIG),
    pod("e", ours("other", "worker", "default")),
]


def test_numbers() -> None:
    workers = {"tcp://1": worker("a-0"), "tcp://2": worker("a-1"), "tcp://3": worker("d")}
    seen = view(*OBJECTS, workers=workers | {"tcp://4": worker("stranger")})
    assert seen.pools["default"].status == PoolStatus(1, 1, 2, 4, 200)
    assert seen.pools["big"].status == PoolStatus(1, 1, 1, 2, 100)
    assert seen.pools["default"].processes == 2
    assert [one["metadata"]["name"] for one in seen.pools["default"].living] == ["a", "b"]
    assert [one.name for one in seen.others] == ["scheduler"]


def test_unknown_pools_are_answered_with_the_known_ones() -> None:
    seen = view(*OBJECTS)
    assert len(seen.selected(None)) == 2
    with pytest.raises(UnknownPoolError, match=r"r\.here has no.*'nix'.*big, default") as caught:
        seen.selected("nix")
    assert isinstance(caught.value, ValueError)


def test_which_pool_is_meant_without_a_name() -> None:
    assert choose(["big", "default"], None, "r.here") == "default"
    assert choose(["big"], None, "r.here") == "big"
    assert choose(["big", "default"], "big", "r.here") == "big"
    with pytest.raises(
        ArgumentError, match=r"r\.here has no pool .default.\. Pools: a, b\. Name one"
    ):
        choose(["a", "b"], None, "r.here")


def test_a_release_that_has_gone_is_no_empty_one() -> None:
    with pytest.raises(NoReleaseError, match=r"Release r\.here was removed"):
        view(pod("a", DEFAULT))


@pytest.mark.parametrize(
    ("name", "host", "home"),
    [
        ("p", "x", "p"),
        ("p-0", "x", "p"),
        ("p-12", "x", "p"),
        ("p-x", "x", None),
        ("tcp://10.0.0.1:9000", "10.0.0.1", "p"),
        ("pp", "x", None),
    ],
)
def test_homes_of_workers(name: str, host: str, home: str | None) -> None:
    found = pod("p", status={"podIP": "10.0.0.1"})
    assert list(by_pod([found], {"address": worker(name, host)})) == ([home] if home else [])


def test_a_pod_without_an_address_is_no_home_of_workers_without_one() -> None:
    assert by_pod([pod("p")], {"address": {"name": "x"}}) == {}
