"""From nothing to the first computation, an upgrade, and nothing left."""

from dask_helm import labels

from demo.release import Release
from tests.e2e import observing
from tests.e2e.conftest import NewRelease
from tests.paths import VALUES

COMPONENTS = (labels.SCHEDULER, labels.WORKER, labels.JUPYTER)


def test_install_compute_upgrade_uninstall(release: Release) -> None:
    before = observing.everything(release)
    release.install()

    pods = observing.pods(release)
    assert len(pods) == 5
    assert all(map(observing.ready, pods))
    with release.client() as client:
        observing.wait_for_workers(release, client, 3)
    said = release.compute()
    moved, _, rest = said.partition(" MB ")
    assert int(moved) > 10
    assert rest == "moved between 3 workers, both results right\n"
    assert "Phase:          Succeeded" in release.helm("test", release.name)

    running = {c: observing.uids(release, c) for c in COMPONENTS}
    release.install(values={"jupyter": {"env": [{"name": "A", "value": "1"}]}})
    after = {c: observing.uids(release, c) for c in COMPONENTS}
    assert {c for c in COMPONENTS if after[c] != running[c]} == {labels.JUPYTER}

    release.uninstall()
    observing.until(lambda: observing.everything(release) == before, what="nothing is left")


def test_a_changed_dask_config_reaches_every_component(release: Release) -> None:
    config = {"distributed": {"scheduler": {"allowed-failures": 17}}}
    values = {"workers": {"default": {"replicas": 1}}, "jupyter": {"enabled": False}}
    release.install(values=values)
    running = {c: observing.uids(release, c) for c in COMPONENTS[:2]}
    release.install(values=values | {"dask": {"config": config}})
    for component in COMPONENTS[:2]:
        assert not observing.uids(release, component) & running[component]
    with release.client() as client:
        observing.wait_for_workers(release, client, 1)

        def setting() -> int:
            import dask.config

            return int(dask.config.get("distributed.scheduler.allowed-failures"))

        assert client.run_on_scheduler(setting) == 17
        assert set(client.run(setting).values()) == {17}


def test_helm_3_installs_too(new_release: NewRelease) -> None:
    release = new_release(version=3)
    release.install("-f", VALUES / "laptop.yaml")
    assert all(map(observing.ready, observing.pods(release)))
    with release.client() as client:
        observing.wait_for_workers(release, client, 1)
        assert observing.computes(client)
    release.uninstall()
    observing.until(lambda: not observing.everything(release), what="nothing is left")
