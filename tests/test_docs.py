"""The documentation site: it works offline, and every value has an anchor."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT

_ELSEWHERE = r"=[\"']?(?:https?:)?//"
_LOADED = re.compile(rf"<(?:script|img|iframe)[^>]*\bsrc{_ELSEWHERE}|<link[^>]*\bhref{_ELSEWHERE}")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [str(Path(sys.executable).with_name("mkdocs")), "build", "--strict", "--quiet"]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    subprocess.run([*command, f"--site-dir={folder}"], cwd=ROOT, env=environment, check=True)
    return folder


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 15
    assert {
        page.name: found for page in pages if (found := _LOADED.findall(page.read_text()))
    } == {}
    assert not [page for page in pages if 'class="mermaid"' in page.read_text()]


def test_every_value_has_an_anchor(site: Path) -> None:
    page = (site / "values.html").read_text()
    rows = re.findall(r"<tr>\n<td>(<a id=\"([^\"]*)\"></a>)?<code>([\w.<>]+)</code></td>", page)
    assert len(rows) > 150
    for _, anchor, path in rows:
        assert anchor == path.replace("<", "").replace(">", "")
