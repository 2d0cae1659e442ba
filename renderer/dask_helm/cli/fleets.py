"""`dask-helm render --fleet`: progress while it runs, and a report at the end."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import Any

import click

from dask_helm import fleet
from dask_helm.cli import printing

Tell = Callable[[fleet.Progress], None]

# Seconds.
_REFRESH = 0.1


def run(path: Path, output: Path, settings: dict[str, Any]) -> int:
    """Render a fleet, print what became of it, and return the exit code."""
    form = settings.pop("output")
    with _progress() as tell:
        report = fleet.render(path, output, progress=tell, **settings)
    for outcome in report.failed:
        _tell_failure(outcome)
    if form == "json":
        printing.document(as_data(report), form)
    else:
        click.echo(summary(report))
    return report.exit_code


def _tell_failure(outcome: fleet.Outcome) -> None:
    click.secho(f"Error: cluster {outcome.name}:", fg="red", err=True)
    click.echo(
        "".join(f"  {line}\n" for line in str(outcome.error).splitlines()), nl=False, err=True
    )


def summary(report: fleet.Report) -> str:
    """Return the report for people."""
    totals = ", ".join(f"{count} {state}" for state, count in report.totals.items() if count)
    lines = [f"{len(report.clusters)} clusters: {totals or 'none'}"]
    lines.append(
        f"files: {report.files_written} written, {report.files_unchanged} unchanged, "
        f"{report.files_removed} removed"
    )
    if report.kept:
        lines.append(
            f"no longer in the fleet, --prune removes their files: {', '.join(report.gone)}"
        )
    return "\n".join(lines)


def as_data(report: fleet.Report) -> dict[str, Any]:
    """Return the report for programs."""
    clusters = [{**asdict(c), "error": c.error and str(c.error)} for c in report.clusters]
    return {
        "clusters": clusters,
        "gone": report.gone,
        "removed": report.removed,
        "kept": report.kept,
        "totals": report.totals,
    }


@contextmanager
def _progress() -> Iterator[Tell | None]:
    """Show a progress bar on standard error, if that is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
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
    # A thread that refreshes the bar would forbid to fork, and processes would start more slowly.
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, auto_refresh=False) as bar:
        task, shown = bar.add_task(""), 0.0

        def tell(now: fleet.Progress) -> None:
            nonlocal shown
            name = now.last.name if now.last else ""
            bar.update(task, completed=now.done, total=now.total, description=name)
            if monotonic() - shown > _REFRESH or now.done == now.total:
                bar.refresh()
                shown = monotonic()

        yield tell
