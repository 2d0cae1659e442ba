"""Folders of the checkout."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
CHART = ROOT / "chart"
DOCS = ROOT / "docs"
SCHEMAS = ROOT / "schemas"
VALUES = ROOT / "values"
