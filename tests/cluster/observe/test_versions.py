"""What differs between client, scheduler and workers, and what mends it."""

import asyncio
from typing import Any

import pytest
from dask_helm.cluster.observe import versions
from dask_helm.cluster.observe.versions import NEEDED, Difference, differences, message


def told(**packages: str | None) -> dict[str, Any]:
    return {"packages": packages}


def compared(
    client: dict[str, Any], scheduler: dict[str, Any], *workers: dict[str, Any]
) -> dict[str, Any]:
    named = {f"tcp://{index}": worker for index, worker in enumerate(workers)}
    return {"client": client, "scheduler": scheduler, "workers": named}


SAME = told(dask="1", numpy="2", python="3.11.2.final.0")


def test_nothing_differs() -> None:
    newer_patch = told(dask="1", numpy="2", python="3.11.9.final.0")
    assert differences(compared(SAME, SAME, SAME)) == []
    assert differences(compared(SAME, newer_patch, SAME)) == []
    assert message([]) == ""


@pytest.mark.parametrize(
    ("found", "expected", "remedy"),
    [
        (
            compared(told(dask="1"), told(dask="2"), told(dask="2")),
            Difference("dask", "1", "2", ("2",)),
            "pip install dask==2",
        ),
        (
            compared(told(numpy=None), told(numpy="2")),
            Difference("numpy", None, "2"),
            "pip install numpy==2",
        ),
        (
            compared(told(dask="1"), told(dask="1"), told(dask="1"), told(dask="3")),
            Difference("dask", "1", "1", ("1", "3")),
            "use one image for both",
        ),
        (
            compared(told(python="3.10.1.final.0"), told(python="3.11.2.final.0")),
            Difference("python", "3.10", "3.11"),
            "Python 3.11; use that version here",
        ),
    ],
)
def test_what_differs(found: dict[str, Any], expected: Difference, remedy: str) -> None:
    assert differences(found) == [expected]
    said = message([expected])
    assert remedy in said
    assert f"{expected.package}: client {expected.client or 'none'}" in said


def test_packages_that_only_the_client_has_are_not_to_be_installed() -> None:
    said = message(differences(compared(told(x="1"), told(x=None))))
    assert "x: client 1, scheduler none" in said
    assert "pip install" not in said


def test_only_some() -> None:
    found = compared(told(numpy="1", dask="1"), told(numpy="2", dask="2"))
    assert [one.package for one in differences(found, NEEDED)] == ["dask"]


def test_asking() -> None:
    class Comm:
        async def versions(self, packages: list[str]) -> Any:
            return told(**dict.fromkeys(packages, "1"))

        async def broadcast(self, msg: Any, on_error: str) -> Any:
            return {"tcp://1": told(**dict.fromkeys(msg["packages"], "2"))}

    found = asyncio.run(versions.ask(Comm(), ["pytest"]))
    assert found["client"]["packages"]["pytest"]
    assert found["scheduler"]["packages"] == {"pytest": "1"}
    assert found["workers"]["tcp://1"]["packages"] == {"pytest": "2"}
    assert asyncio.run(versions.ask(Comm(), [], workers=False))["workers"] == {}
