"""What templates are compiled to: closures over a frame and the dot.

A frame is the list of a template's variables; slot 0 is ``$``. A step prints, an expression
returns a value.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from dask_helm.engine.template import nodes
from dask_helm.engine.template.lexer import Source

Frame: TypeAlias = list[Any]
Out: TypeAlias = Callable[[str], Any]
Evaluate: TypeAlias = Callable[[Frame, Any], Any]
Step: TypeAlias = Callable[[Frame, Any, Out], None]

INVALID, INTERFACE = "invalid", "interface"


class Literal:
    """An Evaluate that always returns the same value."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __call__(self, _frame: Frame, _dot: Any) -> Any:
        """Return the value."""
        return self.value


class Expression(NamedTuple):
    """A compiled expression, and which of Go's two kinds of nil its None is.

    An `INTERFACE`, which a map lookup, a range or a function returns, has no keys and is not a map.
    A pipeline turns it into an `INVALID`, whose keys are nil as well. `node` is the source of the
    expression: arguments that are literals are checked by their form. `lazy` is for datatext.py: it
    returns a DataText, or text, where `evaluate` returns only text.
    """

    evaluate: Evaluate
    nil: str
    node: nodes.Operand
    lazy: Evaluate | None = None


def failing(source: Source, node: nodes.Operand, message: str) -> Expression:
    """Return an expression that raises TemplateError when it is evaluated."""

    def evaluate(_frame: Frame, _dot: Any) -> Any:
        raise source.error(message, node.offset)

    return Expression(evaluate, INTERFACE, node)
