"""`dask-helm render --fleet`: the progress, and the report at the end."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import Any

import click

from dask_helm import fleet
from dask_helm.cli import output

Show = Callable[[fleet.Progress], None]

_REFRESH_SECONDS = 0.1


def run(path: Path, folder: Path, form: str, **settings: Any) -> int:
    """Render a fleet, print the report as `form`, and return the exit code."""
    with ExitStack() as stack:
        show = _progress_bar(stack) if sys.stderr.isatty() else None
        report = fleet.render(path, folder, progress=show, **settings)
    for outcome in report.failed:
        click.secho(f"Error: cluster {outcome.name}:", fg="red", err=True)
        for line in str(outcome.error).splitlines():
            click.echo(f"  {line}", err=True)
    if form == "json":
        output.document(as_data(report), form)
    else:
        click.echo(summary(report))
    return report.exit_code


def summary(report: fleet.Report) -> str:
    """Return the report as text."""
    totals = ", ".join(f"{count} {state}" for state, count in report.totals.items() if count)
    lines = [f"{len(report.clusters)} clusters: {totals or 'none'}"]
    lines.append(
        f"files: {report.files_written} written, {report.files_unchanged} unchanged, "
        f"{report.files_removed} removed"
    )
    if report.kept:
        lines.append(
            f"no longer in the fleet; --prune removes their files: {', '.join(report.gone)}"
        )
    return "\n".join(lines)


def as_data(report: fleet.Report) -> dict[str, Any]:
    """Return the report as JSON data."""
    clusters = [{**asdict(c), "error": c.error and str(c.error)} for c in report.clusters]
    return {
        "clusters": clusters,
        "gone": report.gone,
        "removed": report.removed,
        "kept": report.kept,
        "totals": report.totals,
    }


def _progress_bar(stack: ExitStack) -> Show:
    """Return the function that updates a progress bar on standard error."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    # No auto-refresh: its thread would prevent forking, and processes would start more slowly.
    console = Console(stderr=True)
    bar = Progress(*columns, console=console, transient=True, auto_refresh=False)
    stack.enter_context(bar)
    task, shown = bar.add_task(""), 0.0

    def show(now: fleet.Progress) -> None:
        nonlocal shown
        name = now.last.name if now.last else ""
        bar.update(task, completed=now.done, total=now.total, description=name)
        if monotonic() - shown > _REFRESH_SECONDS or now.done == now.total:
            bar.refresh()
            shown = monotonic()

    return show
