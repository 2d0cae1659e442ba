"""Images as OCI archives, which `ctr images import` and `kind load image-archive` read."""

import hashlib
import io
import json
import platform
import tarfile
from dataclasses import dataclass
from pathlib import Path

_TYPE = "application/vnd.oci.image"


@dataclass(frozen=True)
class Layer:
    """A layer as an uncompressed tar file, which saves the time of (de)compression."""

    digest: str
    size: int
    file: Path

    @classmethod
    def of(cls, file: Path) -> "Layer":
        """Return the layer that a tar file contains."""
        with file.open("rb") as contents:
            hashed = hashlib.sha256()
            while chunk := contents.read(1 << 20):
                hashed.update(chunk)
        return cls(f"sha256:{hashed.hexdigest()}", file.stat().st_size, file)


@dataclass(frozen=True)
class Image:
    """An image: its name, the settings of its containers, and its layers, lowest first."""

    name: str
    settings: dict[str, object]
    layers: tuple[Layer, ...]

    def write(self, target: Path, already_there: tuple[Layer, ...] = ()) -> None:
        """Write the archive, without the layers that its reader already has."""
        with tarfile.open(target, "w") as archive:
            for name, data in self._texts().items():
                _add(archive, name, data)
            for layer in self.layers:
                if layer not in already_there:
                    archive.add(layer.file, _blob_name(layer.digest))

    def _texts(self) -> dict[str, bytes]:
        config, manifest = self._config(), self._manifest()
        return {
            "oci-layout": b'{"imageLayoutVersion": "1.0.0"}',
            "index.json": self._index(),
            _blob_name(_digest(config)): config,
            _blob_name(_digest(manifest)): manifest,
        }

    def _config(self) -> bytes:
        layers = {"type": "layers", "diff_ids": [layer.digest for layer in self.layers]}
        system = {"architecture": _architecture(), "os": "linux"}
        return _json({**system, "config": self.settings, "rootfs": layers})

    def _manifest(self) -> bytes:
        config = self._config()
        layers = [_entry(f"{_TYPE}.layer.v1.tar", lay.digest, lay.size) for lay in self.layers]
        described = _entry(f"{_TYPE}.config.v1+json", _digest(config), len(config))
        return _json({"schemaVersion": 2, "config": described, "layers": layers})

    def _index(self) -> bytes:
        manifest = self._manifest()
        described = _entry(f"{_TYPE}.manifest.v1+json", _digest(manifest), len(manifest))
        described["annotations"] = {"io.containerd.image.name": self.name}
        return _json({"schemaVersion": 2, "manifests": [described]})


def _entry(media_type: str, digest: str, size: int) -> dict[str, object]:
    return {"mediaType": media_type, "digest": digest, "size": size}


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    archive.addfile(member, io.BytesIO(data))


def _blob_name(digest: str) -> str:
    return "blobs/" + digest.replace(":", "/")


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True).encode()


def _architecture() -> str:
    return {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
