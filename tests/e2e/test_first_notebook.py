"""The tutorial "First notebook" in a browser, as a person follows it; it makes the pictures.

The pictures go to the folder PICTURES, if it is set (`make pictures`).
"""

import os
from pathlib import Path

import pytest
from dask_helm import labels
from playwright.sync_api import FrameLocator, Locator, Page, expect

from harness import observation
from harness.handles import Observer, handle
from harness.release import Release
from tests.e2e.test_notebooks import POOL, run

WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 800}

FIELDS_OUTSIDE = """output => {
  const box = output.getBoundingClientRect();
  return [...output.querySelectorAll("input, select, button")]
    .map(part => part.getBoundingClientRect())
    .filter(part => part.left < box.left || part.right > box.right).length
}"""


@pytest.fixture(scope="module")
def installed(module_release: Release) -> Release:
    module_release.install(values={"workers": {"default": POOL}})
    return module_release


def picture(page: Page, folder: Path, name: str) -> None:
    """Take a picture of the page."""
    target = Path(os.environ.get("PICTURES") or folder) / f"{name}.png"
    page.add_style_tag(content=".Toastify { display: none }")  # "Jupyter news?"
    page.screenshot(path=target)
    assert target.stat().st_size > 10_000


def narrow_picture(page: Page, widget: Locator, folder: Path, name: str) -> None:
    """Take a picture of the widget on a narrow page, with all its fields in sight."""
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    widget.get_by_role("button", name="Scale", exact=True).scroll_into_view_if_needed()
    page.wait_for_timeout(1000)
    assert widget.evaluate(FIELDS_OUTSIDE) == 0
    page.screenshot(path=folder / f"{name}.png")


def opened(page: Page, link: str, notebook: str) -> Locator:
    """Open an example in JupyterLab, and return its code cells."""
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    page.goto(link.replace("?", f"lab/tree/dask-examples/{notebook}?reset&"))
    cells = page.locator(".jp-Notebook .jp-CodeCell")
    expect(cells.first).to_be_visible()
    expect(page.get_by_text("| Idle")).to_be_visible()
    return cells


def scale_by_keyboard(page: Page, pods: Locator, number: int) -> None:
    """Type a number into the widget and press its button, as fast as a person does."""
    pods.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type(str(number))
    page.keyboard.press("Tab")
    page.wait_for_timeout(1000)
    page.keyboard.press("Enter")


def test_a_first_result_and_the_dashboard_beside_it(
    installed: Release, page: Page, tmp_path: Path
) -> None:
    with handle(installed) as cluster:
        cells = opened(page, cluster.jupyter_link, "1-first-steps.ipynb")
        for number in range(4):
            run(page, cells.nth(number))
        expect(cells.nth(1)).to_contain_text("328350")
        expect(cells.nth(3)).to_contain_text("/proxy/demo-dask-scheduler:8787/status")
        cells.nth(1).scroll_into_view_if_needed()
        picture(page, tmp_path, "first-steps")

        page.locator('[data-id="dask-dashboard-launcher"]').click()
        expect(page.locator(".dask-ClusterListingItem")).to_contain_text("Number of Workers: 1")
        page.locator(".dask-DashboardListing-item").get_by_text("Task Stream", exact=True).click()
        plot: FrameLocator = page.frame_locator("iframe")
        plot.locator(".bk-Figure").first.wait_for(state="attached")
        page.get_by_role("tab", name="1-first-steps.ipynb").click()
        run(page, cells.nth(2))
        page.get_by_role("tab", name="Task Stream").click()
        page.wait_for_timeout(3000)  # the plot draws what has just run
        picture(page, tmp_path, "dask-panel")


def test_the_widget_by_keyboard_in_both_themes(
    installed: Release, page: Page, tmp_path: Path
) -> None:
    seen = Observer(installed)
    with handle(installed) as cluster:
        cells = opened(page, cluster.jupyter_link, "2-scale-without-loss.ipynb")
        run(page, cells.nth(0))
        widget = cells.nth(0).locator(".jp-OutputArea-output").first
        pods = widget.get_by_role("spinbutton").first
        expect(pods).to_have_value("1")
        scale_by_keyboard(page, pods, 2)
        expect(widget.locator("tr", has_text="default").last).to_contain_text("2")
        observation.until(lambda: seen.replicas() == 2, what="the pool is scaled")
        cluster.wait_ready(timeout=300)
        expect(widget).to_contain_text("Scaling default from 1 to 2")
        picture(page, tmp_path, "widget")

        page.keyboard.press("Control+b")  # hides the file browser
        narrow_picture(page, widget, tmp_path, "widget-narrow")
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        page.get_by_role("menuitem", name="Settings", exact=True).click()
        for item in ("Theme", "JupyterLab Dark"):
            named = page.get_by_text(item, exact=True)
            page.locator(".lm-Menu-item", has=named).click()
        expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
        expect(page.locator("#jupyterlab-splash")).to_have_count(0)
        picture(page, tmp_path, "widget-dark")
        narrow_picture(page, widget, tmp_path, "widget-narrow-dark")

        scale_by_keyboard(page, pods, 1)
        expect(widget).to_contain_text("Scaling default from 2 to 1 pods; leaving: ")
        observation.until(lambda: len(observation.pods(installed, labels.WORKER)) == 1)
