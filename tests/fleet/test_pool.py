"""Several processes: the same bytes as one, and nothing left over when they are killed."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from dask_helm import fleet
from dask_helm.errors import EngineError, UsageError
from dask_helm.fleet import folder, worker
from dask_helm.renderer import Renderer

from tests.fleet.fleets import contents, make, messages, six, states

COUNT = 24

# A run that takes long enough to be stopped in the middle, and tells how far it is.
SLOW = """
import sys, time
from pathlib import Path
from dask_helm import fleet
from dask_helm.renderer import Renderer

render = Renderer.render

def slow(*arguments):
    time.sleep(0.05)
    return render(*arguments)

Renderer.render = slow
tell = lambda progress: print(progress.done, flush=True)
fleet.render(Path(sys.argv[1]), Path(sys.argv[2]), jobs=int(sys.argv[3]), progress=tell)
"""


def many(folder: Path) -> Path:
    text = "matrix: {axes: {number: %s}, values: {commonLabels: {number: 'x{number}'}}}\nlayout: objects"
    return make(folder, text % list(range(COUNT)))


@pytest.fixture
def forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fork, so that what a test has changed is changed in the processes; other tests leave threads."""
    monkeypatch.setattr(worker, "_context", lambda: multiprocessing.get_context("fork"))


@contextmanager
def slowed(monkeypatch: pytest.MonkeyPatch, seconds: float = 0.05) -> Iterator[None]:
    render = Renderer.render

    def slow(*arguments: object) -> object:
        time.sleep(seconds)
        return render(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Renderer, "render", slow)
        yield


@contextmanager
def started(path: Path, output: Path, jobs: int) -> Iterator["subprocess.Popen[str]"]:
    """Start a slow run in a process group of its own, and wait until some clusters are done."""
    command = [sys.executable, "-c", SLOW, str(path), str(output), str(jobs)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdout=pipe, stderr=pipe, text=True, start_new_session=True
    ) as run:
        assert run.stdout
        assert [int(run.stdout.readline()) for _ in range(6)] == list(range(6))
        yield run


def group_is_gone(group: int, seconds: float = 30) -> bool:
    """Whether no process of the group is left, before the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not _runs(group):
            return True
        time.sleep(0.05)
    return False


def _runs(group: int) -> bool:
    command = ["ps", "-o", "stat=", "-g", str(group)]
    states = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()
    return any(not state.startswith("Z") for state in states)


def finished(path: Path, output: Path) -> dict[str, bytes]:
    """Render the rest, and make sure that it is as if nothing had happened."""
    fleet.render(path, output, jobs=2)
    fleet.render(path, output.with_name("fresh"))
    assert contents(output) == contents(output.with_name("fresh"))
    return contents(output)


def goes_on(path: Path, output: Path) -> None:
    """Make sure that no file is half written, and that the next run does the rest."""
    whole = output.with_name("whole")
    fleet.render(path, whole)
    assert all_files_are_whole(output, contents(whole))
    finished(path, output)


def all_files_are_whole(output: Path, expected: dict[str, bytes]) -> bool:
    found = {name: text for name, text in contents(output).items() if name.endswith(".yaml")}
    return bool(found) and found.items() <= expected.items()


@pytest.mark.parametrize("layout", ["single", "objects"])
def test_any_number_of_jobs_gives_the_same_bytes(tmp_path: Path, layout: str) -> None:
    path = many(tmp_path)
    path.write_text(path.read_text().replace("objects", layout))
    reports = [fleet.render(path, tmp_path / str(jobs), jobs=jobs) for jobs in (1, 2, 5)]
    assert contents(tmp_path / "1") == contents(tmp_path / "2") == contents(tmp_path / "5")
    assert reports[0] == reports[1] == reports[2]


def test_processes_that_are_not_forked(tmp_path: Path) -> None:
    path = six(tmp_path, c="a: [", d="workers: {default: {replicaz: 1}}")
    fleet.render(path, tmp_path / "one")
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        report = fleet.render(path, tmp_path / "two", jobs=2)
    finally:
        done.set()
        thread.join()
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert list(messages(report)) == ["c", "d"]
    assert "d.yaml:1:" in messages(report)["d"]


def test_progress_counts_every_cluster_once(tmp_path: Path) -> None:
    told: list[fleet.Progress] = []
    fleet.render(many(tmp_path), tmp_path / "out", jobs=2, progress=told.append)
    assert [(progress.done, progress.total) for progress in told] == [
        (done, COUNT) for done in range(COUNT + 1)
    ]
    assert told[0].last is None
    assert len({progress.last.name for progress in told[1:] if progress.last}) == COUNT


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_in_progress_ends_the_run_and_all_processes(tmp_path: Path, jobs: int) -> None:
    def tell(progress: fleet.Progress) -> None:
        if progress.done == 3:
            raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        fleet.render(many(tmp_path), tmp_path / "out", jobs=jobs, progress=tell)
    assert multiprocessing.active_children() == []
    finished(tmp_path / "fleet.yaml", tmp_path / "out")


@pytest.mark.usefixtures("forked")
def test_a_killed_process_loses_one_cluster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(progress: fleet.Progress) -> None:
        if progress.done == 4:
            (child, *_) = multiprocessing.active_children()
            child.kill()

    path, output = many(tmp_path), tmp_path / "out"
    with slowed(monkeypatch):
        report = fleet.render(path, output, jobs=2, progress=kill)
    ((name, message),) = messages(report).items()
    assert message == "the process that rendered this cluster was killed by SIGKILL"
    assert isinstance(report.failed[0].error, EngineError)
    assert report.exit_code == 1
    assert list(states(report).values()).count("written") == COUNT - 1
    assert not (output / name).exists() or list((output / name).glob(".*")) == []
    assert multiprocessing.active_children() == []
    finished(path, output)


@pytest.mark.usefixtures("forked")
def test_processes_that_all_die_end_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Renderer, "render", lambda *_: os._exit(3))
    report = fleet.render(six(tmp_path), tmp_path / "out", jobs=2)
    assert set(messages(report).values()) == {
        "the process that rendered this cluster exited with status 3"
    }
    assert len(report.failed) == 6


@pytest.mark.usefixtures("forked")
def test_a_fault_of_ours_is_the_fault_of_one_cluster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(Renderer, "render", break_down)
    report = fleet.render(six(tmp_path), tmp_path / "out", jobs=2)
    message = messages(report)["a"]
    assert message.startswith("ZeroDivisionError: oops (test_pool.py:")
    assert "bug in dask-helm. Please report it" in message


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("to_all", [True, False], ids=["terminal", "parent"])
def test_interrupt(tmp_path: Path, jobs: int, to_all: bool) -> None:
    path, output = many(tmp_path), tmp_path / "out"
    with started(path, output, jobs) as run:
        (os.killpg if to_all else os.kill)(run.pid, signal.SIGINT)
        _, errors = run.communicate(timeout=300)
        assert run.returncode == -signal.SIGINT
        assert errors.count("Traceback") == 1, "the processes say nothing of their own"
        assert group_is_gone(run.pid)
    interrupted = contents(output)
    assert [name for name in interrupted if name.endswith(".tmp")] == []
    goes_on(path, output)


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("to_all", [True, False], ids=["all", "parent"])
def test_kill(tmp_path: Path, jobs: int, to_all: bool) -> None:
    path, output = many(tmp_path), tmp_path / "out"
    with started(path, output, jobs) as run:
        (os.killpg if to_all else os.kill)(run.pid, signal.SIGKILL)
        run.communicate(timeout=300)
        assert group_is_gone(run.pid), "processes end when their parent is gone"
    goes_on(path, output)


def test_what_a_killed_run_wrote_can_be_pruned(tmp_path: Path) -> None:
    path, output = many(tmp_path), tmp_path / "out"
    with started(path, output, 2) as run:
        os.killpg(run.pid, signal.SIGKILL)
        run.communicate(timeout=300)
    path.write_text("clusters: [other]")
    report = fleet.render(path, output, prune_all=True)
    assert len(report.removed) > 5
    assert {path.name for path in output.iterdir()} == {".dask-helm-fleet", "other"}


def test_two_runs_at_once_are_refused(tmp_path: Path) -> None:
    path, output = six(tmp_path), tmp_path / "out"
    output.mkdir()
    with (
        folder.hold(output),
        pytest.raises(UsageError, match=r"another run is writing to .*/out; wait"),
    ):
        fleet.render(path, output)
    assert not fleet.render(path, output).failed


def test_a_full_disk_keeps_the_old_file(tmp_path: Path) -> None:
    path, output = six(tmp_path), tmp_path / "out"
    fleet.render(path, output)
    before = contents(output)
    (tmp_path / "a.yaml").write_text(f"commonAnnotations: {{a: {'x' * 200_000}}}")
    limited = f"ulimit -f 100; exec {sys.executable} -c '{FULL}' {path} {output}"
    result = subprocess.run(["bash", "-c", limited], capture_output=True, text=True, check=False)
    assert result.stdout == f"a: cannot write {output}/a/manifests.yaml: File too large\n", (
        result.stderr
    )
    assert contents(output) == before


FULL = """
import sys
from pathlib import Path
from dask_helm import fleet
report = fleet.render(Path(sys.argv[1]), Path(sys.argv[2]), jobs=2)
for cluster in report.failed: print(f"{cluster.name}: {cluster.error}")
"""
