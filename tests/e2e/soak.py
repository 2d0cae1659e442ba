"""Many removals of workers under load: `make soak`, or python -m tests.e2e.soak --removals 200.

A round begins a load, takes workers away in one to three ways at the same time, waits until the
pods are gone, and checks that nothing was lost or repeated. In some rounds the scheduler is busy
for 10 to 60 s meanwhile, and between some rounds its pod is replaced.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from dask_helm import labels
from distributed import Client

from harness import observation, removals, target
from harness.load import Load
from harness.release import Release
from harness.work import busy
from tests.e2e.conftest import new_namespace

WORKERS = 4
BUSY_SHARE = 0.2  # of the rounds
REPLACE_EVERY = 20  # removals
VALUES: dict[str, Any] = {
    "jupyter": {"enabled": False},
    # Tasks end in time, even if they begin only after the scheduler was busy.
    "drain": {"timeout": 120, "replacementTimeout": 60},
    "workerDefaults": {"threads": 1, "memoryLimit": "1Gi"},
    "workers": {"default": {"replicas": WORKERS}},
}


def _present(release: Release) -> dict[str, str]:
    return removals.present_and_restarted(release)[0]


def _fewer() -> int:
    return random.randint(1, WORKERS - 1)


def _drain(release: Release) -> None:
    (scheduler,) = observation.pods(release, labels.SCHEDULER)
    nodes = set(_present(release).values()) - {scheduler["spec"]["nodeName"], None}
    for node in list(nodes)[:1]:
        with removals.cordoned(release, node):
            removals.drain(release, node)


def _delete(release: Release) -> None:
    removals.delete(release, random.choice(list(_present(release))))


# Each returns what kept it from being done, for others do theirs at the same time: no loss.
KINDS: dict[str, Callable[[Release], str | None]] = {
    "handle": lambda release: removals.scale_by_handle(release, _fewer()),
    "scale": lambda release: removals.scale(release, _fewer()),
    "autoscale": lambda release: removals.write_scale(release, _fewer()),
    "upgrade": lambda release: removals.upgrade(release, VALUES, _fewer()),
    "delete": _delete,
    "drain": _drain,
    "restart": removals.restart,
}


@dataclass
class Soak:
    """What was done so far, and what it cost."""

    release: Release
    client: Client = field(init=False)
    removals: "Counter[str]" = field(default_factory=Counter)
    pods: int = 0
    times: list[float] = field(default_factory=list)
    busy: list[int] = field(default_factory=list)
    schedulers: int = 1
    losses: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    restarts: dict[str, str] = field(default_factory=dict)

    def present(self) -> dict[str, str]:
        """Return the nodes of the workers' pods; remember containers that have restarted."""
        pods, restarted = removals.present_and_restarted(self.release)
        for pod in restarted.keys() - self.restarts.keys():
            log = self.release.kubectl("logs", pod, "--previous", "--tail=15")
            self.restarts[pod] = f"{pod}, exit code {restarted[pod]}:\n{log}"
            if restarted[pod] != 0:
                self.losses.append(f"a container failed: {pod}")
        return pods

    def round(self, most: int) -> None:
        """Take workers away in up to three ways at the same time, and check the load."""
        removals.scale(self.release, WORKERS)
        observation.wait_for_workers(self.release, self.client, WORKERS)
        before = set(self.present())
        load = Load(self.client)
        chosen = random.sample(list(KINDS), min(most, random.randint(1, 3)))
        if random.random() < BUSY_SHARE:
            self.busy.append(random.randint(10, 60))
            self.client.run_on_scheduler(busy(), 1, self.busy[-1], wait=False)
        self._remove(chosen)
        self.pods += len(before - set(self.present()))
        self._check(load, chosen)

    def _remove(self, chosen: list[str]) -> None:
        begin = time.monotonic()
        with ThreadPoolExecutor() as pool:
            done = [pool.submit(KINDS[kind], self.release) for kind in chosen]
            refused = [future.result() for future in done]
        self.refusals += filter(None, refused)
        observation.until(self._is_settled, what="all pods that leave are gone")
        self.removals.update(chosen)
        self.times.append(time.monotonic() - begin)

    def _is_settled(self) -> bool:
        staying = observation.pod_names(self.release, labels.WORKER)
        return staying == set(self.present())

    def _check(self, load: Load, chosen: list[str]) -> None:
        try:
            load.check()
        except Exception as error:
            self.losses.append(f"{' + '.join(chosen)}: {str(error)[:500]}")

    def report(self) -> str:
        """Return the figures as text."""
        others = "others changed the pool at the same time"
        kinds = ", ".join(f"{count} {kind}" for kind, count in self.removals.most_common())
        times = sorted(self.times)
        return "\n".join(
            [
                f"{self.removals.total()} removals ({kinds}) took {self.pods} pods away",
                f"{len(times)} rounds; pods were gone after {times[len(times) // 2]:.1f} s "
                f"(median), {times[-1]:.1f} s (longest)",
                f"the scheduler was busy for {self.busy} s, and {self.schedulers} pods ran one",
                f"{len(self.losses)} losses{_listed(self.losses)}",
                f"{len(self.restarts)} containers ended in order, and restarted"
                f"{_listed(list(self.restarts.values()))}",
                f"{len(self.refusals)} refusals, for {others}{_listed(self.refusals)}",
            ]
        )


def _listed(lines: list[str]) -> str:
    return "".join(f"\n  {line}" for line in lines)


def run(number: int, minutes: float) -> Soak:
    """Take workers away so often, or for so many minutes, whichever comes first."""
    cluster = target.find()
    deadline = time.monotonic() + 60 * minutes
    with new_namespace(cluster) as namespace:
        release = Release(cluster, "demo", namespace)
        release.install(values=VALUES)
        soak = Soak(release)
        while _removes(soak, min(number, soak.removals.total() + REPLACE_EVERY), deadline):
            if soak.removals.total() >= number:
                break
            removals.replace_scheduler(release)
            soak.schedulers += 1
    return soak


def _removes(soak: Soak, number: int, deadline: float) -> bool:
    """Run rounds until so many removals are done; return whether there was time for all."""
    with soak.release.client() as soak.client:
        while (left := number - soak.removals.total()) > 0 and time.monotonic() < deadline:
            soak.round(left)
            print(f"{soak.removals.total()} removals, {len(soak.losses)} losses", flush=True)
    return left <= 0


def main() -> int:
    """Return 1 when something was lost, or the time was too short."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--removals", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=90)
    parser.add_argument("--seed", type=int, default=random.randrange(1000))
    options = parser.parse_args()
    random.seed(options.seed)
    print(f"seed {options.seed}")
    soak = run(options.removals, options.minutes)
    print(soak.report())
    return 1 if soak.losses or soak.removals.total() < options.removals else 0


if __name__ == "__main__":
    sys.exit(main())
