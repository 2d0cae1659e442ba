"""Whose logs, and what stands in place of those that there are not."""

import asyncio
from typing import Any

import pytest
from dask_helm.cluster.observe.logs import LogOptions, Reader
from dask_helm.cluster.release import pools
from dask_helm.cluster.release.discovery import Release
from dask_helm.cluster.release.pools import View
from dask_helm.cluster.release.schemes import OURS
from dask_helm.errors import ForbiddenError, KubernetesError
from distributed.utils import Logs

from tests.cluster.fakes import FakeKubernetes, Object, deployment, ours, pod, waiting
from tests.cluster.release.test_pools import worker

SCHEDULER, JUPYTER = ours("r", "scheduler"), ours("r", "jupyter")
DEFAULT, BIG = ours("r", "worker", "default"), ours("r", "worker", "big")
OBJECTS = [
    deployment("r-dask-scheduler", SCHEDULER),
    deployment("r-dask-jupyter", JUPYTER),
    deployment("r-dask-worker", DEFAULT),
    deployment("r-dask-worker-big", BIG),
    pod("s", SCHEDULER),
    pod("j", JUPYTER),
    pod("a", DEFAULT),
    pod("b", DEFAULT, waiting("ImagePullBackOff", "no such image")),
    pod("c", BIG),
]
CRASHING = {**waiting("CrashLoopBackOff", "back-off"), "phase": "Running"}
WORKERS = {"tcp://1": worker("a-0"), "tcp://2": worker("c")}


class Printed(FakeKubernetes):
    """Its pods print their names; those in `silent` have no log."""

    silent: dict[str, Exception]

    async def log(self, namespace: str, name: str, params: dict[str, str]) -> str:
        if name in self.silent:
            raise self.silent[name]
        return f"{name} of {params.pop('container')}: {params}"

    async def find(self, kind: str, namespace: str, params: dict[str, str]) -> list[Object]:
        meta: Object = {"metadata": {}}
        return [
            {"reason": f"R{n}", "message": "m", "lastTimestamp": f"{n}", **meta} for n in (2, 1)
        ]


def printed(**silent: Exception) -> tuple[Printed, View]:
    for one in OBJECTS:
        if one["kind"] == "pods":
            one["spec"] = {"containers": [{"name": "main"}]}
    kubernetes = Printed(*OBJECTS)
    kubernetes.silent = silent
    release = Release("r", "here", OURS, "r-dask")
    view = asyncio.run(pools.view(kubernetes, release, WORKERS))  # type: ignore[arg-type]
    return kubernetes, view


def read(asked: LogOptions, **silent: Exception) -> Logs:
    kubernetes, view = printed(**silent)
    return asyncio.run(Reader(kubernetes, "here").read(asked, view))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (LogOptions(), {"s", "a", "b", "c"}),
        (LogOptions(jupyter=True, workers=False), {"s", "j"}),
        (LogOptions(scheduler=False, pool="big"), {"c"}),
        (LogOptions(scheduler=False, workers=["tcp://1"]), {"a"}),
        (LogOptions(scheduler=False, workers=["a-0", "c"]), {"a", "c"}),
        (LogOptions(scheduler=False, workers=["b"]), {"b"}),
        (LogOptions(scheduler=False, workers=[]), set()),
    ],
)
def test_whose(asked: LogOptions, expected: set[str]) -> None:
    assert set(read(asked)) == expected


def test_how_much() -> None:
    asked = LogOptions(workers=False, previous=True, tail_lines=3, since_seconds=60)
    params = {"tailLines": "3", "sinceSeconds": "60", "previous": "true"}
    assert read(asked)["s"] == f"s of main: {params}"


def test_a_pod_that_does_not_run_says_why() -> None:
    text = read(LogOptions(workers=["b"]))["b"]
    assert text.startswith("Pod is Pending: ImagePullBackOff: no such image\n")
    assert text.index("R1: m") < text.index("R2: m")


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (CRASHING, "Pod is Running: CrashLoopBackOff: back-off\n"),
        ({"phase": "Failed", "reason": "Evicted"}, "Pod is Failed: Evicted\n"),
    ],
)
def test_one_that_has_run_says_why_and_what_it_printed(status: Object, why: str) -> None:
    kubernetes, view = printed()
    (found,) = view.pools["big"].pods
    found["status"] = status
    asked = LogOptions(workers=["c"], scheduler=False)
    text = asyncio.run(Reader(kubernetes, "here").read(asked, view))["c"]  # type: ignore[arg-type]
    assert text == f"{why}  R1: m\n  R2: m\nc of main: {{}}"
    kubernetes.silent = {"c": KubernetesError("not found", 404)}
    text = asyncio.run(Reader(kubernetes, "here").read(asked, view))["c"]  # type: ignore[arg-type]
    assert text == f"not found\n{why}  R1: m\n  R2: m\n"


def test_one_log_that_cannot_be_read_does_not_hide_the_others() -> None:
    found = read(LogOptions(), a=KubernetesError("gone", 404))
    assert found["a"].startswith("gone")
    assert "c of main" in found["c"]


def test_a_missing_right_is_told() -> None:
    missing: Any = ForbiddenError("get", "pods/log", "here", "no")
    with pytest.raises(ForbiddenError, match="get pods/log"):
        read(LogOptions(), s=missing)
