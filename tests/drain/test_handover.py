"""What workers hold is handed over, by the hook itself and by a nanny."""

import os
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import dask
import pytest
from distributed import Client, wait
from distributed.security import Security

from tests.drain.cluster import Cluster, until
from tests.drain.conftest import STAYING, join
from tests.drain.tasks import Counter, Heavy, begin, beginnings, begun, end, on


def test_a_worker_that_is_still_starting(cluster: Cluster) -> None:
    """It would be given tasks after the hook has ended."""
    pod = f"pod-{os.getpid()}-late-x"
    hook = cluster.drain(pod, alone=True)
    time.sleep(2)  # the hook looks for it in vain
    cluster.join(pod, wait=False)  # it may leave before it is seen here
    assert hook.wait(150) == 0
    assert "all results are handed over" in cluster.said(pod)
    assert pod not in cluster.names


def test_results_and_scattered_data_are_kept(cluster: Cluster, client: Client, pod: str) -> None:
    results = client.map(os.urandom, [100_000] * 20, **on(pod))
    scattered = client.scatter(list(range(30)), workers=[pod], hash=False)
    before = client.gather(results)
    said = cluster.drained(pod)
    assert f"{pod} leaves: 50 results, 0 tasks" in said
    assert "all results are handed over after" in said
    assert cluster.names == {STAYING}
    assert client.gather(results) == before
    assert client.gather(scattered) == list(range(30))


def test_running_tasks_are_waited_for_and_end_once(
    cluster: Cluster, client: Client, pod: str, tmp_path: Path
) -> None:
    running = client.submit(begin, tmp_path / "a", 60, **on(pod))
    begun(tmp_path / "a")
    script = cluster.drain(pod)
    until(lambda: f"{pod} leaves: 0 results, 1 tasks" in cluster.said(pod))
    time.sleep(2)
    assert script.poll() is None
    end(tmp_path / "a")
    assert script.wait(150) == 0
    assert running.result(timeout=120) == "a"
    assert beginnings(tmp_path / "a") == 1


def test_a_worker_that_dies_while_it_is_drained_is_reported(tmp_path: Path) -> None:
    """Its nanny starts a new worker, which has nothing; the results are computed again."""
    with Cluster(tmp_path, nannies=True) as cluster, Client(cluster.address) as client:
        cluster.join(STAYING)
        pod = join(cluster)
        running = client.submit(begin, tmp_path / "a", 60, **on(pod))
        begun(tmp_path / "a")
        hook = cluster.drain(pod)
        until(lambda: f"{pod} leaves: 0 results, 1 tasks" in cluster.said(pod))
        address = cluster.address_of(pod)
        with suppress(OSError):
            client.run(
                os.kill, client.run(os.getpid, workers=[address])[address], 9, workers=[address]
            )
        until(lambda: beginnings(tmp_path / "a") == 2)
        end(tmp_path / "a")
        assert hook.wait(150) == 0
        assert running.result(timeout=120) == "a"
        said = cluster.said(pod)
    assert "handed over, except those of 1 workers that ended in the meantime" in said


def test_queued_tasks_begin_elsewhere_at_once(
    cluster: Cluster, client: Client, pod: str, tmp_path: Path
) -> None:
    running = client.submit(begin, tmp_path / "long", 60, **on(pod))
    begun(tmp_path / "long")
    result = client.submit(os.urandom, 10, **on(STAYING)).result(timeout=120)
    queued = [client.submit(begin, tmp_path / f"{i}", 0, result, **on(pod)) for i in range(9)]
    time.sleep(0.5)
    assert [future.status for future in queued] == ["pending"] * 9
    script = cluster.drain(pod)
    wait(queued, timeout=120)
    assert (script.poll(), running.status) == (None, "pending")
    end(tmp_path / "long")
    assert script.wait(150) == 0
    files = [tmp_path / name for name in ["long", *map(str, range(9))]]
    assert [beginnings(file) for file in files] == [1] * 10


def test_at_the_deadline_a_task_begins_again_elsewhere(
    cluster: Cluster, client: Client, pod: str, tmp_path: Path
) -> None:
    result = client.submit(os.urandom, 10, **on(pod))
    before = result.result(timeout=120)
    endless = client.submit(begin, tmp_path / "a", 60, **on(pod))
    begun(tmp_path / "a")
    start = time.monotonic()
    said = cluster.drained(pod, timeout=5)
    assert time.monotonic() - start >= 5
    assert "there is no time left" not in said, "it does not need the time for last copies"
    assert f"1 tasks did not end and begin again elsewhere: {endless.key}" in said
    until(lambda: beginnings(tmp_path / "a") == 2)
    end(tmp_path / "a")
    assert endless.result(timeout=120) == "a"
    assert result.result(timeout=120) == before


def test_a_task_that_moves_often_does_not_fail(alone: Cluster, tmp_path: Path) -> None:
    """Dask fails a task when its worker has died for the fourth time."""
    with Client(alone.address) as client:
        moving = client.submit(begin, tmp_path / "a", 100)
        pod = join(alone)
        for moves in range(1, 6):
            until(lambda moves=moves: beginnings(tmp_path / "a") == moves)  # type: ignore[misc]
            leaving, pod = pod, join(alone)
            assert "1 tasks did not end" in alone.drained(leaving, timeout=0)
        assert alone.suspicious() == 0
        end(tmp_path / "a")
        assert moving.result(timeout=120) == "a"


def test_all_processes_of_a_pod(cluster: Cluster, client: Client, tmp_path: Path) -> None:
    own = ["several-0", "several-12"]
    cluster.join(*own)
    results = [client.submit(os.urandom, 9, **on(name)) for name in own * 5]
    before = client.gather(results)
    running = [client.submit(begin, tmp_path / name, 60, **on(name)) for name in own]
    for name in own:
        begun(tmp_path / name)
    script = cluster.drain("several")
    for name in own:
        assert script.poll() is None
        end(tmp_path / name)
    assert script.wait(150) == 0
    assert cluster.names == {STAYING}
    assert client.gather(running) == own
    assert client.gather(results) == before


def test_a_copy_on_a_worker_that_leaves_as_well_does_not_count(
    cluster: Cluster, client: Client, pod: str, tmp_path: Path
) -> None:
    """The scheduler counts it, as long as tasks that need it run on both."""
    piece = client.scatter(Heavy("piece"), workers=[pod], hash=False)
    other = join(cluster)
    tasks = [client.submit(begin, tmp_path / name, 60, piece, **on(name)) for name in (pod, other)]
    begun(tmp_path / other)
    script = cluster.drain(other)
    until(lambda: cluster.status(other) == "closing_gracefully")
    cluster.drained(pod, timeout=0)
    assert cluster.address_of(STAYING) in client.who_has(piece)[piece.key]
    for name in (pod, other):
        end(tmp_path / name)
    assert script.wait(150) == 0
    assert client.gather(tasks) == [pod, other]


def test_a_task_that_was_cancelled_is_not_waited_for(
    cluster: Cluster, client: Client, pod: str, tmp_path: Path
) -> None:
    future = client.submit(begin, tmp_path / "a", 100, **on(pod))
    begun(tmp_path / "a")
    future.cancel()
    assert cluster.drain(pod).wait(150) == 0
    end(tmp_path / "a")


def test_the_last_worker_gives_up_at_once_when_no_replacement_is_waited_for(alone: Cluster) -> None:
    with Client(alone.address) as client:
        pod = join(alone)
        piece = client.scatter(1)
        said = alone.drained(pod, timeout=600, replacement=0)
        assert "no other worker can take the 1 results: given up" in said
        assert piece.result(timeout=120) == 1, "the worker still runs, as it did before"


def test_the_last_worker_without_results_just_leaves(alone: Cluster) -> None:
    assert "all results are handed over" in alone.drained(join(alone))
    assert alone.names == set()


def test_the_last_worker_waits_for_its_replacement(alone: Cluster) -> None:
    with Client(alone.address) as client:
        pod = join(alone)
        piece = client.scatter("piece")
        script = alone.drain(pod, timeout=600, replacement=600)
        until(lambda: "leaves" in alone.said(pod))
        time.sleep(1)
        other = join(alone)
        assert script.wait(150) == 0
        assert alone.names == {other}
        assert piece.result(timeout=120) == "piece"


def test_a_worker_with_an_actor_hands_over_all_but_the_actor(
    cluster: Cluster, client: Client, pod: str, tmp_path: Path
) -> None:
    actor = client.submit(Counter, actor=True, **on(pod)).result(timeout=120)
    results = client.map(os.urandom, [1000] * 20, **on(pod))
    before = client.gather(results)
    running = client.submit(begin, tmp_path / "long", 60, **on(pod))
    begun(tmp_path / "long")
    queued = [client.submit(begin, tmp_path / f"{i}", 0, **on(pod)) for i in range(9)]
    script = cluster.drain(pod)
    wait(queued, timeout=120)
    assert (script.poll(), actor.number, running.status) == (None, 7, "pending")
    end(tmp_path / "long")
    assert script.wait(150) == 0
    assert f"1 actors are lost, for they cannot be moved: {actor.key}" in cluster.said(pod)
    cluster.stop(pod)
    assert [future.status for future in [running, *queued]] == ["finished"] * 10
    assert client.gather(results) == before
    assert [beginnings(tmp_path / name) for name in ["long", *map(str, range(9))]] == [1] * 10


def test_a_task_beside_an_actor_is_not_blamed_at_the_deadline(
    cluster: Cluster, client: Client, pod: str, tmp_path: Path
) -> None:
    actor = client.submit(Counter, actor=True, **on(pod)).result(timeout=120)
    endless = client.submit(begin, tmp_path / "a", 60, **on(pod))
    begun(tmp_path / "a")
    said = cluster.drained(pod, timeout=0)
    assert f"cannot be moved: {actor.key}; 1 tasks did not end and begin again elsewhere" in said
    until(lambda: beginnings(tmp_path / "a") == 2)
    cluster.stop(pod)
    end(tmp_path / "a")
    assert endless.result(timeout=120) == "a"
    assert cluster.suspicious() == 0


def test_a_pod_of_which_one_process_holds_an_actor(cluster: Cluster, client: Client) -> None:
    own = ["mixed-0", "mixed-1"]
    cluster.join(*own)
    actor = client.submit(Counter, actor=True, **on("mixed-1")).result(timeout=120)
    results = [client.submit(os.urandom, 9, **on(name)) for name in own * 5]
    before = client.gather(results)
    assert (
        f"handed over; 1 actors are lost, for they cannot be moved: {actor.key}"
        in cluster.drained("mixed")
    )
    assert cluster.names == {STAYING, "mixed-1"}
    cluster.stop("mixed-1")
    assert client.gather(results) == before


def test_the_last_worker_with_an_actor_waits_for_its_replacement(alone: Cluster) -> None:
    with Client(alone.address) as client:
        pod = join(alone)
        actor = client.submit(Counter, actor=True).result(timeout=120)
        piece = client.scatter("piece")
        assert actor.number == 7
        assert "no other worker can take the 1 results" in alone.drained(pod, replacement=0)
        script = alone.drain(pod, timeout=600, replacement=600)
        time.sleep(3)
        assert script.poll() is None
        join(alone)
        assert script.wait(150) == 0
        alone.stop(pod)
        assert piece.result(timeout=120) == "piece"


def test_refused_connections_alone_do_not_mean_that_the_scheduler_is_gone(
    cluster: Cluster, client: Client, pod: str
) -> None:
    piece = client.scatter("piece", workers=[pod])
    cluster.refuse_connections(15)
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", urlsplit(cluster.address).port or 0))
    assert "all results are handed over" in cluster.drained(pod)
    cluster.stop(pod)
    assert piece.result(timeout=120) == "piece"


def test_when_the_scheduler_goes_nothing_is_waited_for(nannies: bool, tmp_path: Path) -> None:
    impatient = dask.config.set({"distributed.comm.timeouts.connect": "1s"})  # not in the script
    with impatient, Cluster(tmp_path, nannies) as leaving, Client(leaving.address) as client:
        pod = join(leaving)
        piece = client.scatter(1)
        script = leaving.drain(
            pod, timeout=600, replacement=600, alone=True
        )  # nannies go with the scheduler
        until(lambda: "leaves" in leaving.said(pod))
        time.sleep(1)
        leaving.end_scheduler()
        start = time.monotonic()
        assert script.wait(150) == 0
        print(f"the hook ended {time.monotonic() - start:.1f} s after the scheduler")
        said = leaving.said(pod)
        assert "the connection to the scheduler is lost" in said or "cannot be reached" in said
        assert piece.status != "finished"


def certificate(folder: Path) -> tuple[str, str]:
    """Make a certificate that signs itself, and return the places of it and of its key."""
    cert, key = str(folder / "cert.pem"), str(folder / "key.pem")
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x"]
    subprocess.run([*made, "-out", cert, "-keyout", key], check=True, capture_output=True)
    return cert, key


def encrypted(folder: Path, role: str) -> tuple[Security, dict[str, str]]:
    """Return what a scheduler and clients need for TLS, and the environment of workers."""
    cert, key = certificate(folder)
    security = Security(
        tls_ca_file=cert, tls_scheduler_cert=cert, tls_scheduler_key=key, tls_worker_cert=cert,
        tls_worker_key=key, tls_client_cert=cert, tls_client_key=key, require_encryption=True,
    )  # fmt: skip
    tls = "DASK_DISTRIBUTED__COMM__TLS__"
    own = {f"{tls}CA_FILE": cert, f"{tls}{role}__CERT": cert, f"{tls}{role}__KEY": key}
    return security, own


@pytest.mark.parametrize("role", ["WORKER", "CLIENT"])
def test_tls_as_the_environment_configures_it(nannies: bool, tmp_path: Path, role: str) -> None:
    security, environment = encrypted(tmp_path, role)
    with (
        Cluster(tmp_path, nannies, security, **environment) as cluster,
        Client(cluster.address, security=security) as client,
    ):
        pod, other = join(cluster), join(cluster)
        piece = client.scatter("piece", workers=[pod])
        running = client.submit(begin, tmp_path / "long", 60, **on(pod))
        begun(tmp_path / "long")
        queued = client.submit(begin, tmp_path / "queued", 0, **on(pod))
        script = cluster.drain(pod)
        assert queued.result(timeout=120) == "queued", "the workers are asked by TLS as well"
        end(tmp_path / "long")
        assert script.wait(150) == 0
        assert (cluster.names, running.result(timeout=120)) == ({other}, "long")
        assert piece.result(timeout=120) == "piece"


def test_a_scheduler_that_is_busy_for_longer_than_dask_waits(nannies: bool, tmp_path: Path) -> None:
    security, environment = encrypted(tmp_path, "WORKER")
    environment["DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT"] = "1s"
    with (
        Cluster(tmp_path, nannies, security, **environment) as cluster,
        Client(cluster.address, security=security) as client,
    ):
        pod, _ = join(cluster), join(cluster)
        piece = client.scatter("piece", workers=[pod])
        cluster.keep_scheduler_busy(6)
        assert "all results are handed over" in cluster.drained(pod)
        cluster.stop(pod)
        assert piece.result(timeout=120) == "piece"
