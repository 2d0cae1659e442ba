"""A folder as a user has one, with values files."""

import shutil
from pathlib import Path

import pytest

from tests.paths import ROOT, VALUES

FLEET = ROOT / "docs" / "examples" / "fleet"
PRODUCTION = """\
workers:
  default:
    replicas: 8
  highmem:
    replicas: 2
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, which holds values.yaml, production.yaml and a fleet."""
    shutil.copy(VALUES / "pools.yaml", tmp_path / "values.yaml")
    (tmp_path / "production.yaml").write_text(PRODUCTION)
    shutil.copytree(FLEET, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path
