"""What is known of a value before anything is rendered."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, Optional, TypeAlias

Path: TypeAlias = tuple[str, ...]
Paths: TypeAlias = frozenset[Path]
ANY = "*"


class Value(NamedTuple):
    """All that a value may be; one without anything is bottom, such as an empty map.

    - origins: it may be the value at one of these paths.
    - spread: it may be a map that holds the entries of the maps at these paths.
    - parts: it may be, or hold at any depth, the values at these paths.
    - strings: it may be one of these strings.
    - keys_of: it may be a key of the map at one of these paths.
    - items, rest: what stands under a key that is known, and under any other key.
    - other: it may also be something that no value path leads to.
    """

    origins: Paths = frozenset()
    spread: Paths = frozenset()
    parts: Paths = frozenset()
    strings: frozenset[str] = frozenset()
    keys_of: Paths = frozenset()
    items: frozenset[tuple[str, "Value"]] = frozenset()
    rest: Optional["Value"] = None
    other: bool = False


NOTHING = Value()
OTHER = Value(other=True)


def mapping(items: Mapping[str, Value]) -> Value:
    """Return a map (or, with numbers as keys, a list) with these entries."""
    return Value(items=frozenset(items.items()))


def sequence(elements: Iterable[Value]) -> Value:
    """Return a list of these elements."""
    return mapping({str(index): element for index, element in enumerate(elements)})


def constant(text: str) -> Value:
    """Return a string that is known."""
    return Value(strings=frozenset([text]))


def joined(values: Iterable[Value]) -> Value:
    """Return what may be any of the values."""
    distinct = [value for value in dict.fromkeys(values) if value != NOTHING]
    if len(distinct) < 2:
        return distinct[0] if distinct else NOTHING
    return Value(
        frozenset[Path]().union(*(value.origins for value in distinct)),
        frozenset[Path]().union(*(value.spread for value in distinct)),
        frozenset[Path]().union(*(value.parts for value in distinct)),
        frozenset[str]().union(*(value.strings for value in distinct)),
        frozenset[Path]().union(*(value.keys_of for value in distinct)),
        _joined_items(distinct),
        _joined_rests(distinct),
        any(value.other for value in distinct),
    )


def _joined_rests(values: Iterable[Value]) -> Value | None:
    rests = [value.rest for value in values if value.rest is not None]
    return joined(rests) if rests else None


def _joined_items(values: Iterable[Value]) -> frozenset[tuple[str, Value]]:
    found: dict[str, list[Value]] = {}
    for value in values:
        for key, item in value.items:
            found.setdefault(key, []).append(item)
    return frozenset((key, joined(items)) for key, items in found.items())


def constants(key: Value) -> frozenset[str] | None:
    """Return the strings a key may be, or None when it may be another one as well."""
    known = key.strings and key == Value(strings=key.strings)
    return key.strings if known else None


def child(value: Value, key: Value) -> Value:
    """Return what stands under a key."""
    known = constants(key)
    if known is None:
        return joined([unknown_child(value), *(item for _, item in value.items)])
    return joined(named_child(value, name) for name in known)


def named_child(value: Value, name: str) -> Value:
    """Return what stands under a key that is known."""
    item = next((item for key, item in value.items if key == name), NOTHING)
    return joined([_below(value, name), item, value.rest or NOTHING])


def unknown_child(value: Value) -> Value:
    """Return what stands under all keys but those of `items`."""
    return joined([_below(value, ANY), value.rest or NOTHING])


def _below(value: Value, name: str) -> Value:
    paths = frozenset((*path, name) for path in value.origins | value.spread)
    return Value(origins=paths, parts=value.parts, other=value.other)


def elements(value: Value) -> Iterator[tuple[Value, Value]]:
    """Yield the keys and elements that a range goes over, at least one."""
    for key, item in sorted(value.items):
        yield constant(key), item
    unknown = unknown_child(value)
    if unknown != NOTHING or not value.items:
        yield Value(keys_of=value.origins | value.spread, other=True), unknown


def entry(key: Value, value: Value) -> Value:
    """Return a map with one entry.

    An entry that a range takes of one map and puts into another under the same key makes the other
    hold the entries of the one.
    """
    known = constants(key)
    if known is not None:
        return mapping(dict.fromkeys(known, value))
    copied = frozenset(path for path in value.origins | value.spread if path[-1:] == (ANY,))
    parents = frozenset(path[:-1] for path in copied)
    if not parents & key.keys_of:
        return Value(rest=value)
    left = value._replace(origins=value.origins - copied, spread=value.spread - copied)
    return Value(spread=parents, rest=None if left == NOTHING else left)


def loosened(value: Value) -> Value:
    """Return a list of the same elements of which no one knows where it stands."""
    if not value.items:
        return value
    rest = joined([value.rest or NOTHING, *(item for _, item in value.items)])
    return value._replace(items=frozenset(), rest=rest)


def chosen(value: Value, wanted: Callable[[str], bool]) -> Value:
    """Return a map without the known keys that are not wanted."""
    return value._replace(items=frozenset(item for item in value.items if wanted(item[0])))


def as_text(value: Value) -> Value:
    """Return the value as text, which can be loaded again but is no key any more."""
    return value._replace(strings=frozenset(), keys_of=frozenset(), other=True)


def as_part(value: Value) -> Value:
    """Return text that holds the value somewhere."""
    return Value(parts=paths(value), other=True)


def paths(value: Value) -> Paths:
    """Return the paths of all that the value is or holds."""
    inner = [item for _, item in value.items] + ([value.rest] if value.rest else [])
    own = value.origins | value.parts | {(*path, ANY) for path in value.spread}
    return own.union(*map(paths, inner))


def tested_paths(value: Value) -> Paths:
    """Return the paths on which depends whether the value is empty."""
    return value.origins | value.parts | value.spread
