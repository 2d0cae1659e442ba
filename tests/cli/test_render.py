"""`dask-helm render`: Helm's objects, chosen, printed, or written to a folder."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from dask_helm.engine import yaml as goyaml

from tests import rendering
from tests.cli.program import data, invoke, printed, refusal
from tests.paths import EXAMPLES, VALUES

POOLS = VALUES / "pools.yaml"
SOME = ("highmem", "burst")
OF_JUPYTER = ("ConfigMap", "Deployment", "Role", "RoleBinding", "Service", "ServiceAccount")
TEAM = ("demo", "--namespace", "team")


def objects(*arguments: str | Path, **options: Any) -> list[Any]:
    return list(goyaml.load_all(printed("render", *arguments, **options)))


def names(*arguments: str | Path, **options: Any) -> set[str]:
    return {f"{o['kind']}/{o['metadata']['name']}" for o in objects(*arguments, **options)}


def content(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {f.name: (f.read_bytes(), f.stat().st_mtime_ns) for f in folder.iterdir()}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_objects_are_helms(example: Path) -> None:
    values = yaml.safe_load(example.read_text())
    assert objects(*TEAM, "-f", example) == rendering.render(values)


def test_both_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    from harness.programs import helm

    monkeypatch.setenv("PATH", str(helm().parent), prepend=os.pathsep)
    ours = objects(*TEAM, "-f", POOLS)
    assert objects(*TEAM, "-f", POOLS, "--engine", "helm") == ours


def test_values_of_every_kind(folder: Path) -> None:
    (folder / "prefix").write_text("/lab")
    (folder / "more.yaml").write_text("workers: {default: {replicas: 7, threads: 3}}")
    given: list[str] = [
        *("-f", "values.yaml", "-f", "more.yaml"),
        *("--set", "workers.default.replicas=9,scheduler.env[0].name=A,scheduler.env[0].value=b"),
        *("--set-string", "commonLabels.number=1"),
        *("--set-json", 'jupyter.env=[{"name":"X","value":"y"}]'),
        *("--set-file", "jupyter.prefix=prefix"),
        *("--set-literal", "commonAnnotations.text=a,b=c"),
    ]
    assert objects(*TEAM, *given) == list(yaml.safe_load_all(rendering.template({}, *given).stdout))


def test_values_from_standard_input() -> None:
    assert "Deployment/dask-worker-x" in names("-f", "-", stdin="workers: {x: {}}")
    message = refusal("render", "-f", "-", "-f", "-", stdin="{}")
    assert "standard input can be read only once" in message


def test_the_release_by_argument_or_option() -> None:
    assert printed("render", "my", "-n", "team") == printed("render", "--release=my", "-n", "team")
    assert printed("render") == printed("render", "dask", "--namespace", "default")
    assert "the release has two names: a and b" in refusal("render", "a", "--release", "b")
    assert "My" in refusal("render", "My")


def test_another_chart(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: tiny\nversion: 1.0.0\n")
    template = "kind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-{{ .Values.a }}\n"
    (tmp_path / "templates" / "a.yaml").write_text(template)
    assert names("x", "--chart", tmp_path, "--set", "a=b") == {"ConfigMap/x-b"}


@pytest.mark.parametrize(
    ("only", "found"),
    [
        (["deployment/dask-worker"], {"Deployment/dask-worker"}),
        (["Deployment/*-worker-?urst"], {"Deployment/dask-worker-burst"}),
        (["poddisruptionbudget"], {"PodDisruptionBudget/dask-scheduler"}),
        (["*/dask-jupyter"], {f"{kind}/dask-jupyter" for kind in OF_JUPYTER}),
        (["service/*-high*", "SERVICE/*burst"], {f"Service/dask-worker-{n}" for n in SOME}),
    ],
)
def test_only(only: list[str], found: set[str]) -> None:
    assert names("-f", POOLS, *(word for o in only for word in ("--only", o))) == found


def test_only_nothing_lists_what_there_is() -> None:
    message = refusal("render", "--only", "deployment", "--only", "service/worker")
    assert message.startswith("Error: --only service/worker matches no object. The objects are:\n")
    assert "\n  Service/dask-worker\n" in message


def test_without_hooks() -> None:
    with_hooks, without = names(), names("--no-hooks")
    assert {name.partition("/")[0] for name in with_hooks - without} == {"Pod"}


def test_json_is_a_list_for_kubectl() -> None:
    found = data("render", "-f", POOLS)
    assert (found["apiVersion"], found["kind"]) == ("v1", "List")
    assert found["items"] == objects("-f", POOLS)


def test_notes_go_to_standard_error() -> None:
    result = invoke("render", *TEAM, "--notes")
    assert result.stdout == printed("render", *TEAM)
    assert "Release demo is installed in namespace team, with the image" in result.stderr


def test_the_schema_can_be_skipped_but_not_the_charts_rules() -> None:
    wrong = ("--set", "unknown=1")
    assert "unknown" in refusal("render", *wrong)
    assert printed("render", *wrong, "--skip-schema-validation") == printed("render")
    rule = ("--set", "scheduler.enabled=false", "--skip-schema-validation")
    assert "scheduler.address" in refusal("render", *rule)


def test_rendering_twice_gives_the_same_bytes() -> None:
    assert printed("render", "-f", POOLS) == printed("render", "-f", POOLS)


def test_a_folder_has_one_file_for_each_object(tmp_path: Path) -> None:
    output = tmp_path / "new" / "manifests"
    told = printed("render", "-f", POOLS, "--output-dir", output)
    assert set(told.splitlines()) == {f"{file} written" for file in output.iterdir()}
    for file in output.iterdir():
        one = goyaml.load(file.read_text())
        assert file.name == f"{one['kind'].lower()}-{one['metadata']['name']}.yaml"
    together = [goyaml.load(file.read_text()) for file in output.iterdir()]
    assert sorted(map(str, together)) == sorted(map(str, objects("-f", POOLS)))


def test_files_that_stay_the_same_are_not_touched(tmp_path: Path) -> None:
    invoke("render", "-f", POOLS, "--output-dir", tmp_path)
    before = content(tmp_path)
    assert printed("render", "-f", POOLS, "--output-dir", tmp_path) == f"{len(before)} unchanged\n"
    assert content(tmp_path) == before
    told = printed(
        "render", "-f", POOLS, "--set", "workers.burst.replicas=5", "--output-dir", tmp_path
    )
    file = tmp_path / "deployment-dask-worker-burst.yaml"
    assert told == f"{file} written\n{len(before) - 1} unchanged\n"
    assert {name for name, entry in content(tmp_path).items() if entry != before[name]} == {
        file.name
    }


def test_validation_write_nothing(tmp_path: Path) -> None:
    invoke("render", "--output-dir", tmp_path)
    before = content(tmp_path)
    for wrong in ("jupyter.replicas=7", "scheduler.enabled=false", "a[=1"):
        refusal("render", "--set", wrong, "--output-dir", tmp_path)
    assert content(tmp_path) == before
    refusal("render", "--set", "unknown=1", "--output-dir", tmp_path / "never")
    assert not (tmp_path / "never").exists()


def test_files_of_objects_that_are_gone_are_removed_only_when_asked(tmp_path: Path) -> None:
    invoke("render", "-f", POOLS, "--output-dir", tmp_path)
    (tmp_path / "kustomization.yaml").write_text("resources: []\n")
    (tmp_path / "broken.yaml").write_text("a: [\n")
    invoke("render", "other", "--output-dir", tmp_path)
    result = invoke("render", "--output-dir", tmp_path)
    assert "--prune removes: deployment-dask-worker-burst.yaml, " in result.stderr
    assert (tmp_path / "deployment-dask-worker-burst.yaml").exists()
    told = printed("render", "--output-dir", tmp_path, "--prune")
    removed = [line for line in told.splitlines() if line.endswith("removed")]
    assert len(removed) == 6, "Deployment and Service of three pools"
    left = {file.name for file in tmp_path.iterdir()}
    assert {"kustomization.yaml", "broken.yaml", "deployment-other-dask-worker.yaml"} <= left
    assert "deployment-dask-worker-burst.yaml" not in left


def test_a_choice_of_objects_does_not_make_the_others_stale(tmp_path: Path) -> None:
    invoke("render", "--output-dir", tmp_path)
    before = content(tmp_path)
    choice = ("--only", "service", "--output-dir", tmp_path, "--prune")
    assert invoke("render", *choice).stderr == ""
    assert content(tmp_path) == before


def test_a_report_for_programs(tmp_path: Path) -> None:
    report = data("render", "--output-dir", tmp_path)
    assert set(report["written"]) == {file.name for file in tmp_path.iterdir()}
    assert (report["unchanged"], report["leftOver"]) == ([], [])
    again = data("render", "--output-dir", tmp_path, "--prune")
    assert (again["written"], again["removed"]) == ([], [])


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    assert "is a file" in refusal("render", "--output-dir", file)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--prune"], "--prune needs --output-dir FOLDER"),
        (["--fleet", "fleet.yaml"], "--fleet needs --output-dir FOLDER"),
        (["--jobs", "2"], "--jobs can only be used with --fleet"),
        (["--cluster", "a", "--jobs", "2"], "--cluster, --jobs can only be used with --fleet"),
        (
            ["--fleet", "f", "--set", "a=b", "--output-dir", "o"],
            "--set cannot be used with --fleet",
        ),
        (["my", "--fleet", "f", "--output-dir", "o"], "RELEASE cannot be used with --fleet"),
    ],
)
def test_options_that_do_not_fit(arguments: list[str], message: str) -> None:
    assert message in refusal("render", *arguments)


def test_a_fleet(folder: Path) -> None:
    report = data("render", "--fleet", "fleet.yaml", "--output-dir", "out")
    assert report["totals"]["failed"] == 0
    assert report["totals"]["written"] == len(report["clusters"]) > 1
    written = {name for cluster in report["clusters"] for name in cluster["written"]}
    assert all((folder / "out" / name).is_file() for name in written)
    told = printed("render", "--fleet", "fleet.yaml", "--output-dir", "out", "--jobs", "2")
    assert told.startswith(
        f"{len(report['clusters'])} clusters: {len(report['clusters'])} unchanged"
    )


def test_every_bad_cluster_of_a_fleet_is_reported(folder: Path) -> None:
    wrong = {"workers": {"default": {"replica": 1}}}
    clusters = [
        {"name": "good"},
        {"name": "bad", "values": wrong},
        {"name": "worse", "values": {"x": 1}},
    ]
    (folder / "wrong.yaml").write_text(json.dumps({"clusters": clusters}))
    result = invoke("render", "--fleet", "wrong.yaml", "--output-dir", "out", code=2)
    assert "Error: cluster bad:\n" in result.stderr
    assert "Error: cluster worse:\n" in result.stderr
    assert "workers.default.replicas" in result.stderr
    assert result.stdout.startswith("3 clusters: 1 written, 2 failed\n")
    assert [path.name for path in (folder / "out").iterdir() if path.is_dir()] == ["good"]


def test_clusters_that_are_gone(folder: Path) -> None:
    fleet = folder / "small.yaml"
    command = ("render", "--fleet", fleet, "--output-dir", "out")
    fleet.write_text(json.dumps({"clusters": [{"name": "a"}, {"name": "b"}]}))
    invoke(*command)
    fleet.write_text(json.dumps({"clusters": [{"name": "a"}]}))
    assert "no longer in the fleet; --prune removes their files: b" in printed(*command)
    assert " 0 removed" not in printed(*command, "--prune")
    assert not (folder / "out" / "b").exists()


def test_the_rendered_lines_of_an_error_are_shown(tmp_path: Path) -> None:
    """The line of the error is one of the rendered text, which the template does not have."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: a\nversion: 1.0.0\n")
    template = "{{- range until 3 }}\nx{{ . }}: 1\n{{- end }}\na: b: c\n"
    (tmp_path / "templates" / "a.yaml").write_text(template)
    message = invoke("render", "--chart", tmp_path, code=2).stderr
    assert message.startswith("Error: a/templates/a.yaml: the template does not render to YAML: ")
    assert "Line 4 of the rendered text:\n     1 | x0: 1\n" in message
    assert message.endswith("     4 | a: b: c\n")
