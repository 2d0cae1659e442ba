"""From a path as people write it to the node it names, or to the nearest ones."""

import re
from collections.abc import Iterator

from dask_helm.cli.tree import ANY, Keys, Node
from dask_helm.errors import UsageError

# A quoted key, a key in which a backslash keeps a dot, or an index, which says nothing about types.
_PART = re.compile(r'"((?:[^"\\]|\\.)*)"|((?:[^.\\\["]|\\.)+)|\[[^\]]*\]')
_MOST = 6


def parsed(path: str) -> Keys:
    r"""Return the keys of a path such as env[0].name or a\.b or commonLabels."x.y/z"."""
    keys = (match[1] or match[2] for match in _PART.finditer(path))
    return tuple(re.sub(r"\\(.)", r"\1", key) for key in keys if key)


def shown(path: Keys) -> str:
    """Return keys as a path."""
    return ".".join(key if re.fullmatch(r"[^.\"\s]+", key) else f'"{key}"' for key in path)


def find(root: Node, path: str) -> Node:
    """Return the node that a path names. Raises UsageError with the nearest ones."""
    node = root
    for key in parsed(path):
        child = node.child(key)
        if child is None:
            raise UsageError(_unknown(root, node, path, key))
        node = child
    return node


def _unknown(root: Node, parent: Node, path: str, key: str) -> str:
    near = suggestions(root, parent, key)
    first = f"there is no value {path}"
    if near:
        return f"{first}; did you mean {' or '.join(near)}?"
    if not parent.children:
        return f"{first}: {shown(parent.path)} holds no keys"
    return f"{first}; {shown(parent.path) or 'the chart'} has: {', '.join(parent.children)}"


def suggestions(root: Node, parent: Node, key: str) -> list[str]:
    """Return paths that may be meant: a similar key beside it, else that key anywhere else."""
    from difflib import get_close_matches

    near = get_close_matches(key, parent.children, n=2)
    beside = [shown((*parent.path, name)) for name in near]
    return beside or list(_anywhere(root, key))[:_MOST]


def _anywhere(root: Node, key: str) -> Iterator[str]:
    """Yield the values that have this key, only the ones nearest to the top."""
    found = [node.path for node in root.below() if node.path[-1] == key]
    found.sort(key=len)
    yield from (shown(path) for path in found if len(path) <= len(found[0]) + 1)


def paths(root: Node, beginning: str) -> list[str]:
    """Return the paths that complete a beginning, for the shell."""
    above, _, _ = beginning.rpartition(".")
    try:
        node = find(root, above)
    except UsageError:
        return []
    found = [shown((*node.path, key)) for key in node.children if key != ANY]
    return [path for path in found if path.startswith(beginning)]
