"""What is imported, and when: people who only render pay for nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest

from harness.programs import helm
from tests.paths import ROOT

HEAVY = {
    "distributed",
    "dask",
    "kubernetes_asyncio",
    "kubernetes",
    "jsonschema",
    "rich",
    "jinja2",
    "bokeh",
}
HANDLE = {"distributed", "kubernetes_asyncio"}
RENDERING = {"yaml", "click", "jsonschema_rs", "re2"}
REPORT = "\nimport sys; sys.stderr.write('\\n'.join({n.partition('.')[0] for n in sys.modules}))"


def imported(code: str) -> set[str]:
    """Return the names of the top packages that a fresh Python has imported after some code."""
    command = [sys.executable, "-c", code + REPORT]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    return set(result.stderr.splitlines())


def run_command(*arguments: str) -> str:
    return (
        f"import sys; sys.argv = {['dask-helm', *arguments]!r}\n"
        "from dask_helm.cli import main\n"
        "try: main()\n"
        "except SystemExit as ended: assert not ended.code"
    )


def test_the_package_alone_imports_next_to_nothing() -> None:
    modules = imported("import dask_helm")
    assert "dask_helm" in modules
    assert not modules & (HEAVY | RENDERING)


def test_the_handle_is_imported_when_it_is_asked_for() -> None:
    modules = imported("from dask_helm import HelmCluster")
    assert modules >= HANDLE
    assert not modules & {"kubernetes", "jsonschema", "jsonschema_rs", "re2", "bokeh"}


def test_render_in_python_imports_only_what_it_needs() -> None:
    modules = imported("import dask_helm; dask_helm.render()")
    assert "yaml" in modules
    assert not modules & (HEAVY | {"click"})


@pytest.mark.parametrize("file", ["default", "everything", "pools"])
def test_the_command_imports_only_what_it_needs(file: str) -> None:
    modules = imported(run_command("render", "-f", str(ROOT / "values" / f"{file}.yaml")))
    assert {"yaml", "click"} <= modules
    assert not modules & HEAVY


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the bin folder of an environment that holds the wheel and what it depends on."""
    folder = tmp_path_factory.mktemp("installed")
    uv = str(Path(sys.executable).with_name("uv"))
    build = [uv, "build", "--quiet", "--wheel", "--out-dir", str(folder), str(ROOT)]
    subprocess.run(build, check=True)
    (wheel,) = folder.glob("*.whl")
    subprocess.run([uv, "venv", "--quiet", "-p", sys.executable, folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    subprocess.run([uv, "pip", "install", "--quiet", "--python", python, wheel], check=True)
    return python.parent


def test_an_installed_wheel_renders_as_helm_does(installed: Path, tmp_path: Path) -> None:
    """Away from the checkout, without what only tests need."""
    command: list[str | Path] = [installed / "dask-helm", "render", "demo", "--engine"]
    ours = _output([*command, "python"], tmp_path)
    assert ours.count("# Source: dask/templates/") > 3
    search = {"PATH": str(helm(4).parent)}
    assert _output([*command, "helm"], tmp_path, search) == ours


def _output(command: list[str | Path], folder: Path, search: dict[str, str] | None = None) -> str:
    result = subprocess.run(
        command, cwd=folder, env=search or {"PATH": ""}, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout
