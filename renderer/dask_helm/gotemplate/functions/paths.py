"""Parts of paths, with slashes on every machine."""

from dask_helm.gotemplate.functions.table import function


@function("base", "osBase")
def base(path: str) -> str:
    """Return the last part of a path."""
    stripped = path.rstrip("/")
    if not stripped:
        return "/" if path else "."
    return stripped.rpartition("/")[2]


@function("dir", "osDir")
def directory(path: str) -> str:
    """Return all but the last part of a path, cleaned."""
    folder, slash, _ = path.rpartition("/")
    return clean(folder + slash)


@function("clean", "osClean")
def clean(path: str) -> str:
    """Return the shortest path to the same place."""
    rooted = path.startswith("/")
    parts: list[str] = []
    for part in path.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", ".") and not (part == ".." and rooted):
            parts.append(part)
    return ("/" if rooted else "") + "/".join(parts) or "."


@function("ext", "osExt")
def extension(path: str) -> str:
    """Return the end of the last part, from its last dot on."""
    _, dot, end = path.rpartition("/")[2].rpartition(".")
    return dot + end if dot else ""


@function("isAbs", "osIsAbs")
def is_absolute(path: str) -> bool:
    """Whether the path begins at the root."""
    return path.startswith("/")
