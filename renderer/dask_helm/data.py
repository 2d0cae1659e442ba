"""Where the chart, the schemas and the examples lie."""

from functools import cache
from pathlib import Path

from dask_helm.errors import EngineError

_PACKAGE = Path(__file__).parent


@cache
def folder(name: str) -> Path:
    """Return the folder `chart`, `schemas` or `values`.

    A checkout has them at its root, an installation inside the package; else EngineError.
    """
    for base in (_checkout(), _PACKAGE / "_data"):
        if base and (base / name).is_dir():
            return base / name
    raise EngineError(
        f"the installation lacks its folder {name}; write: pip install --force-reinstall dask-helm"
    )


def _checkout() -> Path | None:
    """Return the root of the repository this file lies in, if it does."""
    root = _PACKAGE.parent.parent
    project = root / "pyproject.toml"
    ours = project.is_file() and 'name = "dask-helm"' in project.read_text(encoding="utf-8")
    return root if ours else None
