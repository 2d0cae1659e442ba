"""Every file of values/ on a real API server, and installed where the cluster can hold it."""

import json
import time
from pathlib import Path

import pytest

from harness import observation
from harness.release import CHART, Release
from tests.paths import EXAMPLES

# Needs what this cluster has not, so that the API server's word is all there is to have.
NOT_HELD = {
    "everything": "classes, claims and images that exist nowhere",
    "gpu": "GPUs",
    "highmem-spot": "nodes of 128 GiB",
    "workers-only": "a scheduler elsewhere; test_coexistence.py installs it beside one",
    "jupyterhub": "a JupyterHub; test_jupyterhub.py installs it beside one",
    "jupyter": "a volume and a Secret; test_jupyter.py installs it with both",
}
EVERY_EXAMPLE = pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
INSTALLED = [path for path in EXAMPLES if path.stem not in NOT_HELD]


@EVERY_EXAMPLE
def test_server_side_dry_run(release: Release, example: Path) -> None:
    # The pod of `helm test` is no part of an install; its service account would have to exist.
    manifests = release.helm("template", release.name, CHART, "--no-hooks", "-f", example)
    applied = release.kubectl("apply", "--dry-run=server", "-f", "-", stdin=manifests)
    assert "deployment.apps/" in applied
    assert observation.everything(release) == set()


@pytest.mark.parametrize("example", INSTALLED, ids=lambda path: path.stem)
def test_install(release: Release, example: Path) -> None:
    release.install("-f", example)
    pods = observation.pods(release)
    assert pods
    assert all(map(observation.ready, pods))
    desired = [d["spec"]["replicas"] for d in release.objects("deployment", "worker")]
    with release.client() as client:
        processes = 2 if example.stem == "pools" else 1
        client.wait_for_workers(sum(desired) + processes - 1, timeout=300)
        assert observation.computes(client)


def test_gitops_leaves_the_number_of_pods_to_others(release: Release) -> None:
    example = next(path for path in EXAMPLES if path.stem == "gitops")
    release.install("-f", example, values={"jupyter": {"enabled": False}})
    release.kubectl("scale", "deployment/demo-dask-worker", "--replicas=2")
    release.install("-f", example, values={"jupyter": {"enabled": False}})
    time.sleep(1)
    found = json.loads(release.kubectl("get", "deployment/demo-dask-worker", "-o", "json"))
    assert found["spec"]["replicas"] == 2
