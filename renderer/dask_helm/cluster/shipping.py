"""Functions of `remote` as `distributed` takes what is to run at the scheduler or in workers."""

import inspect
from collections.abc import Callable
from typing import Any

from distributed.protocol.pickle import dumps

from dask_helm.cluster import remote

# `eval` is there in every Python. The text defines the function, which is called then.
_CALL = "exec(source) or globals()[name](**given)"
_SOURCE = inspect.getsource(remote)  # once: a drain calls several times a second


def shipped(function: Callable[..., Any], **given: Any) -> dict[str, bytes]:
    """Return the arguments of the operations `run` and `run_function` for a call."""
    space = {"source": _SOURCE, "name": function.__name__, "given": given}
    return {"function": dumps(eval), "args": dumps((_CALL, space)), "kwargs": dumps({})}
