"""One value by one verb of a format, as Go's fmt prints it."""

from dataclasses import replace
from typing import Any

from dask_helm.engine.template.printing.numbers import (
    FLOAT_VERBS,
    INTEGER_VERBS,
    Flags,
    formatted_float,
    formatted_integer,
)
from dask_helm.engine.template.printing.plain import MAX_TEXT, NIL, structure
from dask_helm.engine.template.printing.quoting import backquoted, quoted
from dask_helm.engine.types import FunctionError, Object, Unsigned, is_nil, stringer, type_name
from dask_helm.engine.utf8 import encoded


class Printer:
    """Prints values by verbs, and limits the text: a list can contain another many times."""

    def __init__(self) -> None:
        self._length = 0

    def argument(self, flags: Flags, value: Any, verb: str) -> str:
        """Return an argument of printf by its verb.

        Raises FunctionError for what is nested too deeply or too long.
        """
        if value is None:
            return flags.padded(NIL) if verb in "Tv" else f"%!{verb}({NIL})"
        if verb == "T":
            return _string(flags, type_name(value), "s")
        if verb == "p" and isinstance(value, list | dict | Object):
            raise FunctionError("%p would print another address at every rendering")
        if verb == "w" and not isinstance(value, Object):
            return bad(flags, value, verb)
        try:
            return self._any(flags, value, verb)
        except RecursionError:
            raise FunctionError("the value is nested too deeply to be printed") from None

    def _any(self, flags: Flags, value: Any, verb: str) -> str:
        if isinstance(value, list | dict):
            return self._container(flags, value, verb)
        text = "interface {}(nil)" if flags.go_syntax else NIL
        if value is not None:
            text = self._scalar(flags, value, verb)
        self._length += len(text) + 1
        if self._length > MAX_TEXT:
            raise FunctionError("the value is too long to be printed")
        return text

    def _container(self, flags: Flags, value: Any, verb: str) -> str:
        if flags.go_syntax and is_nil(value):
            return f"{type_name(value)}(nil)"
        if not flags.go_syntax:
            self._length += 1
        if isinstance(value, list):
            parts = [self._any(flags, element, verb) for element in value]
        else:
            parts = [
                f"{self._any(flags, key, verb)}:{self._any(flags, value[key], verb)}"
                for key in sorted(value)
            ]
        if flags.go_syntax:
            return f"{type_name(value)}{{{', '.join(parts)}}}"
        return f"{'' if isinstance(value, list) else 'map'}[{' '.join(parts)}]"

    def _scalar(self, flags: Flags, value: Any, verb: str) -> str:
        if isinstance(value, Object):
            if stringer(value) is None or verb not in "vsxXq" or flags.go_syntax:
                what = f"a value of type {type_name(value)}"
                raise FunctionError(f"{what} cannot be printed by %{verb}")
            return _string(flags, structure(value), verb)
        for kind, verbs, formatted in _KINDS:
            if isinstance(value, kind):
                return formatted(flags, value, verb) if verb in verbs else bad(flags, value, verb)
        return structure(value)


def bad(flags: Flags, value: Any, verb: str) -> str:
    """Return what fmt prints for a verb that the value's type does not have."""
    return f"%!{verb}({type_name(value)}={Printer().argument(flags, value, 'v')})"


def _integer(flags: Flags, value: int, verb: str) -> str:
    if verb == "v" and flags.go_syntax and isinstance(value, Unsigned):
        return formatted_integer(replace(flags, sharp=True), value, "x")
    return formatted_integer(flags, value, verb)


def _string(flags: Flags, value: str, verb: str) -> str:
    if verb in "xX":
        return _hexadecimal(flags, encoded(value), verb)
    text = value if flags.precision is None else value[: flags.precision]
    if verb == "q" or flags.go_syntax:
        raw = backquoted(text) if flags.sharp else None
        text = raw or quoted(text, flags.plus)
    return flags.padded(text)


def _hexadecimal(flags: Flags, data: bytes, verb: str) -> str:
    digits = [f"{byte:02x}" for byte in data[: flags.precision]]
    prefix = "0x" if flags.sharp and digits else ""
    text = prefix + (f" {prefix}" if flags.space else "").join(digits)
    return flags.padded(text.upper() if verb == "X" else text)


_KINDS: tuple[tuple[type, frozenset[str], Any], ...] = (
    (bool, frozenset("tv"), lambda flags, value, _: flags.padded("true" if value else "false")),
    (str, frozenset("vsxXq"), _string),
    (float, FLOAT_VERBS, formatted_float),
    (int, INTEGER_VERBS, _integer),
)
