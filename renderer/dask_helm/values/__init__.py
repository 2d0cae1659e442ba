"""Validates the user's values against the schema and the rules of the chart.

Each problem has a place, what was found and a suggestion. The modules that word them are imported
only when something is wrong.
"""

from dask_helm.values.validation import check

__all__ = ["check"]
