"""The arguments of a call against the types that the function declares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dask_helm.gotemplate import nodes
from dask_helm.gotemplate.direct import CONSTANT, OTHER, Argument
from dask_helm.gotemplate.types import Int64, StringMap, TypedList, type_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from dask_helm.errors import TemplateError
    from dask_helm.gotemplate.expressions import Evaluate, Expression
    from dask_helm.gotemplate.functions.table import Declared
    from dask_helm.gotemplate.lexer import Source

_NAMES = {
    str: "string",
    int: "int",
    Int64: "int64",
    float: "float64",
    bool: "bool",
    dict: "map[string]interface {}",
    list: "[]interface {}",
}
_CONTAINERS = (dict, list)


def checked(source: Source, declared: Declared, values: list[Expression]) -> list[Argument]:
    """Return the arguments with what checks their types, which raises TemplateError."""
    types = [*declared.parameters, *[declared.rest] * len(values)]
    return [
        _checked(source, declared.name, value, wanted)
        for value, wanted in zip(values, types, strict=False)
    ]


def _checked(source: Source, name: str, value: Expression, wanted: Any) -> Argument:
    if isinstance(value.node, nodes.Constant | nodes.Number | nodes.Nil):
        return _literal(source, name, value, wanted)
    if wanted is Any:
        return Argument(value.form, value.value)
    return Argument(value.form, value.value, wanted, _test(source, name, value, wanted))


def _test(source: Source, name: str, value: Expression, wanted: Any) -> Callable[[Any], Any]:
    """Return what takes values of other types; containers know subclasses, scalars do not."""
    nil, offset = value.nil, value.node.offset if value.node else 0

    def test(result: Any) -> Any:
        if fits(result, wanted, nil):
            return result
        raise argument(source, offset, name, wanted, result)

    return test


def fits(value: Any, wanted: Any, nil: str) -> bool:
    """Whether Go would assign the value to a parameter of that type."""
    if wanted is Any or type(value) is wanted:
        return True
    if wanted not in _CONTAINERS:
        return False
    if value is None:
        return nil == "invalid"
    return isinstance(value, wanted) and not isinstance(value, StringMap | TypedList)


def _literal(source: Source, name: str, value: Expression, wanted: Any) -> Argument:
    """Return a literal with the type of the parameter, where Go converts it."""
    node = value.node
    found: Any = None
    if wanted is Any or (isinstance(node, nodes.Nil) and wanted in _CONTAINERS):
        return Argument(value.form, value.value)
    if isinstance(node, nodes.Number):
        found = _converted(node, wanted)
    elif isinstance(node, nodes.Constant) and type(node.value) is wanted:
        found = node.value
    if found is None:
        return Argument(OTHER, _refusing(source, name, value, wanted))
    return Argument(CONSTANT, found)


def _converted(node: nodes.Number, wanted: Any) -> Any:
    if wanted is float:
        return node.real
    return wanted(node.integer) if wanted in (int, Int64) and node.integer is not None else None


def _refusing(source: Source, name: str, value: Expression, wanted: Any) -> Evaluate:
    offset = value.node.offset if value.node else 0

    def evaluate(frame: list[Any], dot: Any) -> Any:
        raise argument(source, offset, name, wanted, value.evaluate(frame, dot))

    return evaluate


def argument(source: Source, offset: int, name: str, wanted: Any, value: Any) -> TemplateError:
    """Return the error of an argument that has a wrong type."""
    found = "nothing (nil)" if value is None else f"a value of type {type_name(value)}"
    return source.error(f"{name} wants an argument of type {_NAMES[wanted]}, got {found}", offset)
