"""A release of the chart on a cluster, driven by the real helm and kubectl."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from dask_helm import labels
from distributed import Client

from devcluster.errors import CommandError
from harness.target import Target, Values
from tools.paths import CHART

__all__ = ["CHART", "CommandError", "Release"]


@dataclass(frozen=True)
class Release:
    """A release by name and namespace; it need not be installed yet."""

    target: Target
    name: str
    namespace: str
    helm_version: int = 4

    def install(self, *arguments: str | Path, values: Values | None = None) -> None:
        """Install or upgrade and wait until all pods are ready; raises CommandError on failure.

        `arguments` are passed to Helm unchanged; `values` override every `-f` among them.
        """
        wait = ["--install", "--create-namespace", "--wait", "--timeout", "5m"]
        self.helm("upgrade", self.name, CHART, *wait, *arguments, values=values or {})

    def uninstall(self) -> None:
        """Remove the release and wait until its objects are gone."""
        self.helm("uninstall", self.name, "--wait", "--timeout", "5m")

    def helm(self, *arguments: str | Path, values: Values | None = None) -> str:
        """Run Helm in the release's namespace and return what it prints."""
        command = [str(a) for a in arguments] + ["--namespace", self.namespace]
        if values is None:
            return _run(self.target.helm(*command, version=self.helm_version))
        image, own = yaml.safe_dump(self.target.image), yaml.safe_dump(values)
        with _files(image, own) as files:
            given = [part for file in files for part in ("-f", file)]
            return _run(self.target.helm(*command, *given, version=self.helm_version))

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        """Run kubectl in the release's namespace and return what it prints."""
        return _run(self.target.kubectl("--namespace", self.namespace, *arguments), stdin)

    def objects(
        self, kind: str, component: str | None = None, pool: str | None = None
    ) -> list[Any]:
        """Return the release's objects of one kind, found by label."""
        selector = labels.selector(self.name, component, pool)
        found: list[Any] = json.loads(self.kubectl("get", kind, "-l", selector, "-o", "json"))[
            "items"
        ]
        return found

    def service(self, component: str) -> str:
        """Return the name of the Service of scheduler or jupyter."""
        name: str = self.objects("service", component)[0]["metadata"]["name"]
        return name

    def jupyter_token(self) -> str:
        """Return the login token of the running Jupyter server."""
        deployment = self.objects("deployment", labels.JUPYTER)[0]["metadata"]["name"]
        command = ("exec", f"deployment/{deployment}", "--", "jupyter", "server", "list")
        return self.kubectl(*command).partition("token=")[2].split()[0]

    @contextmanager
    def scheduler(self) -> Iterator[str]:
        """Yield the scheduler's address, over a port-forward on the loopback address."""
        with self.forwarded(f"service/{self.service(labels.SCHEDULER)}", 8786) as port:
            yield f"tcp://127.0.0.1:{port}"

    @contextmanager
    def client(self) -> Iterator[Client]:
        """Yield a Client of the scheduler."""
        with self.scheduler() as address, Client(address, timeout=120) as client:
            yield client

    def run(self, script: Path) -> str:
        """Run a Python script with the scheduler's address as argument; return what it prints."""
        with self.scheduler() as address:
            return _run([sys.executable, str(script), address])

    @contextmanager
    def forwarded(self, target: str, port: int | str) -> Iterator[int]:
        """Yield a local port that is forwarded to a port of a Service or pod."""
        arguments = ("--namespace", self.namespace, "port-forward", target, f":{port}")
        command = self.target.kubectl(*arguments)
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                yield _forwarded_port(process)
            finally:
                process.terminate()


def _forwarded_port(process: "subprocess.Popen[str]") -> int:
    assert process.stdout is not None
    line = process.stdout.readline()
    match = re.search(r"127\.0\.0\.1:(\d+)", line)
    if not match:
        raise ConnectionError(f"kubectl port-forward failed: {line or 'see above'}")
    return int(match[1])


@contextmanager
def _files(*texts: str) -> Iterator[list[str]]:
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{index}.yaml" for index in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text)
        yield [str(path) for path in paths]


def _run(command: list[str], stdin: str | None = None) -> str:
    result = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
    if result.returncode:
        shown = " ".join(Path(command[0]).name if i == 0 else a for i, a in enumerate(command))
        raise CommandError(f"{shown}\n{result.stderr}{result.stdout}")
    return result.stdout
