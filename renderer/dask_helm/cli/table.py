"""Tables of text, as kubectl prints them."""

from collections.abc import Iterable

import click


def rows(titles: Iterable[str], lines: Iterable[Iterable[object]]) -> str:
    """Return a table with aligned columns."""
    texts = [[str(cell) for cell in line] for line in lines]
    head = [title.upper() for title in titles]
    widths = [max(map(len, column)) for column in zip(head, *texts, strict=True)]
    heading = click.style(_line(head, widths), bold=True)
    return "\n".join([heading, *(_line(cells, widths) for cells in texts)])


def _line(cells: list[str], widths: list[int]) -> str:
    padded = [f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)]
    return "   ".join(padded).rstrip()


GROUP_TITLES = ("group", "wanted", "ready", "workers", "threads", "memory")


def groups(found: dict[str, dict[str, int]]) -> str:
    """Return the pools of a release as a table."""
    from dask.utils import format_bytes

    numbers = ("desired", "ready", "registered", "threads")
    lines = [
        [name, *(group[key] for key in numbers), format_bytes(group["memory"])]
        for name, group in found.items()
    ]
    return rows(GROUP_TITLES, lines)
