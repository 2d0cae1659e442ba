"""The command as a process: exit codes, pipes, interruption, and what it imports."""

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from dask_helm.cli.group import NAMES, group

from tests.cli.program import BIN, PROGRAM, invoke, printed, process, refusal
from tests.paths import VALUES

HEAVY = {
    "dask",
    "distributed",
    "kubernetes_asyncio",
    "rich",
    "jinja2",
    "jsonschema",
    "multiprocessing",
    "asyncio",
}


def test_a_manifest_from_standard_input() -> None:
    done = process("render", "my", "-f", "-", stdin="workers: {x: {replicas: 0}}")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == printed("render", "my", "--set", "workers.x.replicas=0")


@pytest.mark.parametrize(
    ("arguments", "stdin", "code"),
    [
        (["render", "-f", "-"], b"a: [", 2),
        (["render", "-f", "-"], b"\x00\xff\xfe", 2),
        (["render", "-f", "-"], b"- a list", 2),
        (["render", "-f", "missing.yaml"], b"", 2),
        (["render", "-f", "/"], b"", 2),
        (["render", "--set", "a[0"], b"", 2),
        (["render", "--chart", "/tmp"], b"", 2),
        (["render", "--engine", "ruby"], b"", 2),
        (["render", "--output-dir", "/proc/self/x"], b"", 1),
        (["nothing"], b"", 2),
        (["diff"], b"", 2),
        (["scale", "2", "--kubeconfig", "/nowhere"], b"", 1),
    ],
)
def test_a_mistake_is_one_message(arguments: list[str], stdin: bytes, code: int) -> None:
    done = process(*arguments, stdin=stdin)
    assert done.returncode == code
    assert "Error: " in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_no_command_shows_the_help() -> None:
    done = process()
    assert "Commands:" in done.stdout + done.stderr
    assert done.returncode in (0, 2)


def test_the_help_describes_each_command_with_a_whole_sentence() -> None:
    text = process("--help", env={"COLUMNS": "80"}).stdout
    assert "..." not in text.partition("Commands:")[2]
    assert "exits with" not in text, "the first sentence only"
    assert max(map(len, text.splitlines())) <= 80


def test_an_unknown_command_suggests_one() -> None:
    assert "unknown command rendr; did you mean render?" in refusal("rendr")


def test_the_reader_may_go_away() -> None:
    pipe = f"'{PROGRAM}' render -f '{VALUES}/everything.yaml' | head -1"
    done = subprocess.run(["bash", "-c", pipe], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("---\n", "")


def test_nobody_reads_at_all() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [str(PROGRAM), "render"], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("closed", "message"),
    [(">&-", "Standard output is closed"), ("<&-", "Standard input is closed")],
)
def test_a_closed_stream_is_one_message(closed: str, message: str) -> None:
    command = f"exec {BIN / 'dask-helm'} render -f - {closed}"
    done = subprocess.run(["bash", "-c", command], stdin=subprocess.DEVNULL, capture_output=True)
    assert done.returncode in (1, 2)
    assert done.stderr.decode().startswith(f"Error: {message}")


def test_a_full_disk_is_no_traceback() -> None:
    with Path("/dev/full").open("w") as full:
        command = [str(PROGRAM), "render"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "Error: standard output: No space left on device\n"


def test_ctrl_c_is_quiet() -> None:
    command = [str(PROGRAM), "render", "-f", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as waiting:
        assert waiting.stdin is not None
        assert waiting.stderr is not None
        # More than a pipe holds: when all is written, the command reads.
        waiting.stdin.write(b"#" * 1_000_000)
        waiting.stdin.flush()
        time.sleep(1)  # it waits for more
        waiting.send_signal(signal.SIGINT)
        assert waiting.wait(120) == 130
        assert waiting.stderr.read() == b""


@pytest.mark.parametrize(
    "program", [[BIN / "kubectl-dask"], [BIN / "dask", "helm"]], ids=["kubectl", "dask"]
)
def test_under_its_other_names(program: list[str | Path]) -> None:
    first, *rest = program
    done = process(*rest, "render", "my", program=first)
    assert done.stdout == printed("render", "my")
    wrong = process(*rest, "render", "--set", "x=1", program=first)
    assert wrong.returncode == 2
    assert wrong.stderr == refusal("render", "--set", "x=1")


def test_it_is_a_plugin_of_kubectl() -> None:
    from harness.programs import kubectl

    env = {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = process("dask", "version", program=kubectl(), env=env)
    assert done.stdout == printed("version")


def test_usage_names_the_program_that_was_called() -> None:
    usage = process("render", "--help", program=BIN / "kubectl-dask").stdout
    assert usage.startswith("Usage: kubectl dask render [OPTIONS] [RELEASE]\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["render", "-f", str(VALUES / "everything.yaml")],
        ["render", "--output", "json", "--only", "service"],
        ["validate", str(VALUES / "everything.yaml")],
        ["explain", "workers"],
        ["diff", str(VALUES / "pools.yaml")],
    ],
    ids=lambda words: words[0],
)
def test_nothing_heavy_is_imported(arguments: list[str]) -> None:
    program = (
        "import sys; from dask_helm.cli.group import group; "
        "group.main(sys.argv[1:], standalone_mode=False); "
        "print('MODULES', *{name.partition('.')[0] for name in sys.modules})"
    )
    done = process("-c", program, *arguments, program=sys.executable)
    loaded = done.stdout.rpartition("MODULES ")[2].split()
    assert "click" in loaded, done.stderr
    assert not HEAVY & set(loaded)


def test_dask_imports_next_to_nothing_of_us() -> None:
    program = (
        "import sys, click; import dask_helm.cli.group; "
        "print(*(name for name in sys.modules if name.startswith('dask_helm')))"
    )
    done = process("-c", program, program=sys.executable)
    modules = {"dask_helm", "dask_helm.cli", "dask_helm.cli.group", "dask_helm.cli.failures"}
    assert set(done.stdout.split()) == modules | {"dask_helm.errors", "dask_helm.text"}


def test_a_fault_of_ours_is_a_request_to_report_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("dask_helm.cli.nodes.root", fails)
    message = refusal("explain", code=1)
    assert message.startswith("Error: ZeroDivisionError: by zero\nThis is a bug in dask-helm")
    monkeypatch.setenv("DASK_HELM_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        CliRunner().invoke(group, ["explain"], catch_exceptions=False)


def on_a_terminal(*arguments: str, **env: str) -> str:
    """Return what the program writes to a terminal."""
    ours, its = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"} | env
    subprocess.run([PROGRAM, *arguments], stdout=its, check=True, env=environment)
    os.close(its)
    text = os.read(ours, 100_000).decode()
    os.close(ours)
    return text


def test_colours_only_on_a_terminal_and_not_for_those_who_want_none() -> None:
    assert "\x1b[" in on_a_terminal("new", "--list")
    assert "\x1b[" not in on_a_terminal("new", "--list", NO_COLOR="1")
    assert "\x1b[" not in process("new", "--list", env={"NO_COLOR": ""}).stdout


def test_versions() -> None:
    import dask_helm

    assert printed("--version") == f"dask-helm {dask_helm.__version__}\n"
    assert "appVersion  2026." in printed("version")


def test_every_command_has_help_with_examples() -> None:
    for name in NAMES:
        text = printed(name, "-h")
        assert text == printed(name, "--help")
        assert f"dask-helm {name}" in text.partition("Examples:")[2]
    assert invoke("--help").stdout.count("\n  ") > len(NAMES)
