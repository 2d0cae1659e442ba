"""Whether client, scheduler and workers have the same packages, and what mends it if not."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from distributed.versions import get_versions

from dask_helm.cluster.calling import answered

Versions = dict[str, Any]

PYTHON = "python"
# What must be alike for functions and results to travel at all.
NEEDED = ("cloudpickle", "dask", "distributed", PYTHON)


async def ask(comm: Any, packages: Collection[str], workers: bool = True) -> Versions:
    """Return the versions of client, scheduler and workers, as `Client.get_versions` does.

    Raises LostError when the scheduler does not answer.
    """
    with answered():
        return await _ask(comm, list(packages), workers)


async def _ask(comm: Any, names: list[str], workers: bool) -> Versions:
    message = {"op": "versions", "packages": names}
    told = await comm.broadcast(msg=message, on_error="ignore") if workers else {}
    scheduler = await comm.versions(packages=names)
    return {"client": get_versions(names), "scheduler": scheduler, "workers": told}


@dataclass(frozen=True)
class Difference:
    """A package whose versions differ; None where it is missing."""

    package: str
    client: str | None
    scheduler: str | None
    workers: tuple[str | None, ...] = ()

    def __str__(self) -> str:
        parts = [("client", self.client), ("scheduler", self.scheduler)]
        parts += [("workers", " and ".join(map(_shown, self.workers)))] if self.workers else []
        return f"{self.package}: " + ", ".join(f"{who} {_shown(has)}" for who, has in parts)


def _shown(version: str | None) -> str:
    return version or "none"


def differences(versions: Versions, only: Collection[str] = ()) -> list[Difference]:
    """Return the packages of which not all have the same version."""
    here, there = _packages(versions["client"]), _packages(versions["scheduler"])
    workers = [_packages(one) for one in versions["workers"].values()]
    names = sorted({name for each in (here, there, *workers) for name in each})
    found = [_compared(name, here, there, workers) for name in names if not only or name in only]
    return [one for one in found if one is not None]


def _compared(
    name: str, here: dict[str, str], there: dict[str, str], workers: list[dict[str, str]]
) -> Difference | None:
    of_workers = tuple(sorted({one.get(name) for one in workers}, key=str))
    if len({here.get(name), there.get(name), *of_workers}) == 1:
        return None
    return Difference(name, here.get(name), there.get(name), of_workers)


def _packages(versions: Versions | None) -> dict[str, str]:
    """Return the packages that are there; of Python major and minor version, which matter."""
    found = {name: value for name, value in (versions or {}).get("packages", {}).items() if value}
    return {**found, PYTHON: ".".join(found[PYTHON].split(".")[:2])} if PYTHON in found else found


def message(found: list[Difference]) -> str:
    """Return the differences in words, with what mends them; "" for none."""
    lines = [f"  {one}" for one in found]
    return "\n".join(["Versions differ:", *lines, *_remedies(found)]) if found else ""


def _remedies(found: list[Difference]) -> Iterator[str]:
    wrong = [one for one in found if one.scheduler and one.client != one.scheduler]
    pins = [f"{one.package}=={one.scheduler}" for one in wrong if one.package != PYTHON]
    if pins:
        yield f"To be like the scheduler: pip install {' '.join(pins)}"
    if pythons := [one for one in wrong if one.package == PYTHON]:
        yield f"The cluster runs Python {pythons[0].scheduler}; take that one here, too"
    if any(set(one.workers) - {one.scheduler} for one in found):
        yield "Scheduler and workers differ: give them one image (`image` in the values)"
