"""The handle in the release's Jupyter pod, with the chart's service account and nothing else."""

import json
import subprocess
import textwrap
from dataclasses import replace
from typing import Any

import pytest
from dask_helm import labels

from harness import observation
from harness.handles import SMALL, Observer
from harness.release import Release
from tests.e2e.test_jupyter import apply

VALUES: dict[str, Any] = {
    "workerDefaults": {"resources": SMALL, "threads": 1},
    "workers": {"default": {"replicas": 2}, "other": {"replicas": 1}},
}


@pytest.fixture(scope="module")
def installed(module_release: Release) -> Release:
    module_release.install(values=VALUES)
    return module_release


def inside(release: Release, script: str) -> dict[str, Any]:
    """Run a script in the Jupyter pod and return what it prints last, as JSON."""
    command = ("python", "-c", textwrap.dedent(script))
    said = release.kubectl("exec", "deployment/demo-dask-jupyter", "--", *command)
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return found


def test_everything_without_an_argument(installed: Release) -> None:
    found = inside(
        installed,
        """
        import json, time
        from dask_helm import HelmCluster, discover
        from distributed import Client

        started = time.monotonic()
        with HelmCluster() as cluster, Client(cluster) as client:
            seconds = time.monotonic() - started
            result = client.submit(sum, [1, 2]).result()
            held = client.scatter(list(range(20)))
            cluster.scale(4)
            cluster.wait_ready(timeout=300)
            most = len(cluster.scheduler_info["workers"])
            cluster.scale(1)
            cluster.scale(0, "other")
            kept = client.gather(held) == list(range(20))
            groups = {name: group.desired for name, group in cluster.pools.items()}
            logs = sorted(cluster.get_logs(cluster=False, jupyter=True))
            print(json.dumps({
                "name": cluster.name, "address": cluster.scheduler_address, "seconds": seconds,
                "result": result, "most": most, "kept": kept, "groups": groups, "logs": logs,
                "releases": [name for name, _ in discover()],
            }))
        """,
    )
    assert found["name"] == f"demo.{installed.namespace}"
    assert found["address"] == f"tcp://demo-dask-scheduler.{installed.namespace}.svc:8786"
    assert (found["result"], found["most"], found["kept"]) == (3, 5, True)
    assert found["groups"] == {"default": 1, "other": 0}
    assert found["releases"] == [found["name"]]
    print(f"in the pod, connecting took {found['seconds']:.1f} s")
    observer = Observer(installed)
    assert (observer.replicas("default"), observer.replicas("other")) == (1, 0)
    pods = {name for c in ("scheduler", "worker", "jupyter") for name in observer.pods(c)}
    assert pods <= set(found["logs"])


def test_a_port_forward_is_possible_too(installed: Release) -> None:
    found = inside(
        installed,
        """
        import json
        from dask_helm import HelmCluster

        with HelmCluster(port_forward_cluster_ip=True) as cluster:
            print(json.dumps({"address": cluster.scheduler_address}))
        """,
    )
    assert found["address"].startswith("tcp://127.0.0.1:")


def test_a_notebook_in_another_namespace(installed: Release, namespace: str) -> None:
    """As JupyterHub starts it: with an account of its namespace, and variables."""
    account = {"kind": "ServiceAccount", "name": "notebooks", "namespace": namespace}
    installed.install(values={**VALUES, "rbac": {"subjects": [account]}})
    there = replace(installed, namespace=namespace)
    there.kubectl("create", "serviceaccount", "notebooks")
    image = observation.pods(installed, labels.JUPYTER)[0]["spec"]["containers"][0]["image"]
    container = {
        "name": "notebook",
        "image": image,
        "args": ["sleep", "3600"],
        "env": [
            {"name": "DASK_HELM__RELEASE", "value": installed.name},
            {"name": "DASK_HELM__NAMESPACE", "value": installed.namespace},
        ],
    }
    spec = {"serviceAccountName": "notebooks", "containers": [container]}
    apply(there, "Pod", "notebook", spec)
    there.kubectl("wait", "--for=condition=Ready", "pod/notebook", "--timeout=300s")
    script = """
        from dask_helm import HelmCluster
        from distributed import Client
        with HelmCluster() as cluster, Client(cluster) as client:
            cluster.scale(2, "other")
            cluster.wait_ready(timeout=300)
            held = client.scatter(list(range(20)))
            cluster.scale(1, "other")
            print(cluster.name, client.gather(held) == list(range(20)))
    """
    said = there.kubectl("exec", "notebook", "--", "python", "-c", textwrap.dedent(script))
    assert said.splitlines()[-1] == f"demo.{installed.namespace} True"


def test_nothing_outside_of_what_the_handle_needs(installed: Release) -> None:
    account = f"system:serviceaccount:{installed.namespace}:demo-dask-jupyter"

    def may(verb: str, kind: str, *more: str) -> bool:
        command = ("auth", "can-i", verb, kind, "--as", account, *more)
        line = installed.target.kubectl("--namespace", installed.namespace, *command)
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        assert done.stdout.strip() in ("yes", "no"), done.stderr
        return done.stdout.strip() == "yes"

    assert may("patch", "deployments/demo-dask-worker", "--subresource=scale")
    assert not may("patch", "deployments/demo-dask-scheduler", "--subresource=scale")
    for verb, kind in (
        *(("get", "secrets"), ("list", "secrets"), ("delete", "pods"), ("create", "pods")),
        *(("patch", "deployments"), ("create", "deployments"), ("list", "nodes")),
        ("patch", "pods"),
    ):
        assert not may(verb, kind), f"{verb} {kind}"
    assert not may("list", "pods", "--all-namespaces")
    assert not may("create", "pods", "--subresource=exec")


def test_a_process_that_has_only_a_printed_configuration(installed: Release) -> None:
    """It uses the node port, and no credentials of Kubernetes."""
    script = """
        dask-helm connection > /tmp/shared.yaml
        env -i PATH="$PATH" HOME=/tmp DASK_CONFIG=/tmp/shared.yaml KUBECONFIG=/dev/null \\
            python -c 'from distributed import Client
        with Client(timeout=120) as client:
            result = client.submit(sum, [1, 2]).result()
            print(client.scheduler.address, client.dashboard_link, result)'
    """
    node_port = json.dumps({"spec": {"type": "NodePort"}})
    installed.kubectl("patch", "service", "demo-dask-scheduler", "-p", node_port)
    command = ("sh", "-ec", textwrap.dedent(script))
    said = installed.kubectl("exec", "deployment/demo-dask-jupyter", "--", *command)
    address, link, result = said.splitlines()[-1].split()
    service = installed.objects("service", labels.SCHEDULER)[0]
    ports = {port["name"]: port["nodePort"] for port in service["spec"]["ports"]}
    host, _, number = address.rpartition(":")
    assert int(number) == ports[labels.COMM_PORT]
    assert link == f"{host.replace('tcp', 'http')}:{ports[labels.DASHBOARD_PORT]}/status"
    assert result == "3"
