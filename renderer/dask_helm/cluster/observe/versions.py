"""Compares the packages of client, scheduler and workers, with advice how to make them equal."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from distributed.versions import get_versions

from dask_helm.cluster.connect.calls import answered

Versions = dict[str, Any]

PYTHON = "python"
# Packages that must be equal for the transfer of functions and results.
NEEDED = ("cloudpickle", "dask", "distributed", PYTHON)


async def ask(comm: Any, packages: Collection[str], workers: bool = True) -> Versions:
    """Return the versions of client, scheduler and workers, as `Client.get_versions` does.

    Raises LostError when the scheduler does not answer.
    """
    names = list(packages)
    message = {"op": "versions", "packages": names}
    with answered():
        found = await comm.broadcast(msg=message, on_error="ignore") if workers else {}
        scheduler = await comm.versions(packages=names)
    return {"client": get_versions(names), "scheduler": scheduler, "workers": found}


@dataclass(frozen=True)
class Difference:
    """A package whose versions differ; None where it is missing."""

    package: str
    client: str | None
    scheduler: str | None
    workers: tuple[str | None, ...] = ()

    def __str__(self) -> str:
        parts = [f"client {self.client or 'none'}", f"scheduler {self.scheduler or 'none'}"]
        if self.workers:
            parts.append("workers " + " and ".join(one or "none" for one in self.workers))
        return f"{self.package}: {', '.join(parts)}"


def differences(versions: Versions, only: Collection[str] = ()) -> list[Difference]:
    """Return the packages whose versions differ."""
    here, there = _packages(versions["client"]), _packages(versions["scheduler"])
    workers = [_packages(one) for one in versions["workers"].values()]
    found = []
    for name in sorted({name for each in (here, there, *workers) for name in each}):
        of_workers = tuple(sorted({one.get(name) for one in workers}, key=str))
        is_equal = len({here.get(name), there.get(name), *of_workers}) == 1
        if not is_equal and (not only or name in only):
            found.append(Difference(name, here.get(name), there.get(name), of_workers))
    return found


def _packages(versions: Versions | None) -> dict[str, str]:
    """Return the packages that are installed; of Python only major and minor version matter."""
    found = {name: value for name, value in (versions or {}).get("packages", {}).items() if value}
    return {**found, PYTHON: ".".join(found[PYTHON].split(".")[:2])} if PYTHON in found else found


def message(found: list[Difference]) -> str:
    """Return the differences as text, with advice; "" without differences."""
    if not found:
        return ""
    lines = ["Versions differ:", *(f"  {one}" for one in found)]
    wrong = [one for one in found if one.scheduler and one.client != one.scheduler]
    pins = [f"{one.package}=={one.scheduler}" for one in wrong if one.package != PYTHON]
    if pins:
        lines.append(f"To match the scheduler: pip install {' '.join(pins)}")
    if pythons := [one for one in wrong if one.package == PYTHON]:
        python = pythons[0].scheduler
        lines.append(f"The cluster runs Python {python}; use that version here as well")
    if any(set(one.workers) - {one.scheduler} for one in found):
        lines.append("Scheduler and workers differ: use one image for both (`image` in the values)")
    return "\n".join(lines)
