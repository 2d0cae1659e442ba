"""The same from the shell: list, status, scale, adapt, logs, open, versions."""

import json
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any
from urllib.parse import urlsplit

import pytest
from dask_helm import labels
from dask_helm.cluster.scaling.scale import COST

from harness import observation
from harness.handles import SMALL, Observer
from harness.load import Load
from harness.release import CHART, Release
from harness.work import slow, statuses
from tests.cli.program import BIN, process
from tests.e2e.conftest import NewRelease
from tests.e2e.faults import without_scheduler

VALUES: dict[str, Any] = {
    "workerDefaults": {"resources": SMALL, "threads": 1, "replicas": 0},
    "workers": {
        "default": {"replicas": 2},
        "noimage": {"image": {"repository": "localhost/nothing", "tag": "at-all"}},
    },
}


@pytest.fixture(scope="module")
def installed(module_release: Release) -> Release:
    module_release.install(values=VALUES)
    return module_release


def words(release: Release, *arguments: str) -> list[str]:
    target = release.target
    where = ["--kubeconfig", str(target.kubeconfig), "--context", target.context]
    return [*arguments, "--namespace", release.namespace, *where]


def run(release: Release, *arguments: str, code: int = 0) -> "subprocess.CompletedProcess[str]":
    done = process(*words(release, *arguments))
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def data(release: Release, *arguments: str, code: int = 0) -> Any:
    return json.loads(run(release, *arguments, "-o", "json", code=code).stdout)


@contextmanager
def started(release: Release, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """Start a command, and end it as Ctrl-C does."""
    command = [str(BIN / "dask-helm"), *words(release, *arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as running:  # type: ignore[call-overload]
        try:
            yield running
        finally:
            running.send_signal(signal.SIGINT)
            _, said = running.communicate(timeout=120)
    assert "Traceback" not in said


def test_a_release_elsewhere_is_named_as_the_shell_wants_it(elsewhere: Release) -> None:
    credentials = words(elsewhere)[2:]
    done = process("status", "--release", elsewhere.name, *credentials)
    assert done.returncode == 2
    named = f"--release {elsewhere.name} --namespace {elsewhere.namespace}"
    assert done.stderr.endswith(f"Use: {named}\n")
    told = process("status", *named.split(), *credentials).stdout
    assert told.startswith(f"Release    {elsewhere.name} in namespace {elsewhere.namespace}")


@pytest.mark.parametrize("way", ["--via=port-forward", "--address=tcp://127.0.0.1:1"])
def test_the_way_is_the_users(installed: Release, way: str) -> None:
    code = 1 if "address" in way else 0
    assert (
        "Cannot reach the scheduler" in run(installed, "status", way, code=code).stdout
    ) == bool(code)


def test_list(installed: Release) -> None:
    lines = run(installed, "list").stdout.splitlines()
    assert lines[0].split() == ["RELEASE", "NAMESPACE", "CHART", "SCHEDULER", "PODS", "READY"]
    assert lines[1].split()[:2] == ["demo", installed.namespace]
    (found,) = data(installed, "list")
    assert (found["release"], found["scheduler"]) == ("demo", "ready")
    assert found["pools"]["default"]["desired"] == 2
    assert found["pools"]["default"]["registered"] is None, "no scheduler was asked"
    everywhere = json.loads(process(*words(installed, "list", "-A", "-o", "json")).stdout)
    assert ("demo", installed.namespace) in {
        (one["release"], one["namespace"]) for one in everywhere
    }


def test_wide_list_and_names(installed: Release) -> None:
    titles, row = run(installed, "list", "-o", "wide").stdout.splitlines()
    assert "SCHEDULER POD" in titles
    (pod,) = Observer(installed).pods(labels.SCHEDULER).values()
    shown, _, node = row.split()[-3:]
    assert (shown, node) == (pod.metadata.name, pod.spec.node_name)
    for command in ("list", "status"):
        assert run(installed, command, "-o", "name").stdout == "demo\n"
        everywhere = process(*words(installed, command, "-A", "-o", "name")).stdout.splitlines()
        assert f"{installed.namespace}/demo" in everywhere


def test_status(installed: Release) -> None:
    text = run(installed, "status").stdout
    assert f"demo in namespace {installed.namespace}" in text
    assert "default   2        2" in text
    observation.until(lambda: data(installed, "status")["pools"]["default"]["registered"] == 2)
    forwarded = data(installed, "status", "--via", "port-forward")
    assert forwarded["address"] is None, "the address of a port-forward ends with the command"
    observation.until(lambda: data(installed, "status")["jupyter"] == "ready")
    before = forwarded["clients"]
    with installed.client():
        assert data(installed, "status")["clients"] == before + 1
    away = ("status", "--address", "tcp://127.0.0.1:1")
    lines = run(installed, *away, code=1).stdout.splitlines()
    (pool,) = (line.split() for line in lines if line.startswith("default "))
    assert pool == ["default", "2", "2", "-", "-", "-"]
    unreachable = json.loads(run(installed, *away, "-o", "json", code=1).stdout)
    assert unreachable["address"] is None
    assert unreachable["pools"]["default"]["registered"] is None
    assert unreachable["clients"] is None


def test_status_is_repeated_also_without_a_scheduler(installed: Release) -> None:
    with started(installed, "status", "--watch", "-o", "json") as running:
        assert running.stdout is not None
        assert next_document(running.stdout)["error"] == ""
        with without_scheduler(installed):
            while not (found := next_document(running.stdout))["error"]:
                pass
            assert found["pools"]["default"]["registered"] is None
        while next_document(running.stdout)["error"]:
            pass
    assert running.returncode == 130


def next_document(output: IO[str]) -> Any:
    """Return the next of several JSON documents, each of which ends with a line `}`."""
    lines: list[str] = []
    while not lines or lines[-1] != "}\n":
        lines.append(output.readline())
        assert lines[-1], "The output ended"
    return json.loads("".join(lines))


def test_status_of_all_namespaces(installed: Release) -> None:
    (found,) = (
        one
        for one in json.loads(process(*words(installed, "status", "-A", "-o", "json")).stdout)
        if (one["release"], one["namespace"]) == ("demo", installed.namespace)
    )
    assert found["pools"]["default"]["desired"] == 2
    assert found["pools"]["default"]["registered"] is None, "no scheduler was asked"


def test_what_does_not_run_is_in_the_status(installed: Release) -> None:
    done = run(installed, "scale", "1", "--pool", "noimage", code=1)
    assert "localhost/nothing" in done.stderr
    try:
        assert any("localhost/nothing" in one for one in data(installed, "status")["troubles"])
        assert not run(installed, "scale", "2").stderr, "another pool's pods do not matter"
    finally:
        run(installed, "scale", "0", "-p", "noimage")


def test_scale(installed: Release) -> None:
    done = run(installed, "scale", "3", "-o", "json")
    assert json.loads(done.stdout)["default"]["registered"] == 3
    assert "Scaling default from 2 to 3 pods" in done.stderr
    assert data(installed, "scale", installed.name, "2")["default"]["desired"] == 2
    assert Observer(installed).replicas() == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("scale", "many"), "Invalid value"),
        (("scale", "1", "-p", "nix"), "Pools: default, noimage"),
        (("status", "-r", "nix"), "no release 'nix'"),
        (
            ("logs", "--since", "soon"),
            "--since must be a time, in seconds",
        ),
        (("adapt", "--minimum", "3", "--maximum", "2"), "maximum must not be less than minimum"),
        (("adapt", "--maximum", "2", "--interval", "0"), "interval must be longer than 0 s"),
    ],
)
def test_what_is_wrong(installed: Release, arguments: tuple[str, ...], said: str) -> None:
    assert said in run(installed, *arguments, code=2).stderr


def test_ctrl_c_leaves_everything_as_it_was(installed: Release) -> None:
    with installed.client() as client:
        observation.wait_for_workers(installed, client, 2)
        tasks = client.map(slow(8), range(4), pure=False)
        observation.until(lambda: len(client.processing()) == 2)
        with started(installed, "scale", "1") as running:
            observation.until(lambda: "closing_gracefully" in statuses(client))
        assert running.returncode == 130
        observation.until(lambda: statuses(client) == {"running"})  # they say so themselves
        seen = Observer(installed)
        assert seen.replicas() == 2
        for pod in seen.pods(labels.WORKER).values():
            assert COST not in (pod.metadata.annotations or {})
        client.cancel(tasks, force=True)


def test_killed_while_workers_hand_over_it_leaves_them_to_go_on(installed: Release) -> None:
    with installed.client() as client:
        observation.wait_for_workers(installed, client, 2)
        load = Load(client)
        with started(installed, "scale", "1") as running:
            observation.until(lambda: "closing_gracefully" in statuses(client))
            running.kill()
        assert "closing_gracefully" in statuses(client)
        observation.until(lambda: statuses(client) == {"running"})
        assert Observer(installed).replicas() == 2
        load.check()
        run(installed, "scale", "1")
        run(installed, "scale", "2")
        assert load.digests() == load.before


def test_adapt(installed: Release) -> None:
    with installed.client() as client:
        observation.wait_for_workers(installed, client, 2)
        limits = ("--minimum", "1", "--maximum", "3", "--wait-count", "2")
        with started(installed, "adapt", *limits, "-o", "json") as running:
            observation.until(lambda: Observer(installed).replicas() == 1)
            tasks = client.map(slow(2), range(30), pure=False)
            observation.until(lambda: Observer(installed).replicas() == 3)
            del tasks
            assert running.stdout is not None
            down, up = (json.loads(running.stdout.readline()) for _ in range(2))
        assert (down["pool"], down["from"], down["to"]) == ("default", 2, 1)
        assert (up["from"], down["time"] <= up["time"]) == (1, True)
        assert running.returncode == 130
    run(installed, "scale", "2", "--force", "--timeout", "1s")


def test_logs(installed: Release) -> None:
    text = run(installed, "logs", "--scheduler").stdout
    assert text.startswith("==> demo-dask-scheduler")
    assert "Scheduler at:" in text
    found = data(installed, "logs", "--pool", "default", "--tail", "1")
    assert set(found) == set(Observer(installed).pods(labels.WORKER))
    assert all(len(each.splitlines()) == 1 for each in found.values())
    assert any("jupyter" in pod for pod in data(installed, "logs", "--jupyter"))


@pytest.mark.parametrize("seconds", [0, 0.03, 0.1, 0.3])
def test_logs_as_they_come(installed: Release, seconds: float) -> None:
    """Ctrl-C ends them while a line is printed, and while none comes."""
    with started(installed, "logs", "-f", "--scheduler", "-o", "json") as running:
        assert running.stdout is not None
        line = json.loads(running.stdout.readline())
        assert "scheduler" in line["pod"]
        time.sleep(seconds)
    assert running.returncode == 130


@pytest.mark.parametrize(("what", "part"), [("dashboard", "Dask"), ("jupyter", "Jupyter")])
def test_open(installed: Release, what: str, part: str) -> None:
    with started(installed, "open", what, "--no-browser", "-o", "json") as running:
        assert part.encode() in page(running)
    assert running.returncode == 130


def test_open_logs_in_to_jupyter(installed: Release) -> None:
    """The URL has the random token of Jupyter's log; without it, Jupyter's login page answers."""
    with started(installed, "open", "jupyter", "--no-browser", "-o", "json") as running:
        url = opened(running)
        assert "/?token=" in url
        cookies = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with cookies.open(url, timeout=120) as found:
            assert "/login" not in found.url
        with cookies.open(f"{url.partition('?')[0]}api/contents", timeout=120) as found:
            assert json.load(found)["type"] == "directory"


def test_open_takes_the_next_port_where_the_first_is_in_use(installed: Release) -> None:
    command = ("open", "--via", "port-forward", "--no-browser", "-o", "json")
    with started(installed, *command) as first:
        taken = urlsplit(opened(first)).port
        with started(installed, *command) as second:
            used = urlsplit(opened(second)).port
            assert second.stderr is not None
            assert f"The port-forward uses {used}" in second.stderr.readline()
    assert taken is not None
    assert used is not None
    assert 8787 <= taken < used


def page(opening: "subprocess.Popen[str]") -> bytes:
    """Return what is at the address that `open` gives."""
    with urllib.request.urlopen(opened(opening), timeout=120) as found:
        return bytes(found.read())


def opened(opening: "subprocess.Popen[str]") -> str:
    """Return the address that `open` gives."""
    assert opening.stdout is not None
    return str(next_document(opening.stdout)["url"])


def test_versions(installed: Release) -> None:
    done = process(*words(installed, "versions", "--package", "pytest"))
    assert done.returncode == 1, "pytest is not in the image"
    assert "pytest: client" in done.stderr
    found = json.loads(process(*words(installed, "versions", "-o", "json")).stdout)
    packages = found["scheduler"]["packages"]
    assert packages["dask"] == found["client"]["packages"]["dask"]
    assert len(found["workers"]) == 2


def test_without_a_scheduler(installed: Release) -> None:
    with without_scheduler(installed):
        begun = time.monotonic()
        found = data(installed, "status", code=1)
    print(f"status without a scheduler took {time.monotonic() - begun:.1f} s")
    assert found["scheduler"] == "not ready"
    assert "Deployment demo-dask-scheduler is scaled to 0 pods" in found["error"]


def test_a_scheduler_that_crashes(new_release: NewRelease) -> None:
    """Why, is in its log; that is read, and Jupyter opened, without it."""
    release = new_release()
    crashing = {**VALUES, "scheduler": {"extraArgs": ["--nonsense"]}}
    release.helm("install", release.name, CHART, values=crashing)
    said, asked = "No such option '--nonsense'", ("logs", "--scheduler")
    observation.until(lambda: said in run(release, *asked).stdout, what="the scheduler crashes")
    observation.until(lambda: "Pod is Running: CrashLoop" in run(release, *asked).stdout)
    # A log that the kubelet has just removed cannot be read.
    observation.until(lambda: said in run(release, *asked, "--previous").stdout)
    with started(release, *asked, "-f") as running:
        assert running.stdout is not None
        assert any(said in line for line in running.stdout)
    release.kubectl("rollout", "status", "deployment/demo-dask-jupyter", "--timeout=400s")
    with started(release, "open", "jupyter", "--no-browser", "-o", "json") as running:
        assert b"Jupyter" in page(running)
