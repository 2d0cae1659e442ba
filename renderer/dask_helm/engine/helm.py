"""The program `helm` as an engine: it renders what the Python engine renders, in a process."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from dask_helm.engine import yaml as goyaml
from dask_helm.engine.release import Release
from dask_helm.errors import EngineError, Place, TemplateError

_SOURCE = re.compile(r"^---\n# Source: (.*)\n", re.MULTILINE)
_FAILURE = re.compile(r"execution error at \((.*?):(\d+):(\d+)\): ?(.*)", re.DOTALL)


class HelmEngine:
    """The program `helm`, one run for each rendering; it prints no NOTES.txt."""

    def __init__(self, folder: Path, program: str = "helm") -> None:
        found = shutil.which(program)
        if found is None:
            raise EngineError(
                f"engine 'helm' needs the program {program!r}, which is not on PATH. "
                "Install Helm, or write: engine='python'"
            )
        self._command = [found, "template", "--skip-schema-validation", "--values", "-"]
        self._folder = str(folder)

    def render(
        self, given: dict[str, Any], coalesced: dict[str, Any], release: Release
    ) -> dict[str, str]:
        """Return the text of each file, as Engine says."""
        del coalesced  # Helm coalesces by itself
        arguments = ["--namespace", release.namespace, release.name, self._folder]
        result = subprocess.run(
            [*self._command, *arguments],
            input=goyaml.dump_exactly(given),
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            failure = _FAILURE.search(result.stderr)
            if failure is None:
                raise EngineError(f"helm template failed: {result.stderr.strip()}")
            file, line, column, message = failure.groups()
            raise TemplateError(message, Place(file, int(line), int(column) + 1), stated=True)
        pieces = _SOURCE.split(result.stdout)
        texts: dict[str, str] = {}
        for source, text in zip(pieces[1::2], pieces[2::2], strict=True):
            texts[source] = f"{texts[source]}\n---\n{text}" if source in texts else text
        return texts
