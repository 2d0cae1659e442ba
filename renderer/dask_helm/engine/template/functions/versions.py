"""Semantic versions as the library of sprig reads them, and ranges: ``>= 1.2, < 3 || ~4.1``."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from dask_helm.engine.template.functions.table import Declared, function
from dask_helm.engine.template.printing.quoting import quoted
from dask_helm.engine.types import FunctionError, Object, Uint64
from dask_helm.engine.utf8 import length

_IDENTIFIERS = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_VERSION = rf"v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-({_IDENTIFIERS}))?(?:\+({_IDENTIFIERS}))?"
_MAX_LENGTH = 256
_MAX_NUMBER = 2**64 - 1
_LEADING_ZERO = r"0[0-9]+"


class Version(NamedTuple):
    """The parts of a version."""

    major: int
    minor: int
    patch: int
    prerelease: str = ""
    metadata: str = ""
    original: str = ""

    def __str__(self) -> str:
        text = f"{self.major}.{self.minor}.{self.patch}"
        text += f"-{self.prerelease}" if self.prerelease else ""
        return text + (f"+{self.metadata}" if self.metadata else "")

    def precedence(self) -> Any:
        """Return what to compare versions by; metadata does not count."""
        # Numbers come before words, and a part that is missing before any.
        parts = [
            (0, int(part), "") if part.isdigit() and int(part) <= _MAX_NUMBER else (1, 0, part)
            for part in self.prerelease.split(".")
        ]
        return self[:3], not self.prerelease, parts

    def changed(self, **parts: Any) -> "Version":
        """Return the version with other parts; a ``v`` before it stays."""
        version = self._replace(**parts)
        letter = "v" if self.original.startswith("v") else ""
        return version._replace(original=f"{letter}{version}")


def parsed(text: str) -> Version:
    """Return the version; raises FunctionError for an invalid one."""
    if length(text) > _MAX_LENGTH:
        raise FunctionError(f"version string is too long (max {_MAX_LENGTH} bytes)")
    match = re.fullmatch(_VERSION, text)
    if match is None:
        raise FunctionError("invalid semantic version")
    major, minor, patch, prerelease, metadata = match.groups(default="")
    first, second, third = (_segment(part or "0") for part in (major, minor, patch))
    _check_prerelease(prerelease)
    return Version(first, second, third, prerelease, metadata, text)


def _segment(digits: str) -> int:
    number = int(digits)
    if number > _MAX_NUMBER:
        reason = f'strconv.ParseUint: parsing "{digits}": value out of range'
        raise FunctionError(f"error parsing version segment: {reason}")
    return number


def _check_prerelease(prerelease: str) -> None:
    if prerelease and not re.fullmatch(_IDENTIFIERS, prerelease):
        raise FunctionError("invalid prerelease string")
    if any(re.fullmatch(_LEADING_ZERO, part) for part in prerelease.split(".")):
        raise FunctionError("version segment starts with 0")


def compared(first: Version, second: Version) -> int:
    """Return -1, 0 or 1 as the first precedes, equals or follows the second."""
    one, other = first.precedence(), second.precedence()
    return int(one > other) - int(one < other)


class VersionStruct(Object):
    """What the methods of a version return: a version by value, which has fewer methods."""

    type_name = "semver.Version"

    def __init__(self, version: Version) -> None:
        self.version = version

    def members(self) -> dict[str, Any]:
        """Return the methods."""
        version = self.version
        numbers = {"Major": version.major, "Minor": version.minor, "Patch": version.patch}
        texts = {"Prerelease": version.prerelease, "Metadata": version.metadata}
        texts["String"] = str(version)
        getters = {name: Uint64(number) for name, number in numbers.items()} | texts
        return {name: _method(name, partial(_same, value)) for name, value in getters.items()} | {
            "IncMajor": _method("IncMajor", self.next_major),
            "IncMinor": _method("IncMinor", self.next_minor),
            "IncPatch": _method("IncPatch", self.next_patch),
            "SetPrerelease": _method("SetPrerelease", self.with_prerelease, str),
            "SetMetadata": _method("SetMetadata", self.with_metadata, str),
        }

    def next_major(self) -> "VersionStruct":
        """Return the first version of the next major one."""
        major = self.version.major + 1
        return self._changed(major=major, minor=0, patch=0, prerelease="", metadata="")

    def next_minor(self) -> "VersionStruct":
        """Return the first version of the next minor one."""
        return self._changed(minor=self.version.minor + 1, patch=0, prerelease="", metadata="")

    def next_patch(self) -> "VersionStruct":
        """Return the next patch, which for a prerelease is its release."""
        patch = self.version.patch + (not self.version.prerelease)
        return self._changed(patch=patch, prerelease="", metadata="")

    def with_prerelease(self, prerelease: str) -> "VersionStruct":
        """Return the version as this prerelease."""
        _check_prerelease(prerelease)
        return self._changed(prerelease=prerelease)

    def with_metadata(self, metadata: str) -> "VersionStruct":
        """Return the version with other metadata."""
        if metadata and not re.fullmatch(_IDENTIFIERS, metadata):
            raise FunctionError("invalid metadata string")
        return self._changed(metadata=metadata)

    def _changed(self, **parts: Any) -> "VersionStruct":
        version = self.version.changed(**parts)
        if max(version[:3]) > _MAX_NUMBER:
            raise FunctionError("version increment would overflow uint64")
        return VersionStruct(version)


class VersionPointer(VersionStruct):
    """What `semver` returns."""

    type_name = "*semver.Version"

    def members(self) -> dict[str, Any]:
        """Return the methods."""
        comparisons = {
            "Compare": lambda order: order,
            "Equal": lambda order: order == 0,
            "GreaterThan": lambda order: order > 0,
            "GreaterThanEqual": lambda order: order >= 0,
            "LessThan": lambda order: order < 0,
            "LessThanEqual": lambda order: order <= 0,
        }
        original = _method("Original", partial(_same, self.version.original))
        return {**super().members(), "Original": original} | {
            name: _method(name, partial(self._against, verdict), Any)
            for name, verdict in comparisons.items()
        }

    def _against(self, verdict: Any, other: Any) -> Any:
        if not isinstance(other, VersionPointer):
            raise FunctionError("wrong type for value; expected *semver.Version")
        return verdict(compared(self.version, other.version))


def _same(value: Any) -> Any:
    return value


def _method(name: str, call: Any, *parameters: Any) -> Declared:
    return Declared(name, call, parameters, None)


@function("semver")
def semver(text: str) -> VersionPointer:
    """Return the version, with its parts as methods."""
    return VersionPointer(parsed(text))


_MAX_CONSTRAINT_LENGTH = 512
_MAX_ALTERNATIVES = 32

_OPERATOR = r"(?:!=|>=|=>|<=|=<|~>|=|>|<|~|\^)"
_PART = r"[0-9xX*|]+"
_CONSTRAINED = rf"v?{_PART}(?:\.{_PART})?(?:\.{_PART})?(?:-{_IDENTIFIERS})?(?:\+{_IDENTIFIERS})?"
_SPACE = r"[\t\n\f\r ]"
_ONE = rf"(?:{_OPERATOR}{_SPACE}*)?{_CONSTRAINED}"
# Each space can be read in one way only, or a wrong text would take for ever.
_ALL = rf"{_SPACE}*{_ONE}(?:(?:{_SPACE}+|{_SPACE}*,{_SPACE}*){_ONE})*{_SPACE}*"
_PARTS = (
    rf"({_OPERATOR}?){_SPACE}*v?({_PART})(\.{_PART})?(\.{_PART})?"
    rf"(-{_IDENTIFIERS})?(?:\+{_IDENTIFIERS})?"
)
_RANGE = rf"{_SPACE}*({_CONSTRAINED}){_SPACE}+-{_SPACE}+({_CONSTRAINED}){_SPACE}*"
_ANY = ("x", "X", "*", "")


class _Constraint(NamedTuple):
    """One condition. `precision` is how many numbers of the version are given, from 0 to 3."""

    operator: str
    version: Version
    precision: int


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
    if precision == 0:
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
    match = re.fullmatch(_PARTS, text)
    if match is None:
        raise FunctionError(f"improper constraint: {quoted(text)}")
    operator, major, minor, patch, prerelease = match.groups(default="")
    given = [part.removeprefix(".") for part in (major, minor, patch)]
    precision = next((i for i, part in enumerate(given) if part in _ANY), 3)
    numbers = [*given[:precision], "0", "0", "0"][:3]
    try:
        return _Constraint(operator, parsed(".".join(numbers) + prerelease), precision)
    except FunctionError:
        raise FunctionError("constraint parser error") from None


def _groups(text: str) -> list[list[_Constraint]]:
    """Return alternatives, of which one has to be met: with all of its conditions."""
    if length(text) > _MAX_CONSTRAINT_LENGTH:
        raise FunctionError(f"constraint string is too long (max {_MAX_CONSTRAINT_LENGTH} bytes)")
    text = re.sub(_RANGE, r">= \1, <= \2 ", text)
    alternatives = text.split("||")
    if len(alternatives) > _MAX_ALTERNATIVES:
        raise FunctionError(f"too many constraint groups (max {_MAX_ALTERNATIVES})")
    groups = []
    for alternative in alternatives:
        if not re.fullmatch(_ALL, alternative):
            raise FunctionError(f"improper constraint: {quoted(alternative)}")
        groups.append([_constraint(one) for one in re.findall(_ONE, alternative)])
    return groups


def _met(group: list[_Constraint], version: Version) -> bool:
    if version.prerelease and not any(constraint.version.prerelease for constraint in group):
        return False
    return all(_OPERATORS[constraint.operator](constraint, version) for constraint in group)


@function("semverCompare")
def semver_compare(constraint: str, version: str) -> bool:
    """Whether the version is in the range."""
    groups = _groups(constraint)
    found = parsed(version)
    return any(_met(group, found) for group in groups)
