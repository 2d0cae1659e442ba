"""Ranges of semantic versions: ``>= 1.2, < 3 || ~4.1``."""

import re
from collections.abc import Callable
from typing import NamedTuple

from dask_helm.gotemplate.functions.table import function
from dask_helm.gotemplate.functions.versions import Version, compared, parsed
from dask_helm.gotemplate.printing.quoting import quoted
from dask_helm.gotemplate.types import FunctionError
from dask_helm.gotemplate.utf8 import length

_MAX_LENGTH = 512
_MAX_ALTERNATIVES = 32

_OPERATOR = r"(?:!=|>=|=>|<=|=<|~>|=|>|<|~|\^)"
_PART = r"[0-9xX*|]+"
_IDENTIFIERS = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_VERSION = rf"v?{_PART}(?:\.{_PART})?(?:\.{_PART})?(?:-{_IDENTIFIERS})?(?:\+{_IDENTIFIERS})?"
_SPACE = r"[\t\n\f\r ]"
_ONE = rf"(?:{_OPERATOR}{_SPACE}*)?{_VERSION}"
# Each space can be read in one way only, or a wrong text would take for ever.
_ALL = re.compile(rf"{_SPACE}*{_ONE}(?:(?:{_SPACE}+|{_SPACE}*,{_SPACE}*){_ONE})*{_SPACE}*")
_FIND = re.compile(_ONE)
_PARTS = re.compile(
    rf"({_OPERATOR}?){_SPACE}*v?({_PART})(\.{_PART})?(\.{_PART})?"
    rf"(-{_IDENTIFIERS})?(?:\+{_IDENTIFIERS})?"
)
_RANGE = re.compile(rf"{_SPACE}*({_VERSION}){_SPACE}+-{_SPACE}+({_VERSION}){_SPACE}*")
_ANY = ("x", "X", "*", "")


class _Constraint(NamedTuple):
    """One condition. `precision` is how many numbers of the version are given, from 0 to 3."""

    operator: str
    version: Version
    precision: int

    def allows(self, version: Version, with_prereleases: bool) -> bool:
        if version.prerelease and not with_prereleases:
            return False
        return _OPERATORS[self.operator](self, version)


def _compare(constraint: _Constraint, version: Version) -> int:
    return compared(version, constraint.version)


def _equal(constraint: _Constraint, version: Version) -> bool:
    if constraint.precision < 3:
        return _tilde(constraint, version)
    return _compare(constraint, version) == 0


def _different(constraint: _Constraint, version: Version) -> bool:
    wanted, precision = constraint.version, constraint.precision
    if precision == 3:
        return _compare(constraint, version) != 0
    # Without any number the first one still counts, as 0; so does the patch.
    if version.major != wanted.major:
        return True
    if precision == 1:
        return False
    if version.minor != wanted.minor:
        return True
    return _different_patch(constraint, version)


def _different_patch(constraint: _Constraint, version: Version) -> bool:
    wanted = constraint.version
    if constraint.precision == 0:
        return version.patch != wanted.patch or _compare(constraint, version) != 0
    return version.prerelease != wanted.prerelease


def _greater(constraint: _Constraint, version: Version) -> bool:
    wanted, precision = constraint.version, constraint.precision
    if precision in (1, 2) and version[:precision] != wanted[:precision]:
        return version[:precision] > wanted[:precision]
    return precision in (0, 3) and _compare(constraint, version) > 0


def _less(constraint: _Constraint, version: Version) -> bool:
    return _compare(constraint, version) < 0


def _greater_or_equal(constraint: _Constraint, version: Version) -> bool:
    return _compare(constraint, version) >= 0


def _less_or_equal(constraint: _Constraint, version: Version) -> bool:
    wanted, precision = constraint.version, constraint.precision
    if precision == 3:
        return _compare(constraint, version) <= 0
    compared = 1 if precision == 1 else 2
    return version[:compared] <= wanted[:compared]


def _tilde(constraint: _Constraint, version: Version) -> bool:
    wanted, precision = constraint.version, constraint.precision
    if _compare(constraint, version) < 0:
        return False
    if wanted[:3] == (0, 0, 0) and precision in (0, 3):
        return True
    same = 1 if precision == 1 else 2
    return version[:same] == wanted[:same]


def _caret(constraint: _Constraint, version: Version) -> bool:
    wanted, precision = constraint.version, constraint.precision
    if _compare(constraint, version) < 0:
        return False
    if wanted.major > 0 or precision == 1:
        return version.major == wanted.major
    if wanted.minor > 0 or precision == 2:
        return version[:2] == wanted[:2]
    return version[:3] == wanted[:3]


_OPERATORS: dict[str, Callable[[_Constraint, Version], bool]] = {
    "": _equal,
    "=": _equal,
    "!=": _different,
    ">": _greater,
    "<": _less,
    ">=": _greater_or_equal,
    "=>": _greater_or_equal,
    "<=": _less_or_equal,
    "=<": _less_or_equal,
    "~": _tilde,
    "~>": _tilde,
    "^": _caret,
}


def _constraint(text: str) -> _Constraint:
    match = _PARTS.fullmatch(text)
    if match is None:
        raise FunctionError(f"improper constraint: {quoted(text)}")
    operator, major, minor, patch, prerelease = match.groups(default="")
    given = [part.removeprefix(".") for part in (major, minor, patch)]
    precision = next((i for i, part in enumerate(given) if part in _ANY), 3)
    numbers = [*given[:precision], "0", "0", "0"][:3]
    return _Constraint(operator, _version(".".join(numbers) + prerelease), precision)


def _version(text: str) -> Version:
    try:
        return parsed(text)
    except FunctionError:
        raise FunctionError("constraint parser error") from None


def _group(text: str) -> list[_Constraint]:
    """Return conditions that all have to be met."""
    if not _ALL.fullmatch(text):
        raise FunctionError(f"improper constraint: {quoted(text)}")
    return [_constraint(one) for one in _FIND.findall(text)]


def _groups(text: str) -> list[list[_Constraint]]:
    """Return alternatives, of which one has to be met."""
    if length(text) > _MAX_LENGTH:
        raise FunctionError(f"constraint string is too long (max {_MAX_LENGTH} bytes)")
    text = _RANGE.sub(r">= \1, <= \2 ", text)
    alternatives = text.split("||")
    if len(alternatives) > _MAX_ALTERNATIVES:
        raise FunctionError(f"too many constraint groups (max {_MAX_ALTERNATIVES})")
    return [_group(alternative) for alternative in alternatives]


def _met(group: list[_Constraint], version: Version) -> bool:
    with_prereleases = any(constraint.version.prerelease for constraint in group)
    return all(constraint.allows(version, with_prereleases) for constraint in group)


@function("semverCompare")
def semver_compare(constraint: str, version: str) -> bool:
    """Whether the version is in the range."""
    groups = _groups(constraint)
    found = parsed(version)
    return any(_met(group, found) for group in groups)
