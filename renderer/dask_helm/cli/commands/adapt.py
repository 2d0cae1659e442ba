"""`dask-helm adapt`."""

import json
import threading
from datetime import datetime, timezone
from typing import Any

import click

from dask_helm.cli import options, releases
from dask_helm.cli.releases import Reach

EXAMPLES = """
\b
Examples:
  dask-helm adapt --maximum 10
  dask-helm adapt my --maximum 10
  dask-helm adapt --minimum 2 --maximum 20 --pool highmem
  dask-helm adapt --maximum 10 --interval 5s --wait-count 6
  dask-helm adapt --maximum 10 -o json
"""


@click.command("adapt", cls=releases.ReleaseCommand, epilog=EXAMPLES)
@releases.argument
@click.option(
    "--minimum", type=click.IntRange(min=0), default=0, show_default=True, help="Fewest pods."
)
@click.option("--maximum", type=click.IntRange(min=0), required=True, help="Most pods.")
@releases.pool
@click.option("--interval", metavar="TIME", help="Time between two checks: 1s.")
@click.option("--wait-count", type=click.IntRange(min=1), help="Checks before pods are removed.")
@click.option("--force", is_flag=True, help="Take over from another client that adapts the pool.")
@releases.reach
@options.output("text", "json", short=True)
def command(
    minimum: int,
    maximum: int,
    pool: str | None,
    force: bool,
    reach: Reach,
    output: str,
    **more: Any,
) -> None:
    """Scale a pool automatically with its load, until Ctrl-C.

    Workers are drained before their pods are removed. The pool keeps its last size. With -o json,
    each change is one line: time, pool, from, to.
    """
    given = {key: value for key, value in more.items() if value is not None}
    with releases.connected(reach) as cluster:
        adaptive = cluster.adapt(minimum, maximum, pool, force=force, **given)
        cluster._log(f"Adapting between {minimum} and {maximum} pods. Press Ctrl-C to stop.")
        while adaptive.periodic_callback is not None:
            threading.Event().wait(1)
            if output == "json":
                while adaptive.log:
                    when, change = adaptive.log.popleft()
                    time = datetime.fromtimestamp(int(when), timezone.utc).isoformat()
                    shown = {"from": change["from"], "to": change["n"]}
                    click.echo(json.dumps({"time": time, "pool": change["pool"], **shown}))
