"""What the Dask panel of JupyterLab calls; the chart sets it in the environment of Jupyter."""

import asyncio
import time
from typing import Any

from dask_helm.cluster.handle import HelmCluster
from dask_helm.errors import LostError, UnavailableError, UnreachableError

_WAIT_SECONDS = 300.0
_PAUSE_SECONDS = 2.0


async def attached(*arguments: Any, **options: Any) -> HelmCluster:
    """Return a handle for the arguments of HelmCluster, connected.

    The scheduler may start later than Jupyter, so it is waited for, at most 5 minutes. Raises
    ClusterError.
    """
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            return await HelmCluster(*arguments, **{"quiet": True, **options})
        except (LostError, UnavailableError, UnreachableError):
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(_PAUSE_SECONDS)
