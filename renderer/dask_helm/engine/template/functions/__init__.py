"""The functions of templates: those of text/template, sprig and Helm.

TABLE holds each with the types of its parameters, ABSENT those of Helm that are not in it, with the
reason. Those that need the templates around them (and, or, include, tpl) are in calls.py.
"""

# Each puts its functions into the table when it is imported.
from dask_helm.engine.template.functions import (  # noqa: F401
    arithmetic,
    builtin,
    casing,
    conversion,
    data,
    dicts,
    durations,
    encoding,
    lists,
    reflection,
    regex,
    strings,
    urls,
    versions,
)
from dask_helm.engine.template.functions.helm import ABSENT
from dask_helm.engine.template.functions.table import TABLE

__all__ = ["ABSENT", "TABLE"]
