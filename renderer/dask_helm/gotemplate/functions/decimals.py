"""Sums of sprig on floats, each taken as the decimal it is printed as: 0.1 and 0.2 give 0.3."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from dask_helm.gotemplate.functions.conversion import to_float
from dask_helm.gotemplate.functions.table import function
from dask_helm.gotemplate.types import FunctionError

# Digits behind the point of a quotient.
_QUOTIENT_DIGITS = 16


class _Decimal(NamedTuple):
    """A number: digits times a power of ten. The modules of Python for this are slow to import."""

    digits: int
    power: int

    def aligned(self, other: "_Decimal") -> tuple[int, int, int]:
        """Return the digits of both at one power, and that power."""
        power = min(self.power, other.power)
        digits, others = (n.digits * 10 ** (n.power - power) for n in (self, other))
        return digits, others, power

    def rounded(self) -> float:
        """Return the nearest float, an infinity where there is none."""
        try:
            if self.power >= 0:
                return float(self.digits * 10**self.power)
            return float(self.digits / 10**-self.power)
        except OverflowError:
            return -math.inf if self.digits < 0 else math.inf


def _decimal(value: float) -> _Decimal:
    if not math.isfinite(value):
        raise FunctionError("Cannot create a Decimal from NaN or an infinity")
    mantissa, _, exponent = repr(value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    return _Decimal(int(whole + fraction), int(exponent or 0) - len(fraction))


def _sum(first: _Decimal, second: _Decimal) -> _Decimal:
    digits, others, power = first.aligned(second)
    return _Decimal(digits + others, power)


def _difference(first: _Decimal, second: _Decimal) -> _Decimal:
    return _sum(first, _Decimal(-second.digits, second.power))


def _product(first: _Decimal, second: _Decimal) -> _Decimal:
    return _Decimal(first.digits * second.digits, first.power + second.power)


def _quotient(first: _Decimal, second: _Decimal) -> _Decimal:
    """Return the quotient with 16 decimals, a half rounded away from 0."""
    if not second.digits:
        raise FunctionError("decimal division by 0")
    digits, divisor, _ = first.aligned(second)
    whole, rest = divmod(abs(digits) * 10**_QUOTIENT_DIGITS, abs(divisor))
    rounded = whole + (2 * rest >= abs(divisor))
    return _Decimal(rounded if (digits < 0) == (divisor < 0) else -rounded, -_QUOTIENT_DIGITS)


def _calculated(
    operation: Callable[[_Decimal, _Decimal], _Decimal], first: Any, others: tuple[Any, ...]
) -> float:
    result = _decimal(to_float(first))
    for other in others:
        result = operation(result, _decimal(to_float(other)))
    return result.rounded()


@function("addf")
def addf(*values: Any) -> float:
    """Return the sum."""
    return _calculated(_sum, 0.0, values)


@function("add1f")
def add1f(value: Any) -> float:
    """Return one more."""
    return _calculated(_sum, value, (1,))


@function("subf")
def subf(first: Any, *others: Any) -> float:
    """Return the first less the others."""
    return _calculated(_difference, first, others)


@function("mulf")
def mulf(first: Any, *others: Any) -> float:
    """Return the product."""
    return _calculated(_product, first, others)


@function("divf")
def divf(first: Any, *others: Any) -> float:
    """Return the quotient, to 16 decimals."""
    return _calculated(_quotient, first, others)
