"""The images as a containerd stores them, unpacked once and used by both nodes.

Unpacking takes 15 s and 700 MB for each node; sharing the unpacked images costs nothing. Only the
upper layers, which are small and change often, are imported at each start.
"""

import json
import shutil
from dataclasses import astuple
from pathlib import Path

from devcluster import cache, hub, image, layers, machine, node, notebook
from devcluster.machine import Machine, inside
from devcluster.oci import Image, Layer
from devcluster.programs import program

_BORROW = (Path(__file__).parent / "files" / "borrow-images.sh").read_text()
_SNAPSHOTS = "containerd/io.containerd.snapshotter.v1.overlayfs/snapshots"
_BLOBS = "containerd/io.containerd.content.v1.content/blobs/sha256"
_LAYERS = "layers.json"
_ARCHIVE = "image.tar"


def give_images(node_machine: Machine, folder: Path, archive: Path) -> None:
    """Start a node's containerd with the images of the store, and import the upper layers."""
    words = ("sh", "-es", "-", inside(folder / "containerd"))
    node_machine.run(*words, stdin=_BORROW)
    node.start_containerd(node_machine)
    for each in sorted(archive.glob("*.tar")):
        node.ctr(node_machine, "images", "import", str(inside(each)))


def store() -> Path:
    """Return the folder of the store: the lower layers and the image of the pods' `pause`."""
    inputs = cache.digest(image.environment_inputs(), program("pause"))
    return cache.artifact("image-store", inputs, _build_store)


def upper_layers(folder: Path) -> Path:
    """Return the folder of the archives that complete the images of a store."""
    settings = (image.name(), str(image.SETTINGS), image.top_inputs(), notebook.inputs())
    inputs = cache.digest(str(folder), *settings)
    return cache.artifact("image-top", inputs, lambda target: _build_top(folder, target))


def hub_image(folder: Path) -> Path:
    """Return the archive of the image for JupyterHub, without the layers of a store."""
    settings = (str(image.SETTINGS), image.top_inputs(), hub.inputs())
    inputs = cache.digest(str(folder), *settings)
    return cache.artifact("image-hub", inputs, lambda target: _build_hub(folder, target)) / _ARCHIVE


def _build_hub(folder: Path, target: Path) -> None:
    lower, work = _lower_layers(folder), target / "work"
    upper = hub.build(work, _below(folder))
    Image(hub.NAME, image.SETTINGS, (*lower, *upper)).write(target / _ARCHIVE, lower)
    shutil.rmtree(work)


def _below(folder: Path) -> list[Path]:
    return [folder / _SNAPSHOTS / str(number) / "fs" for number in (1, 2)]


def _build_top(folder: Path, target: Path) -> None:
    below = _below(folder)
    lower, work = _lower_layers(folder), target / "work"
    upper = image.build_top(work / "dask", below)
    dask = Image(image.name(), image.SETTINGS, (*lower, upper))
    upper = notebook.build(work / "notebook", below)
    stand_in = Image(notebook.name(), notebook.SETTINGS, (*lower, upper))
    upper = notebook.build_packages(work / "packages", below[:1])
    packages = Image(notebook.PACKAGES, {}, (lower[0], upper))
    for number, each in enumerate((dask, stand_in, packages)):
        each.write(target / f"{number}.tar", lower)
    shutil.rmtree(work)


def _build_store(folder: Path) -> None:
    """Build the store.

    The layers are numbered in the order of the imports: the base is 1, the environment 2.
    """
    environment = image.build_environment(folder / "environment")
    lower = (_pack(folder, image.base(), "base"), _pack(folder, environment, "environment"))
    shutil.rmtree(folder / "environment")
    pause = Image("localhost/pause:1", {"Entrypoint": ["/pause"]}, (_pack_pause(folder),))
    _unpack(folder, [Image("localhost/dask-environment:1", {}, lower), pause])
    kept = [astuple(layer)[:2] for layer in lower]
    (folder / _LAYERS).write_text(json.dumps(kept))
    for layer in (*lower, *pause.layers):
        layer.file.unlink()


def _unpack(folder: Path, images: list[Image]) -> None:
    """Import the images into a temporary containerd, and keep its folder."""
    home = folder / "machine"
    importer = machine.start("images", home)
    node.start_containerd(importer)
    for each in images:
        each.write(importer.home / _ARCHIVE)
        node.ctr(importer, "images", "import", str(machine.HOME / _ARCHIVE))
    importer.stop()
    (home / "var/lib/containerd").rename(folder / "containerd")
    shutil.rmtree(home)


def _pack(folder: Path, tree: Path, name: str) -> Layer:
    return layers.pack(tree, folder / f"{name}.tar")


def _pack_pause(folder: Path) -> Layer:
    tree = folder / "pause"
    tree.mkdir()
    shutil.copy(program("pause"), tree)
    layer = _pack(folder, tree, "pause-layer")
    shutil.rmtree(tree)
    return layer


def _lower_layers(folder: Path) -> tuple[Layer, ...]:
    known = json.loads((folder / _LAYERS).read_text())
    blobs = folder / _BLOBS
    return tuple(Layer(digest, size, blobs / digest.split(":")[1]) for digest, size in known)
