"""The program kubectl, which reaches the cluster: all calls of it are here."""

import json
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from dask_helm.errors import EngineError

Object = dict[str, Any]

# What charts install into a namespace, and what may be listed there without special rights.
KINDS = (
    "configmaps",
    "services",
    "persistentvolumeclaims",
    "deployments.apps",
    "ingresses.networking.k8s.io",
    "networkpolicies.networking.k8s.io",
    "poddisruptionbudgets.policy",
)
_PATIENCE = "--request-timeout=60s"


@dataclass(frozen=True)
class Kubectl:
    """kubectl for one namespace; context and kubeconfig are kubectl's own choice when None."""

    namespace: str
    context: str | None = None
    kubeconfig: str | None = None

    def get(self, objects: list[Object]) -> list[Object]:
        """Return those of the objects that exist, as the cluster has them. Raises EngineError."""
        return self._read("get", "--ignore-not-found", objects=objects)

    def labelled(self, selector: str) -> list[Object]:
        """Return the objects of KINDS that have these labels. Raises EngineError."""
        return self._read("get", ",".join(KINDS), "--selector", selector)

    def replaced(self, objects: list[Object]) -> tuple[list[Object], str]:
        """Return what the API server would store in place of objects that exist; it stores nothing.

        The second result is what it refuses, in its own words, empty when it takes all.
        """
        if not objects:
            return [], ""
        done = self._run("replace", "--dry-run=server", objects=objects)
        return list(_documents(done.stdout)), done.stderr.strip() if done.returncode else ""

    def _read(self, *arguments: str, objects: list[Object] | None = None) -> list[Object]:
        if objects == []:
            return []
        done = self._run(*arguments, objects=objects)
        if done.returncode:
            raise EngineError(f"kubectl {arguments[0]} failed: {done.stderr.strip()}")
        return list(_documents(done.stdout))

    def _run(
        self, *arguments: str, objects: list[Object] | None
    ) -> "subprocess.CompletedProcess[str]":
        files = [] if objects is None else ["--filename", "-"]
        command = [_program(), *self._connection(), *arguments, *files, "--output", "json"]
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects or []})
        return subprocess.run(command, input=text, capture_output=True, text=True, check=False)

    def _connection(self) -> Iterator[str]:
        yield from ("--namespace", self.namespace, _PATIENCE)
        if self.context:
            yield from ("--context", self.context)
        if self.kubeconfig:
            yield from ("--kubeconfig", self.kubeconfig)


def _program() -> str:
    found = shutil.which("kubectl")
    if found is None:
        raise EngineError("--live needs the program kubectl, which is not on PATH. Install kubectl")
    return found


def _documents(text: str) -> Iterator[Object]:
    """Yield the objects of kubectl's output: one, a List, or several one after the other."""
    decoder, rest = json.JSONDecoder(), text.strip()
    while rest:
        found, end = decoder.raw_decode(rest)
        yield from _flat(found)
        rest = rest[end:].lstrip()


def _flat(found: Object) -> Iterable[Object]:
    return found["items"] if found.get("kind") == "List" else [found]
