"""Sums of sprig, on integers and on the decimals that floats are printed as; rows of numbers."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from dask_helm.engine.template.functions.conversion import to_float, to_integer, wrapped
from dask_helm.engine.template.functions.table import check_elements, function
from dask_helm.engine.types import FunctionError, Int64, IntList

# No float is as large, or as small, as this power of ten.
_MAX_EXPONENT = 400


@function("add")
def add(*values: Any) -> Int64:
    """Return the sum."""
    return wrapped(sum(map(to_integer, values)))


@function("add1")
def add1(value: Any) -> Int64:
    """Return one more."""
    return wrapped(to_integer(value) + 1)


@function("sub")
def sub(first: Any, second: Any) -> Int64:
    """Return the difference."""
    return wrapped(to_integer(first) - to_integer(second))


@function("mul")
def mul(first: Any, *others: Any) -> Int64:
    """Return the product."""
    product = wrapped(to_integer(first))
    for other in others:
        product = wrapped(product * to_integer(other))
    return product


@function("div")
def div(first: Any, second: Any) -> Int64:
    """Return the quotient, rounded towards 0."""
    return wrapped(_divided(to_integer(first), to_integer(second))[0])


@function("mod")
def mod(first: Any, second: Any) -> Int64:
    """Return the remainder, with the sign of the first."""
    return wrapped(_divided(to_integer(first), to_integer(second))[1])


def _divided(first: int, second: int) -> tuple[int, int]:
    if second == 0:
        raise FunctionError("runtime error: integer divide by zero")
    quotient = abs(first) // abs(second)
    quotient = quotient if (first < 0) == (second < 0) else -quotient
    return quotient, first - second * quotient


@function("max", "biggest")
def max_(first: Any, *others: Any) -> Int64:
    """Return the largest, as an integer."""
    return Int64(max(map(to_integer, (first, *others))))


@function("min")
def min_(first: Any, *others: Any) -> Int64:
    """Return the smallest, as an integer."""
    return Int64(min(map(to_integer, (first, *others))))


@function("maxf")
def maxf(first: Any, *others: Any) -> float:
    """Return the largest, as a float; NaN if one of them is."""
    return _extreme(max, [to_float(first), *map(to_float, others)])


@function("minf")
def minf(first: Any, *others: Any) -> float:
    """Return the smallest, as a float; NaN if one of them is."""
    return _extreme(min, [to_float(first), *map(to_float, others)])


def _extreme(choose: Callable[..., float], values: list[float]) -> float:
    """Return one of the values; Go holds -0 for smaller than 0, and infinity above NaN."""
    value = values[0]
    for other in values[1:]:
        if math.isnan(value) or math.isnan(other):
            infinite = choose(-math.inf, math.inf)
            value = infinite if infinite in (value, other) else math.nan
        else:
            value = choose(value, other, key=lambda v: (v, math.copysign(1.0, v)))
    return value


@function("ceil")
def ceil(value: Any) -> float:
    """Return the next whole number above, as a float."""
    return _whole(math.ceil, to_float(value))


@function("floor")
def floor(value: Any) -> float:
    """Return the next whole number below, as a float."""
    return _whole(math.floor, to_float(value))


def _whole(rounded: Callable[[float], int], value: float) -> float:
    # Go keeps the sign of a zero.
    return math.copysign(float(rounded(value)), value) if math.isfinite(value) else value


@function("round")
def round_(value: Any, places: int, *least: float) -> float:
    """Return the value with that many decimals, rounded up from a fraction of `least` (0.5) on."""
    power = _power_of_ten(places)
    digit = power * to_float(value)
    up = math.isfinite(digit) and math.modf(digit)[0] >= (least[0] if least else 0.5)
    whole = _whole(math.ceil if up else math.floor, digit)
    return whole / power if power else math.nan


def _power_of_ten(exponent: int) -> float:
    """Return the power as Go's math.Pow multiplies it up, which is not always the nearest float."""
    if abs(exponent) > _MAX_EXPONENT:
        return math.inf if exponent > 0 else 0.0
    fraction, power = 1.0, 0
    factor, factor_power = math.frexp(10.0)
    rest = abs(exponent)
    while rest:
        if rest & 1:
            fraction, power = fraction * factor, power + factor_power
        factor, factor_power = factor * factor, factor_power * 2
        if factor < 0.5:
            factor, factor_power = factor * 2, factor_power - 1
        rest >>= 1
    return _scaled(1 / fraction, -power) if exponent < 0 else _scaled(fraction, power)


def _scaled(fraction: float, power: int) -> float:
    try:
        return math.ldexp(fraction, power)
    except OverflowError:
        return math.inf


@function("untilStep")
def until_step(start: int, stop: int, step: int) -> IntList:
    """Return the numbers from start to before stop; none if the step leads away from it."""
    numbers = range(start, stop, step) if step else range(0)
    check_elements(len(numbers))
    return IntList(numbers)


@function("until")
def until(count: int) -> IntList:
    """Return the numbers from 0 to before the count, which may be negative."""
    return until_step(0, count, -1 if count < 0 else 1)


@function("seq")
def seq(*limits: int) -> str:
    """Return numbers in a line, from the first limit to the last, by the one between them."""
    if not 1 <= len(limits) <= 3:
        return ""
    start, end = (limits[0], limits[-1]) if len(limits) > 1 else (1, limits[0])
    direction = -1 if end < start else 1
    step = limits[1] if len(limits) == 3 else direction
    numbers = until_step(start, end + direction, step) if step * direction >= 0 else []
    return " ".join(map(str, numbers))


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
        """Return the nearest float, an infinity if there is none."""
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
