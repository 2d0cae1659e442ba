"""Semantic versions as the library of sprig reads them: ``v1.2`` is a version, too."""

import re
from functools import partial
from typing import Any, NamedTuple

from dask_helm.gotemplate.functions.table import Declared, function
from dask_helm.gotemplate.kinds import Uint64
from dask_helm.gotemplate.types import FunctionError, Object
from dask_helm.gotemplate.utf8 import length

_IDENTIFIERS = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_VERSION = re.compile(
    rf"v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-({_IDENTIFIERS}))?(?:\+({_IDENTIFIERS}))?"
)
_MAX_LENGTH = 256
_MAX_NUMBER = 2**64 - 1
_LEADING_ZERO = re.compile(r"0[0-9]+")


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
        return self[:3], not self.prerelease, _precedence(self.prerelease)

    def changed(self, **parts: Any) -> "Version":
        """Return the version with other parts; a ``v`` before it stays."""
        version = self._replace(**parts)
        letter = "v" if self.original.startswith("v") else ""
        return version._replace(original=f"{letter}{version}")


def _precedence(prerelease: str) -> list[tuple[int, int, str]]:
    """Numbers come before words, and a part that is missing before any."""
    return [
        (0, int(part), "") if part.isdigit() and int(part) <= _MAX_NUMBER else (1, 0, part)
        for part in prerelease.split(".")
    ]


def parsed(text: str) -> Version:
    """Return the version; raises FunctionError for a text that is none."""
    if length(text) > _MAX_LENGTH:
        raise FunctionError(f"version string is too long (max {_MAX_LENGTH} bytes)")
    match = _VERSION.fullmatch(text)
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
    if any(_LEADING_ZERO.fullmatch(part) for part in prerelease.split(".")):
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
