"""The command line: `dask-helm`, also `dask helm` and `kubectl dask`.

The module of a command is imported when the command is called, to keep start-up fast.
"""

import sys


def main() -> None:
    """Run as the console script `dask-helm`."""
    _run("dask-helm")


def kubectl_dask() -> None:
    """Run as the console script `kubectl-dask`, which kubectl finds on PATH as `kubectl dask`."""
    _run("kubectl dask")


def _run(name: str) -> None:
    try:
        from dask_helm.cli.group import COMPLETE, group

        group.main(prog_name=name, complete_var=COMPLETE)
    except KeyboardInterrupt:
        sys.exit(130)
