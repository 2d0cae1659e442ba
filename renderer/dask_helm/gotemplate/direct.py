"""Closures that do without a call, or a turn of a loop, for each small part.

Most arguments of functions are variables, constants or the dot. A closure that gets each of them
from a closure of its own spends most of its time on calls, so closures are made by the form of
their arguments: the first ``f $x "y" (g .)`` makes a factory for all calls of that form. The same
is done for keys that are read one after the other, and for the steps of a body.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from dask_helm.gotemplate.types import FunctionError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dask_helm.errors import TemplateError

# How an operand is got; @ stands for its value: a slot, a constant or a closure.
VARIABLE, DOT, CONSTANT, OTHER = "frame[@]", "dot", "@", "@(frame, dot)"

_FACTORY = """
def factory(function, error, values, wanted, tests):
    {names} = values, wanted, tests
    def evaluate(frame, dot):
        try:
            {first}return {result}
        except FunctionError as failure:
            raise error(str(failure)) from None
    return evaluate
"""

# Many times what a chart has, for tpl can make more and more of them.
_FORMS = 4096
# Python takes long to compile long functions.
_LONGEST = 100

Evaluate: TypeAlias = "Callable[[list[Any], Any], Any]"
Step: TypeAlias = "Callable[[list[Any], Any, Callable[[str], Any]], None]"


_KEYS = """
def factory(start, names, other):
    {names} = names
    def evaluate(frame, dot):
        value = {start}
        {lenient}
{reads}
        return value
    return evaluate
"""
_LENIENT = "if value is None: return None"
_READ = "        value = value.get({0}) if type(value) is dict else other(value, {0})"


_SEQUENCE = """
def factory(parts):
    {names} = parts
    def run(frame, dot, out):
        {lines}
    return run
"""

# Go sets the variables to the whole value at first. Keys are sorted alone, for no two are equal;
# a list may grow while its elements are gone through.
_LOOP = """
def factory(values, slots, elements, body, otherwise, jumps):
    {slots} = slots
    {jumps}
    def step(frame, dot, out):
        value = values(frame, dot)
        {first}
        kind = type(value)
        if kind is dict:
            pairs = sorted(value.items())
        elif kind is list:
            pairs = enumerate(tuple(value)) if value else ()
        else:
            pairs = elements(value)
        if not pairs:
            otherwise(frame, dot, out)
        for {key}, {element} in pairs:
            {body}
    return step
"""
_BODY = "body(frame, {element}, out)"
_BODY_WITH_JUMPS = f"""try: {_BODY}
            except Continue: continue
            except Break: break"""

# What parts of a body do with their values, which are texts, closures and slots.
TEXT = "out({0})"
STEP = "{0}(frame, dot, out)"
SET = "frame[{0}] = {1}(frame, dot)"
PRINT = "x = {0}(frame, dot); out(x if type(x) is str else {1}(x))"
IF = "if {0}(frame, dot): {1}(frame, dot, out)"
IF_ELSE = "({1} if {0}(frame, dot) else {2})(frame, dot, out)"
WITH = "x = {0}(frame, dot)\n        if x: {1}(frame, x, out)"
WITH_ELSE = f"{WITH}\n        else: {{2}}(frame, dot, out)"


class Part(NamedTuple):
    """A part of a body: its form, which is one of the above, and the values for that."""

    form: str
    values: tuple[Any, ...]


class Argument(NamedTuple):
    """An argument: `form` and `value` tell how it is got.

    Where its type is not `wanted`, `test` gets it and returns it, or raises TemplateError; `test`
    is None where any type will do. A last argument that is `piped` is evaluated before the others,
    for what stands before a ``|`` may change what they are.
    """

    form: str
    value: Any
    wanted: Any = None
    test: Callable[[Any], Any] | None = None
    piped: bool = False


def call(
    function: Callable[..., Any],
    error: Callable[[str], TemplateError],
    arguments: Sequence[Argument],
) -> Evaluate:
    """Return what evaluates the arguments and calls the function; `error` is what it raises."""
    if len(arguments) > _LONGEST:
        return _long_call(function, error, arguments)
    return _made("function(@)", ", ", arguments)(function, error)


def _long_call(
    function: Callable[..., Any],
    error: Callable[[str], TemplateError],
    arguments: Sequence[Argument],
) -> Evaluate:
    """Return a call with more arguments than people write, for which no factory is made."""
    alone = [argument._replace(piped=False) for argument in arguments]
    *others, last = [_made("(@)", "", [argument])(None, None) for argument in alone]
    is_piped = arguments[-1].piped

    def evaluate(frame: list[Any], dot: Any) -> Any:
        piped = [last(frame, dot)] if is_piped else []
        values = [other(frame, dot) for other in others]
        try:
            return function(*values, *(piped or [last(frame, dot)]))
        except FunctionError as failure:
            raise error(str(failure)) from None

    return evaluate


def chain(word: str, arguments: Sequence[Argument]) -> Evaluate:
    """Return what evaluates arguments until the result of `and` or `or` is known."""
    if len(arguments) > _LONGEST and not arguments[-1].piped:
        rest = Argument(OTHER, chain(word, arguments[_LONGEST:]))
        arguments = [*arguments[:_LONGEST], rest]
    return _made("(@)", f" {word} ", arguments)(None, None)


def inline(name: str, arguments: Sequence[Argument]) -> Evaluate | None:
    """Return what does without calling it what this function does; None for most functions."""
    if len(arguments) > _LONGEST:
        return None
    if name == "not":
        return _made("(not @)", "", arguments)(None, None)
    if name == "list":
        return _made("[@]", ", ", arguments)(None, None)
    if name == "dict" and len(arguments) % 2 == 0 and all(map(_is_text, arguments[::2])):
        return _made("{@}", _PAIRS, arguments)(None, None)
    if name == "default" and len(arguments) == 2 and arguments[0].form != OTHER:
        return _made("(@)", _DEFAULT, arguments)(None, None)
    return None


def _is_text(argument: Argument) -> bool:
    return argument.form == CONSTANT and isinstance(argument.value, str)


# How arguments are joined that are keys and values in turns, or a default and a value.
_PAIRS, _DEFAULT = "pairs", "default"


def _joined(separator: str, arguments: list[str]) -> str:
    if separator == _PAIRS:
        pairs = zip(arguments[::2], arguments[1::2], strict=True)
        return ", ".join(f"{key}: {value}" for key, value in pairs)
    if separator == _DEFAULT:
        return f"x if (x := {arguments[1]}) else {arguments[0]}"
    return separator.join(arguments)


def _made(frame: str, separator: str, arguments: Sequence[Argument]) -> Callable[..., Evaluate]:
    forms = tuple((argument.form, argument.test is not None) for argument in arguments)
    _, values, wanted, tests, piped = zip(*arguments, strict=True) if arguments else ((),) * 5
    make = _factory(frame, separator, forms, any(piped))
    return partial(make, values=values, wanted=wanted, tests=tests)


@lru_cache(maxsize=_FORMS)
def _factory(
    frame: str, separator: str, forms: tuple[tuple[str, bool], ...], is_piped: bool
) -> Callable[..., Evaluate]:
    names = ", ".join(_names(letter, len(forms)) for letter in "vwt")
    got = [form.replace("@", f"v{number}") for number, (form, _) in enumerate(forms)]
    first = ""
    if is_piped:
        first, got[-1] = f"last = {got[-1]}; ", "last"
    tested = [_tested(n, got[n]) if test else got[n] for n, (_, test) in enumerate(forms)]
    result = frame.replace("@", _joined(separator, tested))
    return _compiled(_FACTORY.format(names=names, first=first, result=result))


def keys(
    form: str, start: Any, names: Sequence[str], lenient: bool, other: Callable[[Any, str], Any]
) -> Evaluate:
    """Return what reads one key after the other; `other` reads that of what is no plain dict.

    `form` and `start` are as in Argument; when `lenient`, the keys of None are None.
    """
    return _keys_factory(form, len(names), lenient)(start, names, other)


@lru_cache(maxsize=_FORMS)
def _keys_factory(form: str, count: int, lenient: bool) -> Callable[..., Evaluate]:
    names = [f"n{number}" for number in range(count)]
    return _compiled(
        _KEYS.format(
            names=f"[{', '.join(names)}]",
            start=form.replace("@", "start"),
            lenient=_LENIENT if lenient else "",
            reads="\n".join(_READ.format(name) for name in names),
        )
    )


def loop(
    values: Evaluate,
    slots: tuple[int, ...],
    elements: Callable[[Any], Any],
    body: Step,
    otherwise: Step,
    jumps: tuple[type[Exception], type[Exception]] | None,
) -> Step:
    """Return a range over the values, whose key and element go into the slots.

    `elements` are the pairs of what is no plain dict or list, `jumps` continue and break.
    """
    make = _loop_factory(len(slots), jumps is not None)
    step: Step = make(values, slots, elements, body, otherwise, jumps)
    return step


@lru_cache(maxsize=_FORMS)
def _loop_factory(slots: int, jumps: bool) -> Callable[..., Any]:
    names = [f"s{number}" for number in range(slots)]
    targets = ["key", "element", *(f"frame[{name}]" for name in names)]
    body = _BODY_WITH_JUMPS if jumps else _BODY
    return _compiled(
        _LOOP.format(
            slots=f"[{', '.join(names)}]",
            jumps="Continue, Break = jumps" if jumps else "",
            first="; ".join(f"frame[{name}] = value" for name in names),
            key=targets[-2] if slots == 2 else "key",
            element=targets[-1],
            body=body.format(element=targets[-1]),
        )
    )


def sequence(parts: Sequence[Part]) -> Step:
    """Return one step that does all parts."""
    while len(parts) > _LONGEST:
        chunks = [parts[start : start + _LONGEST] for start in range(0, len(parts), _LONGEST)]
        parts = [Part(STEP, (sequence(chunk),)) for chunk in chunks]
    make = _sequence_factory(tuple(part.form for part in parts))
    step: Step = make([part.values for part in parts])
    return step


@lru_cache(maxsize=_FORMS)
def _sequence_factory(forms: tuple[str, ...]) -> Callable[..., Any]:
    names = [[f"p{n}_{i}" for i in range(form.count("{"))] for n, form in enumerate(forms)]
    lines = [form.format(*own) for form, own in zip(forms, names, strict=True)]
    joined = ", ".join(f"[{', '.join(own)}]" for own in names)
    return _compiled(
        _SEQUENCE.format(names=f"[{joined}]", lines="\n        ".join(lines) or "pass")
    )


def _compiled(text: str) -> Callable[..., Evaluate]:
    scope: dict[str, Any] = {"FunctionError": FunctionError}
    exec(text, scope)  # noqa: S102  it is only text from above
    factory: Callable[..., Evaluate] = scope["factory"]
    return factory


def _names(letter: str, count: int) -> str:
    return f"[{', '.join(f'{letter}{number}' for number in range(count))}]"


def _tested(number: int, got: str) -> str:
    return f"(a{number} if type(a{number} := {got}) is w{number} else t{number}(a{number}))"
