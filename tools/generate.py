"""Writes every generated file; with --check, only lists the stale ones.

python -m tools.generate [--check]
"""

import sys
from collections.abc import Callable
from pathlib import Path

from tools import cli, readme, reference, schema
from tools.paths import CHART, DOCS

GENERATED: dict[Path, Callable[[], str]] = {
    CHART / "values.schema.json": schema.as_json,
    DOCS / "cli.md": cli.as_markdown,
    DOCS / "values.md": reference.as_markdown,
    readme.README: readme.as_markdown,
}


def stale() -> list[Path]:
    """Return the generated files that differ from what their generator makes now."""
    return [
        path for path, make in GENERATED.items() if not path.exists() or path.read_text() != make()
    ]


def main(arguments: list[str]) -> int:
    """Return 1 when --check finds a stale file, else write the files and return 0."""
    outdated = stale()
    if "--check" in arguments:
        for path in outdated:
            print(f"{path} is stale; run: make generate", file=sys.stderr)
        return int(bool(outdated))
    for path in outdated:
        path.write_text(GENERATED[path]())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
