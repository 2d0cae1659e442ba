"""From nothing to the first computation, an upgrade, and nothing left."""

from dask_helm import labels

from demo.__main__ import COMPUTATIONS
from harness import observation
from harness.handles import SMALL
from harness.release import Release
from tests.e2e.conftest import NewRelease
from tests.paths import VALUES

COMPONENTS = (labels.SCHEDULER, labels.WORKER, labels.JUPYTER)


def test_install_compute_upgrade_uninstall(release: Release) -> None:
    before = observation.everything(release)
    release.install()

    pods = observation.pods(release)
    assert len(pods) == 5
    assert all(map(observation.ready, pods))
    with release.client() as client:
        observation.wait_for_workers(release, client, 3)
    said = release.run(COMPUTATIONS)
    moved, _, rest = said.partition(" MB ")
    assert int(moved) > 10
    assert rest == "moved between 3 workers, both results right\n"
    assert "Phase:          Succeeded" in release.helm("test", release.name)

    running = {c: observation.uids(release, c) for c in COMPONENTS}
    release.install(values={"jupyter": {"env": [{"name": "A", "value": "1"}]}})
    after = {c: observation.uids(release, c) for c in COMPONENTS}
    assert {c for c in COMPONENTS if after[c] != running[c]} == {labels.JUPYTER}

    release.uninstall()
    observation.until(lambda: observation.everything(release) == before, what="nothing is left")


def test_the_test_beside_sidecars_and_under_a_quota(release: Release) -> None:
    image = release.target.image["image"]
    agent = {
        "name": "agent",
        "image": f"{image['repository']}:{image['tag']}",
        "command": ["sh", "-c", "trap 'exit 0' TERM; while true; do sleep 1; done"],
        "resources": SMALL,
    }
    values = {
        "podDefaults": {"extraContainers": [agent]},
        "scheduler": {"resources": SMALL},
        "workers": {"default": {"replicas": 1, "resources": SMALL}},
        "jupyter": {"enabled": False},
    }
    limits = ("requests.cpu=2", "requests.memory=4Gi", "limits.cpu=8", "limits.memory=8Gi")
    release.kubectl("create", "quota", "small", f"--hard={','.join(limits)}")
    release.install(values=values)
    assert "Phase:          Succeeded" in release.helm("test", release.name)


def test_a_changed_dask_config_reaches_every_component(release: Release) -> None:
    config = {"distributed": {"scheduler": {"allowed-failures": 17}}}
    values = {"workers": {"default": {"replicas": 1}}, "jupyter": {"enabled": False}}
    release.install(values=values)
    running = {c: observation.uids(release, c) for c in COMPONENTS[:2]}
    release.install(values=values | {"dask": {"config": config}})
    for component in COMPONENTS[:2]:
        assert not observation.uids(release, component) & running[component]
    with release.client() as client:
        observation.wait_for_workers(release, client, 1)

        def setting() -> int:
            import dask.config

            return int(dask.config.get("distributed.scheduler.allowed-failures"))

        assert client.run_on_scheduler(setting) == 17
        assert set(client.run(setting).values()) == {17}


def test_helm_3_installs_too(new_release: NewRelease) -> None:
    release = new_release(version=3)
    release.install("-f", VALUES / "laptop.yaml")
    assert all(map(observation.ready, observation.pods(release)))
    with release.client() as client:
        observation.wait_for_workers(release, client, 1)
        assert observation.computes(client)
    release.uninstall()
    observation.until(lambda: not observation.everything(release), what="nothing is left")
