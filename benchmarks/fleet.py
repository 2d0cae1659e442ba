"""A thousand different clusters, from values files to YAML files, against a loop of Helm.

`dask-helm render --fleet` is measured as a whole process, including validation. The peer is a bash
loop over a part of the same values files: one of `--every` (all with `--full`). Its time is scaled
up, because each turn of the loop costs the same. Both outputs are compared object by object.
"""

import argparse
import os
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from dask_helm.data import folder
from dask_helm.engine import yaml as goyaml

from benchmarks.measuring import Row, Spread, run, show
from harness.programs import helm

AT_LEAST = 12.0
CLUSTERS = 1000
EVERY = 10
RUNS = 3

# The values in which the clusters differ. No two clusters are equal.
VALUES = """\
commonLabels: {{team: team-{team}, cluster: cluster-{number}}}
env: [{{name: CLUSTER, value: cluster-{number}}}]
scheduler:
  dashboard: {{ingress: {{enabled: true, className: nginx, hosts: [c{number}.example.com]}}}}
workerDefaults:
  resources:
    requests: {{cpu: {cpu}, memory: {memory}Gi}}
    limits: {{cpu: {cpu}, memory: {memory}Gi}}
workers:
  default: {{replicas: {replicas}}}
"""
POOL = "  pool-{pool}: {{replicas: {pool}, threads: 2, daskResources: {{POOL{pool}: {number}}}}}\n"
FLEET = """\
layout: {layout}
defaults: {{namespace: team, valuesFiles: ["values/{{name}}.yaml"]}}
clusters: [{names}]
"""


class Folder(NamedTuple):
    """A folder with values files of clusters, and the programs that render them."""

    path: Path
    names: list[str]

    @classmethod
    def make(cls, path: Path, clusters: int) -> "Folder":
        """Write a values file for each cluster."""
        made = cls(path, [f"cluster-{number}" for number in range(clusters)])
        (path / "values").mkdir()
        for number, name in enumerate(made.names):
            made.values(name).write_text(_values(number))
        return made

    def values(self, name: str) -> Path:
        """Return a cluster's values file."""
        return self.path / "values" / f"{name}.yaml"

    def ours(self, output: str, layout: str = "single") -> float:
        """Return the seconds of `dask-helm render --fleet` for all clusters."""
        file = self.path / f"fleet-{layout}.yaml"
        file.write_text(FLEET.format(layout=layout, names=", ".join(self.names)))
        program = Path(sys.executable).with_name("dask-helm")
        command = [program, "render", "--fleet", file, "--output-dir", self.path / output]
        return run([str(word) for word in command]).seconds

    def peers(self, names: list[str]) -> float:
        """Return the seconds of a loop of `helm template` for some clusters."""
        script, output = self.path / "loop.sh", self.path / "helm"
        output.mkdir(exist_ok=True)
        program, chart = shlex.quote(str(helm(4))), shlex.quote(str(folder("chart")))
        template = f"{program} template dask {chart} --namespace team"
        turn = f"{template} -f {self.path}/values/$name.yaml >{output}/$name.yaml"
        script.write_text(f"set -e\nfor name in {' '.join(names)}; do\n  {turn}\ndone\n")
        return run(["/bin/bash", script]).seconds

    def compare(self, output: str, names: list[str]) -> None:
        """Check that both programs gave the same objects; raises AssertionError."""
        for name in names:
            our = self.path / output / name / "manifests.yaml"
            if _objects(our) != _objects(self.path / "helm" / f"{name}.yaml"):
                raise AssertionError(f"{name}: the objects differ")


def _values(number: int) -> str:
    numbers = {"number": number, "team": number % 40, "cpu": 1 + number % 8}
    head = VALUES.format(memory=1 + number % 61, replicas=number % 17, **numbers)
    return head + "".join(POOL.format(pool=pool, number=number) for pool in range(number % 4))


def _objects(path: Path) -> list[object]:
    found = [item for item in goyaml.load_all(path.read_text()) if item is not None]
    return sorted(found, key=lambda item: (item["kind"], item["metadata"]["name"]))


def rows(clusters: int = CLUSTERS, every: int = EVERY) -> Iterator[Row]:
    """Yield a row for a first run, and two without a target: a file per object, no changes."""
    with TemporaryDirectory() as temporary:
        made = Folder.make(Path(temporary), clusters)
        some = made.names[::every]
        # Half of the peer's turns run before ours and half after, in case the machine is busy.
        before = made.peers(some[::2])
        ours = Spread.of([made.ours(f"out-{turn}") for turn in range(RUNS)]).median
        peer = (before + made.peers(some[1::2])) * clusters / len(some)
        made.compare("out-0", some)
        yield _row(f"{clusters} clusters, a file each", ours, peer, AT_LEAST)
        yield _row("the same, a file for each object", made.ours("objects", "objects"), peer)
        yield _row("once more, nothing changed", made.ours("out-0"), peer)


def _row(what: str, ours: float, peer: float, at_least: float | None = None) -> Row:
    return Row(what, f"{ours:.2f} s", f"{peer:.1f} s", peer / ours, at_least=at_least)


def _main() -> None:
    parser = argparse.ArgumentParser(description="Fleets: dask-helm against a loop of Helm.")
    parser.add_argument("--clusters", type=int, default=CLUSTERS)
    parser.add_argument("--every", type=int, default=EVERY, help="Helm renders one in N clusters")
    parser.add_argument("--full", action="store_true", help="Helm renders all clusters")
    given = parser.parse_args()
    every = 1 if given.full else given.every
    turns = len(range(0, given.clusters, every))
    print(f"{os.cpu_count()} cores; Helm's time is scaled up from {turns} clusters")  # noqa: T201
    show(rows(given.clusters, every))


if __name__ == "__main__":
    _main()
