"""Dashboard and Jupyter in a real browser, at their Ingresses."""

from pathlib import Path

from playwright.sync_api import Page

from harness.release import Release
from tests.e2e.ingress import HOST, controller
from tests.paths import VALUES


def test_dashboard_and_notebook_behind_an_ingress(
    release: Release, page: Page, tmp_path: Path
) -> None:
    release.install("-f", VALUES / "ingress.yaml")
    token = release.jupyter_token()
    with controller(release, tmp_path) as port:
        sockets: list[str] = []
        page.on("websocket", lambda opened: sockets.append(opened.url))
        with page.expect_websocket():
            page.goto(f"https://{HOST}:{port}/dask/status")
        page.wait_for_selector(".bk-Figure")
        assert "Dask" in page.title()
        assert all(url.startswith(f"wss://{HOST}:{port}/dask/") for url in sockets)
        page.screenshot(path=tmp_path / "dashboard.png")

        page.get_by_role("link", name="Workers").click()
        page.wait_for_url(f"https://{HOST}:{port}/dask/workers")

        page.goto(f"https://{HOST}:{port}/jupyter/lab?token={token}")
        page.wait_for_selector(".jp-Launcher")
        page.screenshot(path=tmp_path / "jupyter.png")

    script = "from distributed import Client; print(Client().dashboard_link)"
    command = ("exec", "deployment/demo-dask-jupyter", "--", "python", "-c", script)
    assert release.kubectl(*command).split()[-1] == f"https://{HOST}/dask/status"
