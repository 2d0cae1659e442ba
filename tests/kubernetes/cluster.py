"""The one cluster of this machine: made, found again, and taken down without a trace."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.kubernetes import (
    cache,
    cgroups,
    controlplane,
    host,
    image,
    machine,
    network,
    node,
    programs,
    store,
)
from tests.kubernetes.command import run, succeeds, wait_until
from tests.kubernetes.locking import locked
from tests.kubernetes.machine import Machine
from tests.kubernetes.progress import say, step

_SOURCES = Path(__file__).parent
_STATE = Path("/var/lib/dask-helm")
_RECORD = _STATE / "cluster.json"
KUBECONFIG = _STATE / "kubeconfig"
_LOCK = Path("/run")
_NODES = (1, 2)
_CONTROL_PLANE = "dask-control-plane"
_Nodes = dict[int, Machine]


@dataclass(frozen=True)
class Cluster:
    """A running cluster.

    `kubeconfig` is the file for KUBECONFIG, `bin` the folder of helm, helm3 and kubectl, `image`
    the name of the Dask image, which both nodes have.
    """

    kubeconfig: Path
    bin: Path
    image: str
    inputs: str


def up() -> Cluster:
    """The running cluster made from this checkout; if need be it is started or replaces another."""
    host.require_linux()
    host.require_root()
    with locked(_LOCK):
        found, inputs = running(), _inputs()
        if found and found.inputs == inputs:
            say("the cluster runs already")
            return found
        return _replace(inputs)


def down() -> None:
    """Take the cluster down, whole or half, whichever checkout started it."""
    host.require_linux()
    host.require_root()
    with locked(_LOCK), step("taking down the cluster"):
        _remove()


def running() -> Cluster | None:
    """The cluster that runs and answers, if one does. The record of it is written last of all."""
    if not _RECORD.exists():
        return None
    found = json.loads(_RECORD.read_text())
    cluster = Cluster(
        Path(found["kubeconfig"]), Path(found["bin"]), found["image"], found["inputs"]
    )
    return cluster if succeeds(lambda: _ask(cluster, "get", "--raw", "/readyz")) else None


def _inputs() -> str:
    """What a cluster is made from; the tests beside it are no part of that."""
    ours = sorted(set(_SOURCES.rglob("*")) - set(_SOURCES.glob("test_*.py")))
    files = [path for path in ours if path.is_file() and "__pycache__" not in path.parts]
    return cache.digest(*files, image.environment_inputs(), image.top_inputs())


def _replace(inputs: str) -> Cluster:
    """What is there goes first: it may be half of something that was killed and still at work."""
    host.require_namespaces()
    host.install_packages()
    _remove()
    cgroups.create([node.name(number) for number in _NODES])
    bin_folder, images, archive = _build()
    with step("starting the cluster"):
        _start(images, archive)
    return _record(Cluster(KUBECONFIG, bin_folder, image.name(), inputs))


def _build() -> tuple[Path, Path, Path]:
    """The programs use the processors and the images the network: build both at a time."""
    with ThreadPoolExecutor() as pool:
        images = pool.submit(store.store)
        bin_folder = programs.tools()
        for name, each in programs.PROGRAMS.items():
            if not each.optional:
                programs.program(name)
    return bin_folder, images.result(), store.upper_layer(images.result())


def _start(images: Path, archive: Path) -> None:
    control_plane = _start_machine(_CONTROL_PLANE)
    nodes = {number: _start_machine(node.name(number)) for number in _NODES}
    _connect(control_plane, nodes)
    authority = controlplane.create_authority(control_plane)
    _start_foundations(control_plane, nodes, images, archive)
    for number, each in nodes.items():
        node.start(each, number, authority)
    controlplane.start_dns(control_plane)
    authority.write_kubeconfig("admin", controlplane.open_doorway(control_plane), KUBECONFIG)
    _wait_until_usable(control_plane, list(nodes.values()))


def _start_machine(name: str) -> Machine:
    return machine.start(name, _STATE / name)


def _start_foundations(control_plane: Machine, nodes: _Nodes, images: Path, archive: Path) -> None:
    """The API server, and on each node the images: they need one another only later."""
    with ThreadPoolExecutor() as pool:
        tasks = [pool.submit(store.give_images, each, images, archive) for each in nodes.values()]
        tasks.append(pool.submit(controlplane.start, control_plane))
    for task in tasks:
        task.result()


def _connect(control_plane: Machine, nodes: _Nodes) -> None:
    network.add_switch(control_plane)
    for number, each in nodes.items():
        network.connect(control_plane, each, number)
    for number in nodes:
        for each in (control_plane, *(nodes[other] for other in nodes if other != number)):
            network.route_pods(each, number)


def _wait_until_usable(control_plane: Machine, nodes: list[Machine]) -> None:
    """Nodes that are ready, the account that every pod needs, and names."""

    def answers(*words: str) -> bool:
        return succeeds(lambda: controlplane.kubectl(control_plane, *words))

    ready = ("wait", "--for=condition=Ready", "--timeout=1s")
    every = [f"node/{each.name}" for each in nodes]
    wait_until("the nodes are ready", lambda: answers(*ready, *every), seconds=60)
    wait_until("pods can be made", lambda: answers("get", "serviceaccount", "default"), seconds=30)
    wait_until("names are resolved", lambda: all(map(node.reaches_dns, nodes)), seconds=30)


def _record(cluster: Cluster) -> Cluster:
    fields = {name: str(value) for name, value in asdict(cluster).items()}
    _RECORD.with_suffix(".new").write_text(json.dumps(fields))
    _RECORD.with_suffix(".new").rename(_RECORD)
    return cluster


def _remove() -> None:
    """Processes first: mounts, networks and firewall rules of the machines end with them."""
    _RECORD.unlink(missing_ok=True)
    cgroups.kill()
    cgroups.remove()
    if _STATE.exists():
        shutil.rmtree(_STATE)


def _ask(cluster: Cluster, *words: str) -> str:
    settings = (f"--kubeconfig={cluster.kubeconfig}", "--request-timeout=5s")
    return run(cluster.bin / "kubectl", *settings, *words)
