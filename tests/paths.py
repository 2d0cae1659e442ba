"""Folders of the checkout, for the tests."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
CHART = ROOT / "chart"
VALUES = ROOT / "values"
SCHEMAS = ROOT / "schemas"

EXAMPLES = sorted(VALUES.glob("*.yaml"))
