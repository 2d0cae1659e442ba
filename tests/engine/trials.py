"""Rendering of nasty inputs, in a process of its own whose memory is limited: see `main`."""

import faulthandler
import json
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from click.testing import CliRunner
from dask_helm.cli.group import group
from dask_helm.engine import Chart, Release, to_yaml
from dask_helm.engine import yaml as goyaml
from dask_helm.engine.context import Capabilities, Files
from dask_helm.engine.template.templates import Templates
from dask_helm.engine.values import collect
from dask_helm.engine.values.merge import copied
from dask_helm.errors import DaskHelmError, TemplateError
from dask_helm.renderer import Renderer

from tests.engine import nasty
from tests.paths import CHART, EXAMPLES

SECONDS, MEBIBYTES, HANGS = 10, 500, 40

Trial = Callable[[int], object]


def values_trial(folder: Path) -> Trial:
    """Return what reads, checks, renders and prints a values file."""
    renderer, file = Renderer(), folder / "values.yaml"

    def trial(number: int) -> object:
        file.write_bytes(nasty.values_file(number))
        release = Release(nasty.release_name(number), "team")
        first, again = (to_yaml(renderer.render(collect([file]), release).manifests) for _ in "ab")
        assert first == again
        return first

    return trial


def expression_trial(_: Path) -> Trial:
    """Return what renders values given as one expression."""
    renderer, release = Renderer(), Release("demo", "team")

    def trial(number: int) -> object:
        kind, text = nasty.expression(number)
        return to_yaml(renderer.render(collect([], **{kind: [text]}), release).manifests)

    return trial


def template_trial(_: Path) -> Trial:
    """Return what compiles a template beside the chart's own named ones and renders it."""
    chart = Chart.read(CHART)
    values = goyaml.load((CHART / "values.yaml").read_bytes())
    static = {"Chart": chart.as_data(), "Files": Files(chart.files), "Capabilities": Capabilities()}
    partials = {n: t.decode() for n, t in nasty.templates().items() if "/_" in n}

    def trial(number: int) -> object:
        name, text = nasty.template(number)
        set_of = Templates()
        # Compiling all of them takes most of the time, and most inputs end before they are called.
        for partial in partials if number % 8 == 0 else ():
            set_of.add(partial, partials[partial])
        set_of.add(name, text)
        data = {**static, "Values": copied(values), "Release": Release("demo", "team").as_data()}
        data["Template"] = {"Name": name, "BasePath": "dask/templates"}
        return set_of.render(name, data)

    return trial


class RefusedError(Exception):
    """What a command says before it ends with another code than 0."""


def command_trial(folder: Path) -> Trial:
    """Return what runs a command line beside a nasty and a good values file."""
    os.chdir(folder)
    (folder / "good.yaml").write_bytes(EXAMPLES[0].read_bytes())

    def trial(number: int) -> object:
        content = nasty.values_file(number)
        (folder / "values.yaml").write_bytes(content)
        result = CliRunner().invoke(group, nasty.command(number), input=content)
        fault = "Traceback" in result.output or "fault of dask-helm" in result.output
        assert not fault, result.output
        assert isinstance(result.exception, SystemExit | None), repr(result)
        return _refused(result.output) if result.exit_code else result.stdout

    return trial


def _refused(message: str) -> object:
    raise RefusedError(message)


TRIALS: dict[str, tuple[Callable[[Path], Trial], type[Exception]]] = {
    "values": (values_trial, DaskHelmError),
    "expression": (expression_trial, DaskHelmError),
    "template": (template_trial, TemplateError),
    "command": (command_trial, RefusedError),
}


def verdict(trial: Trial, allowed: type[Exception], number: int) -> str:
    """Return "rendered", "refused" or what is wrong."""
    start = time.process_time()
    try:
        trial(number)
        outcome = "rendered"
    except allowed as error:
        outcome = "refused" if str(error).strip() else f"{type(error).__name__} without a message"
    except BaseException:
        outcome = traceback.format_exc(limit=-8)
    seconds = time.process_time() - start
    return outcome if seconds < SECONDS else f"took {seconds:.1f} s of processor time; {outcome}"


def _end_if_it_hangs() -> None:
    """End the process, and show where it is, even if that is where Python does not come to.

    Processor time is measured, for a busy machine can stand still for longer than that.
    """
    limit = int(time.process_time()) + HANGS
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def main(kind: str, first: int, last: int) -> None:
    """Print `[number, verdict]` for each, and at last `["MiB", peak]`.

    The number is printed before the input is tried, so that it is known when the process dies of it.
    """
    faulthandler.enable()
    faulthandler.register(signal.SIGXCPU, chain=True)
    resource.setrlimit(resource.RLIMIT_AS, (MEBIBYTES << 20,) * 2)
    make, allowed = TRIALS[kind]
    with TemporaryDirectory() as folder:
        trial = make(Path(folder))
        for number in range(first, last):
            print(f"[{number}, ", end="", flush=True)
            _end_if_it_hangs()
            print(json.dumps(verdict(trial, allowed, number)) + "]", flush=True)
    print(json.dumps(["MiB", _peak()]))


def _peak() -> float:
    """Return the process's peak in MiB; getrusage counts what its parent held when it began."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if "HWM" in line]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
