"""`dask-helm render | kubectl apply -f -` gives the API server what `helm install` gives it."""

import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness import observation
from harness.release import CHART, Release
from harness.target import Target
from tests.paths import VALUES

Object = dict[str, Any]

PROGRAM = Path(sys.executable).with_name("dask-helm")
# What the API server fills in, and what tells who wrote the object.
SERVERS = (
    "uid",
    "resourceVersion",
    "creationTimestamp",
    "managedFields",
    "generation",
    "namespace",
)
ANNOTATIONS = (
    "kubectl.kubernetes.io/last-applied-configuration",
    "meta.helm.sh/",
    "deployment.kubernetes.io/revision",
)
# Made by controllers that set no owner.
DERIVED = {"Endpoints", "Event", "Lease", "PodMetrics"}
EVERY_NAMESPACE = {("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default")}


@pytest.fixture
def applied(cluster: Target) -> Iterator[Release]:
    """Yield the release `demo` in a second namespace, which is removed afterwards."""
    release = Release(cluster, "demo", f"dask-e2e-{secrets.token_hex(3)}")
    release.kubectl("create", "namespace", release.namespace)
    yield release
    release.kubectl("delete", "namespace", release.namespace, "--wait=false")


def apply(release: Release, folder: Path, *arguments: str | Path) -> None:
    """Render with the command and hand its output to kubectl."""
    image = folder / "image.yaml"
    image.write_text(yaml.safe_dump(release.target.image))
    named = [release.name, "--namespace", release.namespace, "--no-hooks"]
    command = [PROGRAM, "render", *named, *arguments, "-f", image]
    rendered = subprocess.run(command, check=True, capture_output=True, text=True)
    release.kubectl("apply", "-f", "-", stdin=rendered.stdout)


def objects(release: Release) -> dict[tuple[str, str], Object]:
    """Return what was written into the namespace, less what the API server put into it."""
    listed = release.kubectl("api-resources", "--verbs=list", "--namespaced", "-o", "name").split()
    # Names of the namespace inside of an object are no difference either.
    text = release.kubectl("get", ",".join(listed), "-o", "json")
    text = text.replace(release.namespace, "<namespace>")
    # Jupyter's configuration names the namespace, so its hash is another one.
    text = re.sub(r'(?<="checksum/jupyter": ")[0-9a-f]{64}', "<hash>", text)
    found = json.loads(text)["items"]
    kept = {(o["kind"], o["metadata"]["name"]): stripped(o) for o in found if is_written(o)}
    return {name: kept[name] for name in sorted(kept.keys() - EVERY_NAMESPACE)}


def is_written(found: Object) -> bool:
    """Whether somebody wrote the object, and not a controller, nor Helm to remember the release."""
    derived = found["kind"] in DERIVED or "ownerReferences" in found["metadata"]
    return not derived and found.get("type") != "helm.sh/release.v1"


def stripped(found: Object) -> Object:
    found.pop("status", None)
    metadata = found["metadata"]
    annotations = metadata.pop("annotations", {})
    kept = {k: v for k, v in annotations.items() if not k.startswith(ANNOTATIONS)}
    found["metadata"] = {k: v for k, v in metadata.items() if k not in SERVERS}
    found["metadata"]["annotations"] = kept
    if found["kind"] == "Service":
        _strip_service(found["spec"])
    return found


def _strip_service(spec: Object) -> None:
    """Remove the addresses that the API server chose; `None` is the chart's word."""
    if spec.get("clusterIP") != "None":
        spec.pop("clusterIP", None)
        spec.pop("clusterIPs", None)
    spec.pop("healthCheckNodePort", None)
    for port in spec["ports"]:
        port.pop("nodePort", None)


# `pools` has several pools, `ingress` Ingresses; neither has to run for being compared.
@pytest.mark.parametrize("example", [None, "pools", "ingress"])
def test_the_same_objects(
    release: Release, applied: Release, example: str | None, tmp_path: Path
) -> None:
    files: list[str | Path] = ["-f", VALUES / f"{example}.yaml"] if example else []
    release.helm("install", release.name, CHART, *files, values={})
    apply(applied, tmp_path, *files)
    expected = objects(release)
    found = objects(applied)
    assert list(found) == list(expected)
    assert {kind for kind, _ in expected} >= {"Deployment", "Service"}
    assert found == expected


def test_what_was_applied_computes(applied: Release, tmp_path: Path) -> None:
    apply(applied, tmp_path)
    applied.kubectl("wait", "--for=condition=Available", "deployment", "--all", "--timeout=300s")
    desired = [d["spec"]["replicas"] for d in applied.objects("deployment", "worker")]
    with applied.client() as client:
        client.wait_for_workers(sum(desired), timeout=300)
        assert observation.computes(client)
    again = objects(applied)
    apply(applied, tmp_path)
    assert objects(applied) == again, "applying again changes nothing"


def difference(release: Release, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Compare the values that `apply` used, and some more, with the cluster."""
    target = release.target
    reached = ["--kubeconfig", str(target.kubeconfig), "--context", target.context]
    named = ["--release", release.name, "--namespace", release.namespace]
    values = str(folder / "image.yaml")
    command = [str(PROGRAM), "diff", "--live", *named, *reached, values, *arguments]
    environment = {**os.environ, "PATH": f"{target.programs}:{os.environ['PATH']}"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_diff_live(applied: Release, tmp_path: Path) -> None:
    apply(applied, tmp_path)
    assert difference(applied, tmp_path).returncode == 0
    before = objects(applied)
    changed = difference(applied, tmp_path, "--set", "workers.default.replicas=1")
    assert changed.returncode == 1
    assert "-  replicas: 3" in changed.stdout
    assert "+  replicas: 1" in changed.stdout
    assert objects(applied) == before, "comparing changes nothing"
    applied.kubectl("scale", f"deployment/{applied.name}-dask-worker", "--replicas=2")
    assert "-  replicas: 2" in difference(applied, tmp_path).stdout


def test_diff_live_of_a_release_that_does_not_exist(applied: Release, tmp_path: Path) -> None:
    apply(applied, tmp_path)
    absent = replace(applied, name="absent")
    refused = difference(absent, tmp_path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "There is no release 'absent' of a Dask chart in namespace" in refused.stderr
    assert f"Releases there: {applied.name}" in refused.stderr
    assert refused.stderr.endswith("use: --new\n")
    assert "added" in difference(absent, tmp_path, "--new").stderr
