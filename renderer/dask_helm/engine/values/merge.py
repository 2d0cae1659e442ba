"""How Helm lays values over each other: several files, and the user's values over the defaults.

Charts with dependencies would do the same once more for each of them, with the values under its
name; this chart has none.
"""

from typing import Any

Map = dict[str, Any]


def merge_maps(base: Map, overlay: Map) -> Map:
    """Return `base` with `overlay` laid over it, as Helm merges several values files.

    Maps are merged, everything else is replaced; null is a value like any other. The arguments
    stay as they are, and the result shares their inner values.
    """
    merged = dict(base)
    for key, value in overlay.items():
        below = merged.get(key)
        both = isinstance(value, dict) and isinstance(below, dict)
        merged[key] = merge_maps(below, value) if both else value  # type: ignore[arg-type]
    return merged


def coalesce(defaults: Map, user: Map) -> Map:
    """Return the user's values over the chart's defaults, as Helm 4 hands them to templates.

    The user's null removes a default. The defaults' own nulls are dropped. The arguments stay as
    they are, and the result shares nothing with them that a template could change.
    """
    # At the top, null also removes a key whose default is null; below, it stays.
    merged = {
        key: _over(default, user[key]) if key in user else _without_nulls(default)
        for key, default in defaults.items()
        if user.get(key, default) is not None
    }
    merged.update((key, copied(value)) for key, value in user.items() if key not in defaults)
    return merged


def copied(value: Any) -> Any:
    """Return a copy that shares no map and no list with `value`."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copied(item) for item in value]
    return value


def _over(default: Any, value: Any) -> Any:
    if not (isinstance(default, dict) and isinstance(value, dict)):
        return copied(value)
    merged = {
        key: _over(below, value[key]) if key in value else _without_nulls(below)
        for key, below in default.items()
        if below is not None and value.get(key, below) is not None
    }
    merged.update((k, copied(v)) for k, v in value.items() if default.get(k) is None)
    return merged


def _without_nulls(default: Any) -> Any:
    """Return a copy without null in it, except inside lists, which Helm leaves alone."""
    if not isinstance(default, dict):
        return copied(default)
    return {key: _without_nulls(value) for key, value in default.items() if value is not None}
