"""The presets, and a values file made from one: with the meaning of each key above it."""

import re
from collections.abc import Iterator
from pathlib import Path

from dask_helm import data
from dask_helm.errors import UsageError

EDITORS = "yaml-language-server: $schema="


def names() -> list[str]:
    """Return the names of all presets."""
    return sorted(path.stem for path in data.folder("values").glob("*.yaml"))


def title(name: str) -> str:
    """Return what a preset shows, which is its first line."""
    return text(name).partition("\n")[0].lstrip("# ")


def text(name: str) -> str:
    """Return a preset as it lies in the package. Raises UsageError with the nearest names."""
    if name not in names():
        raise UsageError(_unknown(name))
    return _file(name).read_text("utf-8")


def _file(name: str) -> Path:
    return data.folder("values") / f"{name}.yaml"


def _unknown(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, names(), n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(names())}"
    return f"no preset is called {name}; {hint}"


def starting(name: str, schema: str) -> str:
    """Return a values file that means the same; `schema` is where editors find the schema."""
    from dask_helm.cli import annotating

    # Nothing could be written below an empty map.
    own = re.sub(r"^\{\}\n", "", text(name), flags=re.MULTILINE)
    origin = f"# From the preset {name} of dask-helm. What each key means: dask-helm explain"
    lines = [f"# {EDITORS}{schema}", origin, annotating.annotated(own), *_rest(own), ""]
    return "\n".join(lines)


def _rest(own: str) -> Iterator[str]:
    """Yield comments on the keys at the top that the preset does not use."""
    from dask_helm.cli import explaining, tree

    yield "# Other keys:"
    for key, node in tree.root().children.items():
        if not re.search(rf"^{key}:", own, re.MULTILINE):
            yield f"#   {key:<18} {explaining.sentence(node.schema['description'])}"
