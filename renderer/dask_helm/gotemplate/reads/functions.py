"""What functions of templates do to values that are not known: pass on, take apart or read."""

from collections.abc import Callable, Sequence
from itertools import product
from typing import TypeAlias

from dask_helm.gotemplate.reads.value import (
    NOTHING,
    OTHER,
    Paths,
    Value,
    as_text,
    child,
    chosen,
    constant,
    constants,
    elements,
    entry,
    joined,
    loosened,
    named_child,
    paths,
    sequence,
    tested_paths,
    unknown_child,
)

Arguments: TypeAlias = Sequence[Value]
Read: TypeAlias = Callable[[Paths], None]
Function: TypeAlias = Callable[[Arguments, Read], Value]


def applied(name: str, arguments: Arguments, read: Read) -> Value:
    """Return the result of a function; `read` is called with the paths it reads."""
    return _FUNCTIONS.get(name, _reading)(arguments, read)


def _reading(arguments: Arguments, read: Read) -> Value:
    """Any function that is not named below reads its arguments."""
    for argument in arguments:
        read(paths(argument))
    return OTHER


def _testing(arguments: Arguments, read: Read) -> Value:
    for argument in arguments:
        read(tested_paths(argument))
    return OTHER


def _asking_kind(_: Arguments, __: Read) -> Value:
    return OTHER


def _either(arguments: Arguments, _: Read) -> Value:
    return joined(arguments)


def _logic(arguments: Arguments, read: Read) -> Value:
    """And, or: all arguments but the last are tested, and any may be the result."""
    _testing(arguments[:-1], read)
    return joined(arguments)


def _ternary(arguments: Arguments, read: Read) -> Value:
    _testing(arguments[2:], read)
    return joined(arguments[:2])


def _text(arguments: Arguments, read: Read) -> Value:
    """Change the form of the last argument; the others say how."""
    _reading(arguments[:-1], read)
    return as_text(joined(arguments[-1:]))


def _last(arguments: Arguments, read: Read) -> Value:
    _reading(arguments[:-1], read)
    return joined(arguments[-1:])


def _printf(arguments: Arguments, read: Read) -> Value:
    """Return all texts that result when each argument is a string that is known."""
    known = [constants(argument) for argument in arguments]
    if not known or None in known:
        return _reading(arguments, read)
    return joined(_formatted(words) for words in product(*(strings or () for strings in known)))


def _formatted(words: Sequence[str]) -> Value:
    pieces = words[0].split("%s")
    if len(pieces) != len(words) or "%" in "".join(pieces):
        return OTHER
    rest = (word + piece for word, piece in zip(words[1:], pieces[1:], strict=True))
    return constant(pieces[0] + "".join(rest))


def _dict(arguments: Arguments, read: Read) -> Value:
    _reading(arguments[::2], read)
    return joined(map(entry, arguments[::2], arguments[1::2]))


def _list(arguments: Arguments, _: Read) -> Value:
    return sequence(arguments)


def _set(arguments: Arguments, read: Read) -> Value:
    if len(arguments) != 3:
        return _reading(arguments, read)
    return joined([arguments[0], _dict(arguments[1:], read)])


def _get(arguments: Arguments, read: Read) -> Value:
    """Index, get: what stands under the keys, one below the other."""
    _reading(arguments[1:], read)
    value = joined(arguments[:1])
    for key in arguments[1:]:
        value = child(value, key)
    return value


def _dig(arguments: Arguments, read: Read) -> Value:
    """Return what stands under the keys of the map, which is the last argument, or the default."""
    return joined([*arguments[-2:-1], _get([*arguments[-1:], *arguments[:-2]], read)])


def _pluck(arguments: Arguments, read: Read) -> Value:
    found = (_get([argument, *arguments[:1]], read) for argument in arguments[1:])
    return Value(rest=joined(found))


def _has_key(arguments: Arguments, read: Read) -> Value:
    read(tested_paths(_get(arguments, read)))
    return OTHER


def _pick(arguments: Arguments, read: Read) -> Value:
    _reading(arguments[1:], read)
    return joined(entry(key, child(arguments[0], key)) for key in arguments[1:])


def _omit(arguments: Arguments, read: Read) -> Value:
    _reading(arguments[1:], read)
    left_out = joined(arguments[1:])
    names = constants(left_out) or frozenset()
    return chosen(joined(arguments[:1]), lambda name: name not in names)


def _keys(arguments: Arguments, _: Read) -> Value:
    found = (key for argument in arguments for key, _ in elements(argument))
    return Value(rest=joined(found))


def _values(arguments: Arguments, _: Read) -> Value:
    found = (element for argument in arguments for _, element in elements(argument))
    return Value(rest=joined(found))


def _first(arguments: Arguments, _: Read) -> Value:
    listed = joined(arguments[:1])
    return named_child(listed, "0") if listed.items else unknown_child(listed)


def _last_element(arguments: Arguments, _: Read) -> Value:
    """Return the last of the elements whose places are known, or any that may follow them."""
    listed = joined(arguments[:1])
    end = max((key for key, _ in listed.items), key=lambda key: (len(key), key), default=None)
    return unknown_child(listed) if end is None else named_child(listed, end)


def _append(arguments: Arguments, _: Read) -> Value:
    added = Value(rest=joined(arguments[1:]))
    return joined([loosened(joined(arguments[:1])), added])


def _concat(arguments: Arguments, _: Read) -> Value:
    return joined(map(loosened, arguments))


def _part_of_list(arguments: Arguments, read: Read) -> Value:
    """Return elements of the one argument that is a list; the others say which."""
    lists = [value for value in arguments if value._replace(strings=frozenset()) != NOTHING]
    return _concat(lists or arguments, read)


def _under(function: Function, *names: str) -> dict[str, Function]:
    """Return the function under its names, and under those of the twin that fails at once."""
    musts = (f"must{name[0].upper()}{name[1:]}" for name in names)
    return dict.fromkeys((*names, *musts), function)


MERGES = frozenset(_under(_either, "merge", "mergeOverwrite"))
_FUNCTIONS: dict[str, Function] = {
    **_under(_either, "default", "coalesce", "deepCopy", *MERGES),
    **_under(_logic, "and", "or"),
    **_under(_testing, "not", "empty"),
    **_under(_asking_kind, "kindIs", "kindOf", "typeIs", "typeIsLike", "typeOf"),
    **_under(_ternary, "ternary"),
    **_under(_last, "required"),
    **_under(_text, "toYaml", "toYamlPretty", "toJson", "toPrettyJson", "toRawJson", "toToml"),
    **_under(_text, "fromYaml", "fromYamlArray", "fromJson", "fromJsonArray", "fromToml"),
    **_under(_text, "indent", "nindent", "trim", "quote", "squote"),
    **_under(_printf, "printf"),
    **_under(_dict, "dict"),
    **_under(_list, "list", "tuple"),
    **_under(_set, "set"),
    **_under(_omit, "omit", "unset"),
    **_under(_get, "get", "index"),
    **_under(_dig, "dig"),
    **_under(_pluck, "pluck"),
    **_under(_has_key, "hasKey"),
    **_under(_pick, "pick"),
    **_under(_keys, "keys"),
    **_under(_values, "values"),
    **_under(_first, "first"),
    **_under(_last_element, "last"),
    **_under(_append, "append", "push", "prepend"),
    **_under(_concat, "concat"),
    **_under(_part_of_list, "rest", "initial", "reverse", "uniq", "compact", "slice", "without"),
    **_under(_part_of_list, "sortAlpha"),
}
