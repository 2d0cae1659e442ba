"""JupyterLab in a real browser: links to the dashboard, and the Dask panel."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from harness import observation
from harness.handles import SMALL, Observer
from harness.release import Release
from tests.e2e.ingress import HOST, controller
from tests.e2e.test_jupyter import in_jupyter, status, stock

POOL = {"replicas": 2, "threads": 1, "resources": SMALL}
INGRESS = {"enabled": True, "hosts": [HOST], "tls": [{"secretName": "tls", "hosts": [HOST]}]}
BEHIND_INGRESS: dict[str, Any] = {
    "workers": {"default": POOL},
    "jupyter": {"prefix": "/jupyter", "ingress": INGRESS},
}
LINKS = """
from dask_helm import HelmCluster
from distributed import Client
with HelmCluster() as cluster:
    print(Client().dashboard_link, Client(cluster).dashboard_link)
"""


def test_the_dask_panel_behind_an_ingress(release: Release, page: Page, tmp_path: Path) -> None:
    release.install(values=BEHIND_INGRESS)
    try_the_panel(release, page, tmp_path)


def test_the_dask_panel_with_the_stock_image(release: Release, page: Page, tmp_path: Path) -> None:
    jupyter = {**BEHIND_INGRESS["jupyter"], **stock(release)["jupyter"]}
    release.install(values={**BEHIND_INGRESS, "jupyter": jupyter})
    try_the_panel(release, page, tmp_path)


def try_the_panel(release: Release, page: Page, tmp_path: Path) -> None:
    """Use the panel as a person does: look at a plot, scale, disconnect, connect again."""
    seen = Observer(release)
    host = f"demo-dask-scheduler.{release.namespace}.svc:8787"
    received: list[str] = []
    page.on(
        "websocket",
        lambda opened: opened.on("framereceived", lambda _: received.append(opened.url)),
    )
    with controller(release, tmp_path) as port:
        page.goto(f"https://{HOST}:{port}/jupyter/lab?token={release.jupyter_token()}")
        page.locator('[data-id="dask-dashboard-launcher"]').click()
        clusters = page.locator(".dask-ClusterListingItem")
        expect(clusters).to_have_count(1)
        expect(clusters).to_contain_text("Number of Workers: 2")
        assert clusters.locator(".dask-ClusterListingItem-title").text_content() == "demo"
        clusters.click()  # connects the plots, if the panel has not done so

        page.locator(".dask-DashboardListing-item").get_by_text("Workers", exact=True).click()
        page.frame_locator("iframe").locator(".bk-Figure").first.wait_for(state="attached")
        plot = f"wss://{HOST}:{port}/jupyter/proxy/{host}/individual-workers/ws"
        observation.until(lambda: received.count(plot) > 5, 60, f"live data, not {received}")
        page.screenshot(path=tmp_path / "panel.png")

        with page.expect_response(lambda answer: answer.request.method == "PATCH") as done:
            scaled(page, clusters, 1)
        assert done.value.ok
        assert seen.replicas() == 1
        expect(clusters).to_contain_text("Number of Workers: 1")

        page.get_by_role("button", name="NEW", exact=True).click()
        expect(clusters).to_have_count(2)
        for item in clusters.all():
            expect(item).to_contain_text("Number of Workers: 1")
        for left in (1, 0):
            clusters.first.locator(".dask-ClusterListingItem-stop").click()
            expect(clusters).to_have_count(left)
        assert seen.replicas() == 1, "the release stays"


def scaled(page: Page, cluster: Locator, number: int) -> None:
    """Scale a cluster of the panel by its dialog."""
    cluster.locator(".dask-ClusterListingItem-scale").click()
    page.locator(".jp-Dialog input[type=number]").first.fill(str(number))
    page.locator(".jp-Dialog .jp-mod-accept").click()


def test_links_to_the_dashboard_and_no_other_host(release: Release, page: Page) -> None:
    release.install(values={"workers": {"default": {**POOL, "dashboard": True}}})
    token = release.jupyter_token()
    of_client, of_handle = in_jupyter(release, "python", "-c", LINKS).split()[-2:]
    assert of_client == "/proxy/demo-dask-scheduler:8787/status"
    assert of_handle == f"/proxy/demo-dask-scheduler.{release.namespace}.svc:8787/status"
    with release.forwarded("service/demo-dask-jupyter", 8888) as port:
        page.goto(f"http://127.0.0.1:{port}/lab?token={token}")
        for link in (of_client, of_handle):
            with page.expect_websocket():
                page.goto(f"http://127.0.0.1:{port}{link}")
            page.wait_for_selector(".bk-Figure")
        page.get_by_role("link", name="Info").click()
        page.wait_for_url("**/info/main/workers.html")
        with page.expect_websocket():
            page.get_by_role("link", name="dashboard", exact=True).first.click()
        page.wait_for_url("**/proxy/8790/*/status")
        page.wait_for_selector(".bk-Figure")
        assert status(port, "/proxy/kubernetes.default.svc:443/", token) == 403
