"""The permissions of the chart's Role are those that are used, by the API server's audit log."""

from pathlib import Path

import pytest

from devcluster import api
from harness.handles import SMALL
from harness.release import Release
from tests.e2e import local
from tests.e2e.accounts import existing
from tests.e2e.test_handle_inside import inside

Right = tuple[str, str]  # verb and resource
SESSION = """
import json
from dask_helm import HelmCluster
from dask_helm.errors import StartError
from distributed import Client

for route in ("auto", "port-forward"):
    with HelmCluster(via=route, quiet=True) as cluster, Client(cluster) as client:
        held = client.scatter(list(range(20)))
        cluster.scale(2, "default")
        cluster.wait_ready(timeout=300, worker_group="default")
        follower = cluster.get_logs(follow=True)
        line = next(follower)
        follower.close()
        cluster.adapt(1, 2, worker_group="default", interval="300ms")
        cluster.scale(1, "default")
        link = cluster.jupyter_link
        kept = client.gather(held) == list(range(20))
        logs = sorted(cluster.get_logs(jupyter=True))
        versions = cluster.get_versions()
with HelmCluster(quiet=True) as cluster:
    cluster.scale(1, "huge")
    try:
        cluster.wait_ready(worker_group="huge", timeout=300)
    except StartError:
        cluster.scale(0, "huge")
print(json.dumps({"kept": kept, "logs": logs}))
"""


def asked(release: Release, account: str) -> dict[Right, set[int]]:
    """Return what an account has asked for in the namespace, with the codes of the answers."""
    name = f"system:serviceaccount:{release.namespace}:{account}"
    found: dict[Right, set[int]] = {}
    for record in local.audit():
        target = record.get("objectRef", {})
        if record["user"]["username"] == name and target.get("namespace") == release.namespace:
            resource = "/".join(filter(None, (target["resource"], target.get("subresource"))))
            codes = found.setdefault((record["verb"], resource), set())
            codes.add(record["responseStatus"]["code"])
    return found


def test_the_role_grants_what_is_used(module_release: Release, tmp_path: Path) -> None:
    release = module_release
    if release.target.kubeconfig != api.KUBECONFIG:
        pytest.skip("SKIPPED, the audit log of the local cluster is needed (unset KUBECONFIG)")
    pool = {"replicas": 1, "threads": 1, "resources": SMALL}
    huge = {"replicas": 0, "resources": {"requests": {"cpu": 1000}}}
    release.install(values={"workers": {"default": pool, "huge": huge}})
    assert inside(release, SESSION)["kept"]
    person = existing(release, "demo-dask-jupyter", tmp_path)
    person.said("scale", "deployment/demo-dask-worker", "--replicas=2")
    person.said("rollout", "status", "deployment/demo-dask-worker", "--timeout=300s")

    (role,) = release.objects("role")
    granted = {(v, r) for rule in role["rules"] for r in rule["resources"] for v in rule["verbs"]}
    answers = asked(release, "demo-dask-jupyter")
    used = {right for right, codes in answers.items() if min(codes) < 400}
    # A port-forward is one or the other, by the version of Kubernetes.
    forwards = {("get", "pods/portforward"), ("create", "pods/portforward")}
    assert used & forwards
    assert (granted - used - forwards, used - granted) == (set(), set())
    refused = {right for right, codes in answers.items() if 403 in codes}
    assert refused <= {("list", "ingresses")}, "the handle does without"
