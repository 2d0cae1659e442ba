"""The arguments of a call, checked against the types that the function declares."""

from typing import Any

from dask_helm.engine.template import nodes
from dask_helm.engine.template.closures import INVALID, Evaluate, Expression, Frame, Literal
from dask_helm.engine.template.functions.table import Declared
from dask_helm.engine.template.lexer import Source
from dask_helm.engine.types import TYPE_NAMES, Int64, Object, StringMap, TypedList, type_name
from dask_helm.errors import TemplateError

_CONTAINERS = (dict, list)
_OTHER_TYPES = (StringMap, TypedList, Object)


def miscounted(declared: Declared, given: int) -> str:
    """Return what is wrong with the number of arguments, or nothing."""
    wanted, least = len(declared.parameters), "at least " if declared.rest is not None else ""
    if given == wanted or (least and given > wanted):
        return ""
    return f"{declared.name} takes {least}{wanted} argument{'s' * (wanted != 1)}, got {given}"


def checked(source: Source, declared: Declared, values: list[Expression]) -> list[Evaluate]:
    """Return closures that evaluate the arguments, and raise TemplateError for a wrong type."""
    types = [*declared.parameters, *[declared.rest] * len(values)]
    pairs = zip(values, types, strict=False)
    return [_checked(source, declared.name, value, wanted) for value, wanted in pairs]


def _checked(source: Source, name: str, value: Expression, wanted: Any) -> Evaluate:
    if isinstance(value.node, nodes.Number) and wanted is not Any:
        value = _with_type(value, value.node, wanted)
    evaluate, nil, offset = value.evaluate, value.nil, value.node.offset
    if wanted is Any or (isinstance(evaluate, Literal) and type(evaluate.value) is wanted):
        return evaluate

    def check(frame: Frame, dot: Any) -> Any:
        result = evaluate(frame, dot)
        if type(result) is wanted or fits(result, wanted, nil):
            return result
        raise wrong_type(source, offset, name, wanted, result)

    return check


def _with_type(value: Expression, number: nodes.Number, wanted: Any) -> Expression:
    """Return a number with the type of the parameter, where Go converts it."""
    found: Any = None
    if wanted is float:
        found = number.real
    elif wanted in (int, Int64) and number.integer is not None:
        found = wanted(number.integer)
    return value if found is None else value._replace(evaluate=Literal(found))


def fits(value: Any, wanted: Any, nil: str) -> bool:
    """Whether Go assigns the value to a parameter of that type; `nil` as in Expression."""
    if wanted is Any or type(value) is wanted:
        return True
    if wanted not in _CONTAINERS:
        return False
    if value is None:
        return nil == INVALID
    return isinstance(value, wanted) and not isinstance(value, _OTHER_TYPES)


def wrong_type(source: Source, offset: int, name: str, wanted: Any, value: Any) -> TemplateError:
    """Return the error of an argument that has a wrong type."""
    found = "nothing (nil)" if value is None else f"a value of type {type_name(value)}"
    return source.error(
        f"{name} wants an argument of type {TYPE_NAMES[wanted]}, got {found}", offset
    )
