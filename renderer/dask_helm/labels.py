"""The labels and port names by which everything finds the objects of a release.

The chart writes them (chart/templates/_labels.tpl), the handle reads them; a test holds them equal.
"""

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


def selector(release: str, component: str | None = None, pool: str | None = None) -> str:
    """Return the label selector of a release's objects, as `kubectl -l` takes it."""
    labels = {NAME: CHART, INSTANCE: release, COMPONENT: component, POOL: pool}
    return ",".join(f"{key}={value}" for key, value in labels.items() if value is not None)
