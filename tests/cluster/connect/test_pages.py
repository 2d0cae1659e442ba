"""The token that logs in to Jupyter."""

import asyncio
import base64
from typing import Any

import pytest
from dask_helm.cluster.connect import pages
from dask_helm.cluster.connect.pages import Login
from dask_helm.cluster.release.discovery import Release
from dask_helm.cluster.release.schemes import OURS
from dask_helm.errors import ForbiddenError

from tests.cluster.fakes import FakeKubernetes, Object, ours, pod, thing

RANDOM = "f1e90d99cec300eac084c52b768e3cc5595ed7eeaf006d52"
LOG = f"""\
[I] Jupyter Server is running at:
[I] http://my-dask-jupyter-1:8888/lab?token={RANDOM}
[I]     http://127.0.0.1:8888/lab?token={RANDOM}
"""
MASKED = "[I] http://my-dask-jupyter-1:8888/lab?token=...\n"
LIST = "kubectl -n here exec my-dask-jupyter-1 -- jupyter server list"
SECRET = "kubectl -n here get secret login -o jsonpath='{.data.my\\.key}' | base64 -d"
FROM_SECRET = {
    "name": "JUPYTER_TOKEN",
    "valueFrom": {"secretKeyRef": {"name": "login", "key": "my.key"}},
}


class Logging(FakeKubernetes):
    """Has also a log; None is refused."""

    def __init__(self, *objects: Object, log: str | None) -> None:
        super().__init__(*objects)
        self.text = log

    async def log(self, namespace: str, name: str, _: dict[str, str]) -> str:
        if self.text is None:
            raise ForbiddenError("get", "pods/log", namespace, "no")
        return self.text


def login(*env: Object, log: str | None = None, forbidden: str = "") -> Login:
    own = pod("my-dask-jupyter-1", ours("my", "jupyter"))
    own["spec"]["containers"] = [{"name": "jupyter", "env": list(env)}]
    data = {"my.key": base64.b64encode(b"of a secret\n").decode()}
    kubernetes: Any = Logging(own, thing("secrets", "login", {}, data=data), log=log)
    kubernetes.forbidden.add(("here", forbidden))
    release = Release("my", "here", OURS, "my-dask")

    async def scenario() -> Login:
        return await (await pages.jupyter(kubernetes, release)).login()

    return asyncio.run(scenario())


def test_the_random_token_is_in_the_log() -> None:
    assert login(log=LOG) == Login(RANDOM, LIST)


def test_the_token_of_a_secret() -> None:
    assert login(FROM_SECRET) == Login("of a secret", SECRET)


def test_the_token_of_a_variable() -> None:
    assert login({"name": "JUPYTER_TOKEN", "value": "plain"}) == Login("plain", LIST)


@pytest.mark.parametrize("log", [None, "", MASKED])
def test_a_log_without_a_token_or_without_permission(log: str | None) -> None:
    assert login(log=log) == Login(None, LIST)


def test_a_secret_without_the_key() -> None:
    reference = {"secretKeyRef": {"name": "login", "key": "other"}}
    assert login({"name": "JUPYTER_TOKEN", "valueFrom": reference}).token is None


def test_a_secret_without_permission() -> None:
    assert login(FROM_SECRET, forbidden="secrets", log=LOG) == Login(None, SECRET)
