"""Notebooks, as a person uses them: log in, run the examples, lose the pod, use the stock image."""

import json
import os
import secrets
from typing import Any

import pytest
from dask_helm import labels
from jupyter_server.auth.security import passwd
from playwright.sync_api import Locator, Page, expect

from harness import observation
from harness.handles import SMALL, handle
from harness.release import Release
from tests.e2e.test_jupyter import in_jupyter, stock, volume
from tests.paths import CHART, VALUES

POOL = {"replicas": 1, "threads": 1, "resources": SMALL}
EXAMPLES = sorted(path.name for path in (CHART / "files" / "examples").glob("*.ipynb"))
NO_INDEX = """
import subprocess, sys
pip = [sys.executable, "-m", "pip", "download", "--retries=0", "--timeout=5", "attrs"]
print(subprocess.run(pip, cwd="/tmp", capture_output=True, text=True).returncode)
"""
WRITE_NOTEBOOK = """
import nbformat
slow = "import time; from distributed import Client; client = Client()\\n"
slow += "client.gather(client.map(time.sleep, [1] * 500, pure=False))"
cells = [nbformat.v4.new_code_cell(text) for text in (slow, "'nothing yet'")]
metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
notebook = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
nbformat.write(notebook, "/home/jovyan/slow.ipynb")
"""
__all__ = ["volume"]


@pytest.fixture(scope="module")
def installed(module_release: Release) -> Release:
    module_release.install(values={"workers": {"default": POOL}})
    return module_release


def outputs(release: Release, name: str) -> list[str]:
    """Run an example in Jupyter's pod, and return what its cells print and return."""
    path = f"/home/jovyan/dask-examples/{name}"
    in_jupyter(release, "jupyter", "execute", "--inplace", "--timeout=600", path)
    found = []
    for cell in json.loads(in_jupyter(release, "cat", path))["cells"]:
        for output in cell.get("outputs", []):
            text = output.get("text") or output.get("data", {}).get("text/plain", [])
            found.append("".join(text))
    return found


def run(page: Page, cell: Locator) -> None:
    """Run a cell of a notebook in JupyterLab."""
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")


def test_what_the_home_directory_contains_at_the_first_start(installed: Release) -> None:
    names = in_jupyter(installed, "sh", "-c", "ls -A /home/jovyan /home/jovyan/dask-examples")
    assert {"NOTEBOOKS-ARE-NOT-SAVED.md", ".dask-helm-seeded", *EXAMPLES} <= set(names.split())


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_runs_in_the_bundled_server(installed: Release, name: str) -> None:
    printed = outputs(installed, name)
    if name.startswith("1-"):
        assert "328350" in printed
        assert "'/proxy/demo-dask-scheduler:8787/status'" in printed
    elif name.startswith("2-"):
        assert printed[-1] == "True", "scattered data outlives its worker"
    elif name.startswith("3-"):
        assert "default: 1 of 1 pods ready, 1 threads\n" in printed
    else:
        assert "distributed" in printed[-1]
    assert len(observation.pods(installed, labels.WORKER)) == 1


def test_the_link_of_the_handle_is_logged_in(installed: Release, page: Page) -> None:
    with handle(installed) as cluster:
        page.goto(cluster.jupyter_link)
        expect(page.locator("#jp-MainLogo")).to_be_visible()
        page.locator(".jp-DirListing-content").get_by_text("NOTEBOOKS-ARE-NOT-SAVED.md").dblclick()
        expect(page.get_by_text("Your files here are lost when")).to_be_visible()


def test_a_password(release: Release, page: Page) -> None:
    password = secrets.token_hex(12)
    jupyter = {"hashedPassword": passwd(password)}  # type: ignore[no-untyped-call]
    release.install(values={"workers": {"default": {"replicas": 0}}, "jupyter": jupyter})
    assert "token=" not in in_jupyter(release, "jupyter", "server", "list")
    with release.forwarded("service/demo-dask-jupyter", 8888) as port:
        page.goto(f"http://127.0.0.1:{port}/lab")
        for wrong in ("dask", f"{password}x"):
            page.locator("input[name=password]").fill(wrong)
            with page.expect_response("**/login*") as answered:
                page.keyboard.press("Enter")
            assert answered.value.status == 401
            expect(page.get_by_text("Invalid credentials")).to_be_visible()
        page.locator("input[name=password]").fill(password)
        page.keyboard.press("Enter")
        expect(page.locator("#jp-MainLogo")).to_be_visible()


def test_the_stock_image_without_a_package_index(release: Release) -> None:
    values: dict[str, Any] = {"workers": {"default": POOL}, **stock(release)}
    release.install(values=values)
    if not os.environ.get("KUBECONFIG"):  # the pods of another cluster may reach an index
        assert in_jupyter(release, "python", "-c", NO_INDEX).strip() == "1"
    home = in_jupyter(release, "ls", "-A", "/home/jovyan", "/home/jovyan/examples").split()
    assert {"from-the-image.ipynb", "dask-examples"} <= set(home)
    assert outputs(release, EXAMPLES[1])[-1] == "True"


def test_jupyters_pod_is_killed_during_a_computation(
    release: Release, volume: str, page: Page
) -> None:
    """The notebook is there again, with what was saved, and its computation can begin again."""
    token = secrets.token_hex(24)
    release.kubectl("create", "secret", "generic", "jupyter-login", f"--from-literal=token={token}")
    own = {"workers": {"default": POOL}, "jupyter": {"persistence": {"storageClassName": volume}}}
    release.install("-f", VALUES / "jupyter.yaml", values=own)
    in_jupyter(release, "python", "-c", WRITE_NOTEBOOK)
    cells = page.locator(".jp-Notebook .jp-CodeCell")
    with release.client() as client, handle(release) as cluster:
        page.goto(cluster.jupyter_link.replace("?", "lab/tree/slow.ipynb?"))
        expect(page.get_by_text("| Idle")).to_be_visible()
        run(page, cells.nth(0))
        observation.until(lambda: any(client.processing().values()), what="the tasks run")
        cells.nth(1).locator(".cm-content").fill("2 + 2000")
        page.keyboard.press("Control+s")
        saved = ("grep", "-c", "2 + 2000", "/home/jovyan/slow.ipynb")
        observation.until(lambda: in_jupyter(release, *saved).strip() == "1", what="it is saved")

        (before,) = observation.pods(release, labels.JUPYTER)
        release.kubectl("delete", "pod", before["metadata"]["name"])
        release.kubectl("rollout", "status", "deployment/demo-dask-jupyter", "--timeout=400s")
        observation.until(lambda: not any(client.processing().values()), what="no task is left")

        page.reload()
        expect(cells.nth(1)).to_contain_text("2 + 2000")
        expect(page.get_by_text("| Idle")).to_be_visible()
        run(page, cells.nth(1))
        expect(cells.nth(1).locator(".jp-OutputArea-output").first).to_have_text("2002")
        run(page, cells.nth(0))
        observation.until(lambda: any(client.processing().values()), what="the tasks run again")
