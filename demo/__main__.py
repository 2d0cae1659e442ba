"""`make demo`: install the chart, compute on the cluster, and print the next steps."""

import sys
import time
from pathlib import Path

from dask_helm import labels

from devcluster.errors import UnusableError
from harness import target
from harness.release import CommandError, Release

VALUES = Path(__file__).with_name("values.yaml")
COMPUTATIONS = Path(__file__).with_name("computations.py")


def main() -> int:
    """Return 0 when both results are correct, 2 when no cluster is available, else 1."""
    started = time.monotonic()
    try:
        release = Release(target.find(), "demo", "dask-demo")
        _install(release)
        _compute(release)
    except (target.TargetError, UnusableError) as error:
        print(error, file=sys.stderr)
        return 2
    except (CommandError, ConnectionError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"\nDone in {time.monotonic() - started:.0f} s.\n{_next_steps(release)}")
    return 0


def _install(release: Release) -> None:
    print("helm upgrade --install demo chart …", flush=True)
    release.install("-f", VALUES)
    for pod in release.objects("pod"):
        print(f"  {pod['metadata']['name']} on {pod['spec']['nodeName']}")


def _compute(release: Release) -> None:
    print("Computing with NumPy and pandas on the cluster …", flush=True)
    print(f"  {release.run(COMPUTATIONS).strip()}")


def _next_steps(release: Release) -> str:
    named = f"-n {release.namespace} "
    context = f"--context {release.target.context} {named}"
    kubectl = f"kubectl {context}"
    helm = f"helm --kube-context {release.target.context} {named}"
    scheduler, jupyter = (release.service(c) for c in (labels.SCHEDULER, labels.JUPYTER))
    workers = release.objects("deployment", labels.WORKER)[0]["metadata"]["name"]
    return f"""
First paste this into your shell:
  export KUBECONFIG={release.target.kubeconfig} PATH={release.target.programs}:$PATH

Dashboard   {kubectl}port-forward service/{scheduler} 8787
            http://127.0.0.1:8787/status
Notebook    {kubectl}port-forward service/{jupyter} 8888
            http://127.0.0.1:8888/lab?token={release.jupyter_token()}
Status      .venv/bin/dask-helm status --release {release.name} {context}
Scale       {kubectl}scale deployment/{workers} --replicas=3
Remove      {helm}uninstall {release.name}
            make cluster-down
"""


if __name__ == "__main__":
    sys.exit(main())
