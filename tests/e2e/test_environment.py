"""Extra packages, environment variables and who the processes run as."""

import base64
import io
import json
import zipfile
from pathlib import Path
from typing import Any

from distributed import Client

from harness import observation
from harness.release import Release


def wheel() -> bytes:
    """Return a wheel with the module `tiny`, made here because pods may have no way to an index."""
    meta = "tiny-1.0.dist-info"
    files = {
        "tiny.py": "ANSWER = 42\n",
        f"{meta}/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        f"{meta}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{meta}/RECORD": "",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def test_extra_packages_are_installed_without_root(release: Release) -> None:
    data = {"tiny-1.0-py3-none-any.whl": base64.b64encode(wheel()).decode()}
    config_map = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "wheels"},
        "binaryData": data,
    }
    release.kubectl("apply", "-f", "-", stdin=json.dumps(config_map))
    values: dict[str, Any] = {
        "jupyter": {"enabled": False},
        "workers": {"default": {"replicas": 1}},
        "extraPackages": {"pip": ["/wheels/tiny-1.0-py3-none-any.whl"]},
        "podDefaults": {
            "securityContext": {"readOnlyRootFilesystem": True},
            "volumes": [{"name": "wheels", "configMap": {"name": "wheels"}}],
            "volumeMounts": [{"name": "wheels", "mountPath": "/wheels"}],
        },
    }
    release.install(values=values)

    def answer() -> tuple[int, int]:
        import os

        import tiny  # type: ignore[import-not-found]

        return tiny.ANSWER, os.getuid()

    with release.client() as client:
        client.wait_for_workers(1, timeout=300)
        assert client.run_on_scheduler(answer) == (42, 1000)
        assert set(client.run(answer).values()) == {(42, 1000)}


def test_spilled_data_goes_to_the_scratch_volume(release: Release) -> None:
    scratch = {"emptyDir": {"sizeLimit": "1Gi"}}
    pool = {"replicas": 1, "memoryLimit": "400Mi", "scratch": scratch}
    release.install(values={"jupyter": {"enabled": False}, "workers": {"default": pool}})
    with release.client() as client:
        client.wait_for_workers(1, timeout=300)
        blocks = client.map(lambda number: bytes([number]) * 40_000_000, range(10))
        lengths = client.map(len, blocks)
        assert client.gather(lengths) == [40_000_000] * 10
        assert observation.until(lambda: spilled_bytes(client) > 40_000_000, what="spilling")


def spilled_bytes(client: Client) -> int:
    """Return the bytes in the files of all workers that spill below /scratch."""

    def own(dask_worker: Any) -> int:
        folder = Path(dask_worker.local_directory)
        spilled = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        return spilled if folder.is_relative_to("/scratch") else 0

    return int(sum(client.run(own).values()))


def test_client_and_cluster_have_the_same_packages(release: Release) -> None:
    one = {"workers": {"default": {"replicas": 1}}, "jupyter": {"enabled": False}}
    release.install(values=one)
    with release.client() as client:
        client.wait_for_workers(1, timeout=300)
        versions = client.get_versions(check=True, packages=["numpy", "pandas", "bokeh"])
    own = versions["client"]["packages"]
    for other in [versions["scheduler"], *versions["workers"].values()]:
        assert {k: v for k, v in other["packages"].items() if k != "python"} == {
            k: v for k, v in own.items() if k != "python"
        }
