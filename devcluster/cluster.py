"""The only local cluster of this machine: start it, find it while it runs, and remove it."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from devcluster import (
    cache,
    cgroups,
    controlplane,
    host,
    hub,
    image,
    machine,
    network,
    node,
    notebook,
    programs,
    store,
)
from devcluster.command import run, succeeds, wait_until
from devcluster.locking import locked
from devcluster.machine import Machine
from devcluster.progress import say, step

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

    `kubeconfig` is the file for KUBECONFIG. `bin` is the folder with helm, helm3 and kubectl.
    `image` is the name of the Dask image, which both nodes have. `inputs` is a hash of everything
    that the cluster was made from.
    """

    kubeconfig: Path
    bin: Path
    image: str
    inputs: str


def up() -> Cluster:
    """Return the running cluster of this checkout; start it or replace another one if needed."""
    host.require_linux()
    host.require_root()
    with locked(_LOCK):
        found, inputs = running(), _inputs()
        if found and found.inputs == inputs:
            say("the cluster is already running")
            return found
        return _replace(inputs)


def down() -> None:
    """Remove the cluster, even if it is incomplete or another checkout started it."""
    host.require_linux()
    host.require_root()
    with locked(_LOCK), step("taking down the cluster"):
        _remove()


def running() -> Cluster | None:
    """Return the cluster if it is running and answers, else None.

    The record of a cluster is written last, so an incomplete cluster has none.
    """
    if not _RECORD.exists():
        return None
    found = json.loads(_RECORD.read_text())
    cluster = Cluster(
        Path(found["kubeconfig"]), Path(found["bin"]), found["image"], found["inputs"]
    )
    return cluster if succeeds(lambda: _ask(cluster, "get", "--raw", "/readyz")) else None


def load_hub() -> str:
    """Load the image for JupyterHub into the nodes of the running cluster; return its name."""
    with locked(_LOCK), step(f"loading {hub.NAME}"):
        archive = store.hub_image(store.store())
        for name in map(node.name, _NODES):
            each = machine.running(name, _STATE / name)
            node.ctr(each, "images", "import", str(machine.inside(archive)))
    return hub.NAME


def _inputs() -> str:
    """Return a hash of everything that a cluster is made from."""
    ours = sorted(_SOURCES.rglob("*"))
    files = [path for path in ours if path.is_file() and "__pycache__" not in path.parts]
    images = (image.environment_inputs(), image.top_inputs(), notebook.inputs())
    return cache.digest(*files, *images)


def _replace(inputs: str) -> Cluster:
    """Remove the existing cluster and start a new one.

    The existing one may be the incomplete result of a killed start, with processes that still run.
    """
    host.require_namespaces()
    host.install_packages()
    _remove()
    cgroups.create([node.name(number) for number in _NODES])
    bin_folder, images, archive = _build()
    with step("starting the cluster"):
        _start(images, archive)
    return _record(Cluster(KUBECONFIG, bin_folder, image.name(), inputs))


def _build() -> tuple[Path, Path, Path]:
    """Build programs and images in parallel: programs need the processors, images the network."""
    with ThreadPoolExecutor() as pool:
        images = pool.submit(store.store)
        bin_folder = programs.tools()
        for name, each in programs.PROGRAMS.items():
            if not each.optional:
                programs.program(name)
    return bin_folder, images.result(), store.upper_layers(images.result())


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
    """Start the API server and give each node its images, in parallel.

    The two depend on each other only later.
    """
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
    """Wait until nodes are ready, pods have their service account and nodes reach CoreDNS."""

    def answers(*words: str) -> bool:
        return succeeds(lambda: controlplane.kubectl(control_plane, *words))

    ready = ("wait", "--for=condition=Ready", "--timeout=1s")
    every = [f"node/{each.name}" for each in nodes]
    wait_until("the nodes are ready", lambda: answers(*ready, *every))
    wait_until("pods can be created", lambda: answers("get", "serviceaccount", "default"))
    wait_until("the nodes reach CoreDNS", lambda: all(map(node.reaches_dns, nodes)))


def _record(cluster: Cluster) -> Cluster:
    fields = {name: str(value) for name, value in asdict(cluster).items()}
    _RECORD.with_suffix(".new").write_text(json.dumps(fields))
    _RECORD.with_suffix(".new").rename(_RECORD)
    return cluster


def _remove() -> None:
    """Remove the cluster, its processes first.

    The mounts, networks and firewall rules of the machines end with their processes.
    """
    _RECORD.unlink(missing_ok=True)
    cgroups.kill()
    cgroups.remove()
    if _STATE.exists():
        shutil.rmtree(_STATE)


def _ask(cluster: Cluster, *words: str) -> str:
    settings = (f"--kubeconfig={cluster.kubeconfig}", "--request-timeout=60s")
    return run(cluster.bin / "kubectl", *settings, *words)
