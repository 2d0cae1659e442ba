"""The functions of templates: those of text/template, sprig and Helm.

TABLE holds each with the types of its parameters; REFUSED tells why some are not in it. Those that
need the templates around them (and, or, include, tpl) are the compiler's.
"""

# Each puts its functions into the table when it is imported.
from dask_helm.gotemplate.functions import (  # noqa: F401
    arithmetic,
    builtin,
    casing,
    comparison,
    constraints,
    conversion,
    data,
    decimals,
    defaults,
    dicts,
    durations,
    encoding,
    equality,
    helm,
    lists,
    merging,
    paths,
    reflection,
    regex,
    splitting,
    strings,
    urls,
    versions,
    words,
    wrapping,
)
from dask_helm.gotemplate.functions.refused import REFUSED
from dask_helm.gotemplate.functions.table import TABLE

__all__ = ["REFUSED", "TABLE"]
