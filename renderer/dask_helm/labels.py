"""The labels and port names that identify the objects of a release.

The chart writes them (chart/templates/_labels.tpl) and the handle reads them. A test checks that
both agree.
"""

# The full name of one copy of the chart. Only the chart sets it; Argo CD also sets INSTANCE.
CLUSTER = "dask-helm/cluster"
NAME = "app.kubernetes.io/name"
INSTANCE = "app.kubernetes.io/instance"
COMPONENT = "app.kubernetes.io/component"
POOL = "dask-helm/pool"

CHART = "dask"
SCHEDULER = "scheduler"
WORKER = "worker"
JUPYTER = "jupyter"

COMM_PORT = "tcp-comm"
NANNY_PORT = "tcp-nanny"
DASHBOARD_PORT = "http-dashboard"
JUPYTER_PORT = "http"

# An annotation of Deployments: the number of pods in the values when they were last applied.
REPLICAS = "dask-helm/replicas"


def selector(release: str, component: str | None = None, pool: str | None = None) -> str:
    """Return the label selector of a release's pods, as `kubectl -l` takes it."""
    labels = {INSTANCE: release, COMPONENT: component, POOL: pool}
    return ",".join(f"{key}={value}" for key, value in labels.items() if value is not None)
