"""The folders of the chart, the schemas and the examples."""

from functools import cache
from pathlib import Path

from dask_helm.errors import EngineError

_PACKAGE = Path(__file__).parent


@cache
def folder(name: str) -> Path:
    """Return the folder `chart`, `schemas` or `values`.

    A checkout has them at its root, an installation inside the package. Raises EngineError if the
    folder is missing.
    """
    root = _PACKAGE.parent.parent
    project = root / "pyproject.toml"
    is_checkout = project.is_file() and 'name = "dask-helm"' in project.read_text(encoding="utf-8")
    for base in (*([root] if is_checkout else []), _PACKAGE / "_data"):
        if (base / name).is_dir():
            return base / name
    raise EngineError(
        f"the installation lacks its folder {name}; write: pip install --force-reinstall dask-helm"
    )
