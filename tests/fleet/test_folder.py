"""What lies in the output folder after a run: whole files, touched only when they change."""

import os
from pathlib import Path

import pytest
from dask_helm import fleet
from dask_helm.errors import DaskHelmError, UsageError

from tests.fleet.fleets import contents, make, messages, replicas, six, states, times

INDEX = ".dask-helm-fleet"
BAD = "workers: {default: {replicaz: 1}}\n"


def test_one_file_for_each_cluster(tmp_path: Path) -> None:
    report = fleet.render(six(tmp_path), tmp_path / "out")
    assert set(contents(tmp_path / "out")) == {INDEX, *(f"{n}/manifests.yaml" for n in "abcdef")}
    assert report.totals == {"written": 6, "unchanged": 0, "failed": 0}
    assert (report.files_written, report.files_unchanged, report.files_removed) == (6, 0, 0)
    assert [cluster.written for cluster in report.clusters[:2]] == [
        ("a/manifests.yaml",),
        ("b/manifests.yaml",),
    ]


def test_one_file_for_each_object(tmp_path: Path) -> None:
    report = fleet.render(make(tmp_path, "clusters: [a]\nlayout: objects"), tmp_path / "out")
    (cluster,) = report.clusters
    assert set(contents(tmp_path / "out")) == {INDEX, *cluster.written}
    assert {"a/deployment-dask-scheduler.yaml", "a/service-dask-scheduler.yaml"} < set(
        cluster.written
    )
    text = (tmp_path / "out/a/service-dask-scheduler.yaml").read_text()
    assert text.count("\nkind: ") == 1


def test_both_layouts_hold_the_same(tmp_path: Path) -> None:
    path = six(tmp_path)
    fleet.render(path, tmp_path / "single")
    path.write_text(f"{path.read_text()}layout: objects\n")
    fleet.render(path, tmp_path / "objects")
    single = (tmp_path / "single/b/manifests.yaml").read_text().split("---\n")
    apart = [file.read_text() for file in (tmp_path / "objects/b").iterdir()]
    assert sorted(f"---\n{part}" for part in single[1:]) == sorted(apart)


def test_what_is_unchanged_is_not_touched(tmp_path: Path) -> None:
    path, output = six(tmp_path), tmp_path / "out"
    fleet.render(path, output)
    before = times(output)
    report = fleet.render(path, output, jobs=2)
    assert set(states(report).values()) == {"unchanged"}
    assert times(output) == before


def test_only_the_file_that_changed_is_written(tmp_path: Path) -> None:
    path, output = six(tmp_path), tmp_path / "out"
    fleet.render(path, output)
    before = times(output)
    (tmp_path / "c.yaml").write_text(replicas(17))
    report = fleet.render(path, output)
    after = times(output)
    changed = {Path(name).parent.name for name in after if after[name] != before[name]}
    assert changed == {"c"}
    assert [name for name, state in states(report).items() if state == "written"] == ["c"]


def test_a_file_that_somebody_edited_is_written_again(tmp_path: Path) -> None:
    path, output = six(tmp_path), tmp_path / "out"
    fleet.render(path, output)
    before = contents(output)
    (output / "a/manifests.yaml").write_text("edited")
    assert states(fleet.render(path, output))["a"] == "written"
    assert contents(output) == before


def test_files_have_the_usual_permissions(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        fleet.render(six(tmp_path), tmp_path / "out")
    finally:
        os.umask(before)
    assert {p.stat().st_mode & 0o777 for p in (tmp_path / "out").rglob("*.yaml")} == {0o640}


def test_a_bad_cluster_keeps_its_files_and_stops_no_other(tmp_path: Path) -> None:
    path, output = six(tmp_path), tmp_path / "out"
    fleet.render(path, output)
    before = contents(output)
    for name, values in {"a": replicas(9), "b": BAD, "c": "a: [", "f": replicas(9)}.items():
        (tmp_path / f"{name}.yaml").write_text(values)
    (tmp_path / "d.yaml").unlink()
    report = fleet.render(path, output, jobs=2)
    expected = ["written", "failed", "failed", "failed", "unchanged", "written"]
    assert list(states(report).values()) == expected
    after = contents(output)
    assert {name for name in after if after[name] != before[name]} == {
        "a/manifests.yaml",
        "f/manifests.yaml",
    }
    assert report.exit_code == 2
    said = messages(report)
    assert f"{tmp_path}/b.yaml:1:" in said["b"]
    assert "replicaz" in said["b"]
    assert f"{tmp_path}/c.yaml:" in said["c"]
    assert "d.yaml: file not found" in said["d"]


def test_a_wrong_namespace_is_the_fault_of_its_cluster_only(tmp_path: Path) -> None:
    path = make(tmp_path, "clusters: {a: {namespace: Big}, b: {release: Big}, c: {}}")
    report = fleet.render(path, tmp_path / "out")
    assert list(states(report).values()) == ["failed", "failed", "written"]


def test_an_error_in_the_fleet_file_names_its_line(tmp_path: Path) -> None:
    text = "clusters:\n  - name: a\n    values:\n      scheduler:\n        replicaz: 1\n"
    report = fleet.render(make(tmp_path, text), tmp_path / "out")
    assert f"{tmp_path}/fleet.yaml:5:9" in messages(report)["a"]
    assert "scheduler.replicaz" in messages(report)["a"]


def test_clusters_that_are_gone_stay_until_asked(tmp_path: Path) -> None:
    path, output = six(tmp_path), tmp_path / "out"
    fleet.render(path, output)
    before = times(output)
    path.write_text(path.read_text().replace("a, b, ", ""))
    report = fleet.render(path, output)
    assert times(output) == before
    assert (report.gone, report.removed) == (("a", "b"), ())
    assert report.kept == ("a/manifests.yaml", "b/manifests.yaml")


def test_prune_removes_what_we_wrote_and_nothing_else(tmp_path: Path) -> None:
    path, output = six(tmp_path), tmp_path / "out"
    fleet.render(path, output)
    foreign = ["README.md", "b/notes.txt", "other/manifests.yaml", "c/patch.yaml"]
    for name in foreign:
        (output / name).parent.mkdir(exist_ok=True)
        (output / name).write_text("mine")
    path.write_text(path.read_text().replace("a, b, ", ""))
    report = fleet.render(path, output, prune=True)
    assert report.removed == ("a/manifests.yaml", "b/manifests.yaml")
    assert (report.gone, report.kept, report.files_removed) == (("a", "b"), (), 2)
    ours = {f"{name}/manifests.yaml" for name in "cdef"}
    assert set(contents(output)) == {INDEX, *ours, *foreign}
    assert not (output / "a").exists()
    again = fleet.render(path, output, prune=True)
    assert (again.gone, again.removed) == ((), ())


def test_prune_refuses_to_remove_more_than_the_fleet_has(tmp_path: Path) -> None:
    path, output = six(tmp_path), tmp_path / "out"
    fleet.render(path, output)
    before = times(output)
    path.write_text(path.read_text().replace("a, b, c, d, ", ""))
    said = "would remove 4 clusters .* has only 2: a, b, c, d. Nothing was changed. .* --prune-all"
    with pytest.raises(UsageError, match=said):
        fleet.render(path, output, prune=True)
    assert times(output) == before
    assert fleet.render(path, output, prune_all=True).gone == ("a", "b", "c", "d")
    assert not (output / "a").exists()


def test_a_cluster_that_came_back_is_not_gone(tmp_path: Path) -> None:
    path, output = six(tmp_path), tmp_path / "out"
    fleet.render(path, output)
    text = path.read_text()
    path.write_text(text.replace("a, ", ""))
    fleet.render(path, output)
    path.write_text(text)
    report = fleet.render(path, output, prune=True)
    assert (report.gone, states(report)["a"]) == ((), "unchanged")


def test_a_bad_cluster_is_not_gone(tmp_path: Path) -> None:
    path, output = six(tmp_path), tmp_path / "out"
    fleet.render(path, output)
    (tmp_path / "a.yaml").write_text(BAD)
    fleet.render(path, output, prune=True)
    assert (output / "a/manifests.yaml").exists()
    path.write_text(path.read_text().replace("a, ", ""))
    assert fleet.render(path, output, prune=True).removed == ("a/manifests.yaml",)


def test_objects_that_are_gone_leave_with_their_files(tmp_path: Path) -> None:
    pools = "workers: {default: {replicas: 1}, extra: {replicas: 1}}"
    path, output = make(tmp_path, "clusters: [a]\nlayout: objects"), tmp_path / "out"
    path.write_text(f"{path.read_text()}\ndefaults: {{values: {{{pools}}}}}")
    fleet.render(path, output)
    (output / "a/own.yaml").write_text("mine")
    path.write_text("clusters: [a]\nlayout: objects")
    (cluster,) = fleet.render(path, output).clusters
    assert cluster.state == "written"
    assert cluster.removed
    assert all("extra" in name for name in cluster.removed)
    assert not any("extra" in name for name in contents(output))
    assert (output / "a/own.yaml").exists()


def test_another_layout_replaces_the_files_of_the_first(tmp_path: Path) -> None:
    path, output = make(tmp_path, "clusters: [a]\nlayout: objects"), tmp_path / "out"
    fleet.render(path, output)
    path.write_text("clusters: [a]")
    fleet.render(path, output)
    assert set(contents(output)) == {INDEX, "a/manifests.yaml"}


def test_only_some_clusters(tmp_path: Path) -> None:
    path, output = six(tmp_path), tmp_path / "out"
    report = fleet.render(path, output, only=["a", "[e-f]"])
    assert list(states(report)) == ["a", "e", "f"]
    rest = fleet.render(path, output, only=["b"], prune=True)
    assert (rest.gone, rest.removed) == ((), ())
    assert set(contents(output)) == {INDEX, *(f"{name}/manifests.yaml" for name in "abef")}


def test_only_clusters_that_there_are(tmp_path: Path) -> None:
    path = make(tmp_path, "clusters: [alpha, beta]")
    with pytest.raises(UsageError, match=r"no cluster matches alhpa; did you mean alpha\?"):
        fleet.render(path, tmp_path / "out", only=["alhpa"])
    with pytest.raises(UsageError, match=r"no cluster matches x\*; the clusters are alpha, beta"):
        fleet.render(path, tmp_path / "out", only=["x*"])


def test_hooks_can_be_left_out(tmp_path: Path) -> None:
    path = make(tmp_path, "clusters: [a]\nlayout: objects")
    (cluster,) = fleet.render(path, tmp_path / "out").clusters
    path.write_text("clusters: [a]\nlayout: objects\nhooks: false")
    (without,) = fleet.render(path, tmp_path / "out").clusters
    assert {name.split("-")[0] for name in without.removed} == {"a/pod"}
    assert len(cluster.written) == len(without.unchanged) + len(without.removed)


def test_leftovers_of_a_killed_run_are_removed(tmp_path: Path) -> None:
    path, output = six(tmp_path), tmp_path / "out"
    fleet.render(path, output)
    left = [output / name / ".dask-helm-4711.tmp" for name in ("a", "b", "c", ".")]
    for file in left:
        file.write_text("half")
    (tmp_path / "b.yaml").write_text(BAD)
    path.write_text(path.read_text().replace("[a, ", "["))
    fleet.render(path, output, prune=True)
    assert [file for file in left if file.exists()] == []
    assert not (output / "a").exists()


def test_a_list_of_files_that_somebody_changed_is_no_danger(tmp_path: Path) -> None:
    path, output = six(tmp_path), tmp_path / "out"
    fleet.render(path, output)
    precious = tmp_path / "precious.yaml"
    precious.write_text("mine")
    lines = [
        "../precious.yaml",
        "x/../../precious.yaml",
        "/etc/passwd",
        "<<< HEAD",
        "x//y",
        ".",
    ]
    (output / INDEX).write_bytes("\n".join([*lines, "z/gone.yaml", ""]).encode() + b"\xff\n")
    report = fleet.render(path, output, prune=True)
    assert precious.exists()
    assert (report.gone, report.removed) == (("z",), ())
    path.write_text(path.read_text().replace("a, b, ", ""))
    assert fleet.render(path, output, prune=True).gone == ("a", "b")


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_folder_that_is_a_symbolic_link_is_refused(tmp_path: Path, jobs: int) -> None:
    path, output, elsewhere = six(tmp_path), tmp_path / "out", tmp_path / "elsewhere"
    elsewhere.mkdir()
    output.mkdir()
    (output / "b").symlink_to(elsewhere)
    report = fleet.render(path, output, jobs=jobs)
    assert messages(report) == {"b": f"cannot write {output}/b: is a symbolic link, not a folder"}
    assert contents(elsewhere) == {}
    assert report.exit_code == 1


def test_prune_does_not_follow_symbolic_links(tmp_path: Path) -> None:
    path, output = six(tmp_path), tmp_path / "out"
    fleet.render(path, output)
    (output / "a").rename(tmp_path / "elsewhere")
    (output / "a").symlink_to(tmp_path / "elsewhere")
    path.write_text(path.read_text().replace("a, ", ""))
    assert fleet.render(path, output, prune=True).removed == ()
    assert (tmp_path / "elsewhere/manifests.yaml").exists()


def test_a_file_that_is_a_symbolic_link_is_replaced_not_followed(tmp_path: Path) -> None:
    path, output = six(tmp_path), tmp_path / "out"
    (output / "a").mkdir(parents=True)
    target = tmp_path / "target"
    target.write_text("mine")
    (output / "a/manifests.yaml").symlink_to(target)
    fleet.render(path, output)
    assert target.read_text() == "mine"
    assert not (output / "a/manifests.yaml").is_symlink()


def test_the_output_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "real")
    assert not fleet.render(six(tmp_path), tmp_path / "out").failed
    assert "a/manifests.yaml" in contents(tmp_path / "real")


def test_the_output_folder_is_made_with_its_parents(tmp_path: Path) -> None:
    assert not fleet.render(six(tmp_path), tmp_path / "x/y/z").failed


@pytest.mark.parametrize("output", ["out", "out/below"])
def test_the_output_folder_is_a_file(tmp_path: Path, output: str) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(UsageError, match="is a file; --output-dir must name a folder"):
        fleet.render(six(tmp_path), tmp_path / output)


def test_the_output_folder_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot create the folder /proc/none"):
        fleet.render(six(tmp_path), Path("/proc/none"))


def test_the_output_folder_cannot_be_written_to(tmp_path: Path) -> None:
    # /proc belongs to the kernel, and even root may write nothing there.
    with pytest.raises((UsageError, DaskHelmError), match="/proc/self"):
        fleet.render(six(tmp_path), Path("/proc/self"))


@pytest.mark.parametrize("layout", ["single", "objects"])
def test_something_else_stands_in_the_way(tmp_path: Path, layout: str) -> None:
    path, output = six(tmp_path), tmp_path / "out"
    path.write_text(f"{path.read_text()}layout: {layout}\n")
    name = "manifests" if layout == "single" else "deployment-dask-scheduler"
    output.mkdir()
    (output / "a").write_text("a file")
    (output / f"b/{name}.yaml").mkdir(parents=True)
    report = fleet.render(path, output, jobs=2)
    assert messages(report) == {
        "a": f"cannot write {output}/a: Not a directory",
        "b": f"cannot write {output}/b/{name}.yaml: Is a directory",
    }
    assert (output / "a").read_text() == "a file"


def test_jobs_must_be_one_or_more(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--jobs must be at least 1, got 0"):
        fleet.render(six(tmp_path), tmp_path / "out", jobs=0)
