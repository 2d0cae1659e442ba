"""The command line, run: in this process for most tests, as the real console script for some."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from dask_helm.cli.group import group

BIN = Path(sys.executable).parent
PROGRAM = BIN / "dask-helm"


def invoke(
    *arguments: str | Path, stdin: str | None = None, code: int = 0, **options: Any
) -> Result:
    """Run a command in this process; AssertionError unless it ends with `code`."""
    words = [str(argument) for argument in arguments]
    result = CliRunner().invoke(group, words, input=stdin, prog_name="dask-helm", **options)
    assert result.exit_code == code, f"{words}: {result.output} {result.exception!r}"
    return result


def printed(*arguments: str | Path, **options: Any) -> str:
    """Return what a command prints on standard output."""
    return invoke(*arguments, **options).stdout


def data(*arguments: str | Path, **options: Any) -> Any:
    """Return what a command prints as JSON."""
    return json.loads(printed(*arguments, "--output", "json", **options))


def refusal(*arguments: str | Path, code: int = 2, **options: Any) -> str:
    """Return the error message of a command that refuses."""
    result = invoke(*arguments, code=code, **options)
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    return result.stderr


def process(
    *arguments: str | Path,
    program: str | Path = PROGRAM,
    stdin: str | bytes | None = None,
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
) -> "subprocess.CompletedProcess[str]":
    """Run the real program."""
    content = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        [program, *arguments],
        input=content,
        capture_output=True,
        env=os.environ | {"NO_COLOR": "1"} | (env or {}),
        cwd=cwd,
        timeout=300,
        check=False,
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )
