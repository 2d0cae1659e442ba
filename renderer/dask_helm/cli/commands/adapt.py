"""`dask-helm adapt`."""

import json
import threading
from collections import deque
from datetime import datetime, timezone
from typing import Any

import click

from dask_helm.cli import options, reaching
from dask_helm.cli.reaching import Reach

EXAMPLES = """
\b
Examples:
  dask-helm adapt --maximum 10
  dask-helm adapt --minimum 2 --maximum 20 --group highmem
  dask-helm adapt --maximum 10 --interval 5s --wait-count 6
  dask-helm adapt --maximum 10 -o json
"""


@click.command("adapt", cls=reaching.ReleaseCommand, epilog=EXAMPLES)
@click.option("--minimum", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--maximum", type=click.IntRange(min=0), required=True)
@reaching.group
@click.option("--interval", metavar="TIME", help="Time between two looks: 1s.")
@click.option("--wait-count", type=click.IntRange(min=1), help="Looks before pods are taken.")
@click.option("--force", is_flag=True, help="Take over from another that adapts the pool.")
@reaching.reach
@options.output("text", "json", short=True)
def command(
    minimum: int,
    maximum: int,
    group: str | None,
    force: bool,
    reach: Reach,
    output: str,
    **more: Any,
) -> None:
    """Adapt the size of a pool to the work there is, until Ctrl-C.

    Pods that go hand over what they hold first. The last size stays when it ends. With -o json each
    change is a line: time, group, from, to.
    """
    given = {key: value for key, value in more.items() if value is not None}
    with reaching.connected(reach) as cluster:
        adaptive = cluster.adapt(minimum, maximum, group, force=force, **given)
        cluster._log(f"Adapting between {minimum} and {maximum} pods; Ctrl-C ends it")
        while adaptive.periodic_callback is not None:
            threading.Event().wait(1)
            if output == "json":
                _tell(adaptive.log)


def _tell(changes: "deque[tuple[float, dict[str, Any]]]") -> None:
    while changes:
        when, change = changes.popleft()
        time = datetime.fromtimestamp(int(when), timezone.utc).isoformat()
        told = {"time": time, "group": change["group"], "from": change["from"], "to": change["n"]}
        click.echo(json.dumps(told))
