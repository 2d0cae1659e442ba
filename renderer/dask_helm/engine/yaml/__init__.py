"""YAML and JSON as Helm reads and writes them: by the rules of Go, to the byte."""

from dask_helm.engine.yaml.gojson import MarshalError, json_dumps, json_loads
from dask_helm.engine.yaml.numbers import format_float
from dask_helm.engine.yaml.positions import Positions, locate
from dask_helm.engine.yaml.reader import load, load_all
from dask_helm.engine.yaml.writer import dump, dump_exactly, dump_pretty

__all__ = [
    "MarshalError",
    "Positions",
    "dump",
    "dump_exactly",
    "dump_pretty",
    "format_float",
    "json_dumps",
    "json_loads",
    "load",
    "load_all",
    "locate",
]
