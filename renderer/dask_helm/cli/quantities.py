"""Kubernetes quantities that say the same in different words."""

import re
from decimal import Decimal
from typing import Any

_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,3}))?")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}


def same(one: Any, other: Any) -> bool:
    """Return whether two values are equal, or quantities of the same size: 1 and "1000m"."""
    if one == other or isinstance(one, bool) or isinstance(other, bool):
        return bool(one == other and type(one) is type(other))
    amount = _amount(one)
    return amount is not None and amount == _amount(other)


def _amount(value: Any) -> Decimal | None:
    match = _QUANTITY.fullmatch(str(value)) if isinstance(value, str | int | float) else None
    if match is None:
        return None
    number, suffix, exponent = match.groups(default="")
    if suffix in _BINARY:
        return Decimal(number) * (1 << _BINARY[suffix])
    return Decimal(number).scaleb(int(exponent or _DECIMAL[suffix]))
