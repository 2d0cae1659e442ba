"""Folders of the checkout, and the examples in one of them, for the tests."""

from tools.paths import CHART, ROOT, SCHEMAS, VALUES

__all__ = ["CHART", "EXAMPLES", "ROOT", "SCHEMAS", "VALUES"]

EXAMPLES = sorted(VALUES.glob("*.yaml"))
