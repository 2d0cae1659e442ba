"""Users of a real JupyterHub share a release, in a browser, as docs/jupyterhub.md says.

`ann` has no rights, in the namespace of the release; `bob` has them, in another namespace.
"""

import json
from pathlib import Path

import pytest
import yaml
from dask_helm import labels
from playwright.sync_api import Locator, Page, expect

from harness import observation
from harness.handles import SMALL
from harness.release import Release
from harness.target import Target
from tests.e2e import hub
from tests.e2e.conftest import new_namespace
from tests.e2e.hub import Hub
from tests.e2e.test_cluster_cli import data
from tests.e2e.test_first_notebook import WIDE, picture
from tests.paths import VALUES

POOL = {"replicas": 2, "threads": 1, "resources": SMALL}
COMPUTE = """
from distributed import Client
client = Client()
client.submit(sum, [1, 2]).result(), client.dashboard_link
"""
CONNECT = "from dask_helm import HelmCluster; cluster = HelmCluster(); cluster"
SCALE = """
from distributed import Client
client = Client(cluster)
held = client.scatter(list(range(20)))
cluster.scale(1)
client.gather(held) == list(range(20)), cluster.dashboard_link
"""


def install(release: Release, users: str) -> None:
    """Install the release of the documentation, with rights for the account in a namespace."""
    values = yaml.safe_load((VALUES / "jupyterhub.yaml").read_text())
    (subject,) = values["rbac"]["subjects"]
    assert subject["name"] == "dask-user"
    subject["namespace"] = users
    release.install(values={**values, "workers": {"default": POOL}})


def log_in(page: Page, where: Hub, user: str) -> None:
    """Log in, and wait for JupyterLab with a new notebook."""
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    page.goto(f"http://127.0.0.1:{where.port}/hub/login")
    page.locator("input[name=username]").fill(user)
    page.locator("input[name=password]").fill(where.password)
    page.keyboard.press("Enter")
    page.locator(".jp-LauncherCard[data-category=Notebook]").first.click()
    expect(page.get_by_text("| Idle")).to_be_visible()


def run(page: Page, code: str) -> Locator:
    """Run code in the last cell of the notebook, and return what it prints."""
    cells = page.locator(".jp-Notebook .jp-CodeCell")
    cell = cells.nth(cells.count() - 1)
    cell.locator(".cm-content").click()
    page.keyboard.insert_text(code.strip())
    page.keyboard.press("Shift+Enter")
    return cell.locator(".jp-OutputArea-output")


def watch(page: Page, where: Hub, user: str, release: Release) -> None:
    """Open the dashboard through the user's own server."""
    host = f"my-dask-scheduler.{release.namespace}.svc:8787"
    link = f"http://127.0.0.1:{where.port}/user/{user}/proxy/{host}/status"
    tab = page.context.new_page()
    with tab.expect_websocket():
        tab.goto(link)
    tab.wait_for_selector(".bk-Figure")
    other = tab.goto(link.replace(host, "kubernetes.default.svc:443"))
    assert other is not None
    assert other.status == 403
    tab.close()


@pytest.mark.more
def test_two_users_share_a_release(cluster: Target, page: Page, tmp_path: Path) -> None:
    with (
        new_namespace(cluster) as name,
        new_namespace(cluster, f"{name}-ann") as with_release,
        new_namespace(cluster, f"{name}-bob") as elsewhere,
    ):
        release = Release(cluster, "my", with_release)
        install(release, users=elsewhere)
        values = hub.documented(release)
        for users in (with_release, elsewhere):
            of_users = Release(cluster, "my", users)
            of_users.kubectl("create", "serviceaccount", "dask-user")
            of_users.kubectl("apply", "-f", "-", stdin=json.dumps(hub.files(values)))
        with hub.running(Release(cluster, "hub", name), values, hub.image(cluster)) as where:
            browser = page.context.browser
            assert browser is not None
            ann, bob = page, browser.new_context().new_page()
            bob.context.set_default_timeout(300_000)
            log_in(ann, where, "ann")
            log_in(bob, where, "bob")

            output = run(ann, COMPUTE)
            link = f"/proxy/my-dask-scheduler.{release.namespace}.svc:8787/status"
            expect(output).to_contain_text(f"(3, '/user/ann{link}')")
            watch(ann, where, "ann", release)
            expect(run(ann, CONNECT)).to_contain_text(f"{with_release}:dask-user")

            widget = run(bob, CONNECT).first
            expect(widget.get_by_role("spinbutton").first).to_have_value("2")
            expect(run(bob, SCALE).last).to_contain_text(f"(True, '/user/bob{link}')")
            assert len(observation.pods(release, labels.WORKER)) == 1
            watch(bob, where, "bob", release)
            run(bob, "cluster.adapt(1, 2);")
            for shown in ("1 to 2 pods", "Connected: ann, bob"):
                expect(widget).to_contain_text(shown)
            expect(run(ann, "client.submit(sum, [4, 5]).result()")).to_contain_text("9")
            assert data(release, "status")["users"] == {"ann": 1, "bob": 1}

            bob.locator('[data-id="dask-dashboard-launcher"]').click()
            expect(bob.locator(".dask-ClusterListingItem")).to_contain_text("Number of Workers: 1")
            bob.keyboard.press("Control+b")  # hides the panel
            widget.scroll_into_view_if_needed()
            picture(bob, tmp_path, "jupyterhub")
