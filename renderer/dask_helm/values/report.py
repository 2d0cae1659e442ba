"""Findings told to the user: where, what was found, what is allowed and what to write."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from typing import Any

from dask_helm import goyaml
from dask_helm.errors import Place, Problem
from dask_helm.values import schema as own
from dask_helm.values.collect import Values
from dask_helm.values.convert import meant_word
from dask_helm.values.describe import allowed, found, listed
from dask_helm.values.findings import Finding, findings
from dask_helm.values.merge import Map
from dask_helm.values.paths import ValuePath, holds, nested, shown, until_index, value_at
from dask_helm.values.repair import NOTHING, Repair
from dask_helm.values.suggest import Advice, Suggester, misplaced
from dask_helm.values.tree import Schema, Tree

_MOST_SOUGHT = 100
"""For so many different keys it is sought what was meant, which takes milliseconds for each."""


def problems(
    values: Values, coalesced: Map, schema: Schema, errors: Iterable[Any]
) -> list[Problem]:
    """Return the problems behind the validator's errors."""
    return _Report(values, coalesced, Tree(_with_examples(schema))).problems(errors)


def in_order(found: Iterable[Problem], values: Values) -> list[Problem]:
    """Return problems in the order of the user's sources, those without a place last.

    What mends several of them, such as a list that is written whole, stands at the first.
    """
    ordered = sorted(found, key=lambda problem: _order(problem, values))
    first: dict[str | None, Problem] = {}
    return [p if first.setdefault(p.write, p) is p else _mended_above(p) for p in ordered]


def _mended_above(problem: Problem) -> Problem:
    if problem.write is None:
        return problem
    return replace(problem, message=f"{problem.message}; {_ABOVE}", write=None)


_ABOVE = "what to write above mends this, too"


class _Report:
    def __init__(self, values: Values, coalesced: Map, tree: Tree) -> None:
        self._values = values
        self._coalesced = coalesced
        self._tree = tree
        self._lists: dict[ValuePath, str | None] = {}

    def problems(self, errors: Iterable[Any]) -> list[Problem]:
        told = findings(errors, self._tree)
        moved = self._misplaced(told)
        rest = [f for f in told if not any(f.path[: len(path)] == path for path, _ in moved)]
        unknown = [f for f in rest if f.kind == "unknown"]
        sought = set(islice(dict.fromkeys(f.path[-1] for f in unknown), _MOST_SOUGHT))
        advised = [(f, *self._advice(f, f.path[-1] in sought)) for f in unknown]
        targets = {advice.target for _, advice, _ in advised}
        others = [f for f in rest if f.kind != "unknown" and f.path not in targets]
        return [
            *(self._moved(path, target) for path, target in moved),
            *(self._unknown(*item) for item in advised),
            *(self._wrong(finding) for finding in others),
        ]

    def _misplaced(self, told: list[Finding]) -> set[tuple[ValuePath, ValuePath]]:
        found = (
            misplaced(f.path, self._tree, self._coalesced) for f in told if f.kind != "missing"
        )
        return {pair for pair in found if pair}

    def _moved(self, path: ValuePath, target: ValuePath) -> Problem:
        value = value_at(self._coalesced, path)
        message = f"stands where {shown(target[:-2])} has the names of its own"
        return self._problem(path, message, target, _dumped(nested(target, value)), key=True)

    def _advice(self, finding: Finding, sought: bool) -> tuple[Advice, list[str]]:
        if not sought:
            return Advice(finding.path), []
        repair = Repair(self._tree, self._values)
        return Suggester(self._tree, repair).advice(finding), repair.left_out

    def _unknown(self, finding: Finding, advice: Advice, left_out: list[str]) -> Problem:
        write = _dumped(advice.write) or self._list_around(finding.path)
        message = self._why_unknown(finding, advice) + _left_out(left_out)
        return self._problem(advice.path, message, advice.target, write, key=True)

    def _why_unknown(self, finding: Finding, advice: Advice) -> str:
        if advice.note:
            return f"is a key of the older chart that has no counterpart here: {advice.note}"
        if advice.older:
            return "is a key of the older chart"
        above = shown(finding.path[:-1]) or "the values"
        if advice.target:
            return f"is no key of {above}"
        keys = listed(sorted(finding.schema.get("properties", {})))
        return f"is no key of {above}; remove it" + (f", or write one of: {keys}" if keys else "")

    def _wrong(self, finding: Finding) -> Problem:
        write = self._list_around(finding.path) or self._fitted(finding)
        problem = self._problem(finding.path, self._why_wrong(finding), None, write)
        return replace(problem, suggestion=meant_word(finding.value, finding.schema))

    def _why_wrong(self, finding: Finding) -> str:
        if finding.kind == "wrong":
            words = allowed(finding.schema)
            return f"is {found(finding.value)}; {words} belongs here" if words else finding.text
        nulled = holds(self._values.data, finding.path)
        missing = "is null, which removes the default" if nulled else "is missing"
        return f"{missing}; {allowed(finding.schema)} belongs here"

    def _fitted(self, finding: Finding) -> str | None:
        if until_index(finding.path) != finding.path:
            return None
        return self._repaired(finding.value, finding.schema, finding.path)

    def _list_around(self, path: ValuePath) -> str | None:
        """Return the outermost list around the path, made right; a list is always written whole."""
        around = until_index(path)
        if around not in self._lists:
            schema = self._tree.at(around) if around != path else None
            items = value_at(self._coalesced, around) if schema else None
            self._lists[around] = self._repaired(items, schema, around) if schema else None
        return self._lists[around]

    def _repaired(self, value: Any, schema: Schema, path: ValuePath) -> str | None:
        fitted = Repair(self._tree, self._values).fit(value, schema, path)
        return None if fitted is NOTHING else _dumped(nested(path, fitted))

    def _problem(
        self,
        path: ValuePath,
        message: str,
        target: ValuePath | None,
        write: str | None,
        *,
        key: bool = False,
    ) -> Problem:
        return Problem(
            message=message,
            path=shown(path),
            place=self._place(path, key=key),
            suggestion=shown(target) if target else None,
            write=write,
        )

    def _place(self, path: ValuePath, *, key: bool) -> Place | None:
        """Return where the path is written; the map around it when it is not."""
        if self._values.holder(path):
            return self._values.place(path, key=key)
        return self._values.place(self._values.nearest(path), key=True)


def _dumped(write: Map | None) -> str | None:
    return goyaml.dump_exactly(write) if write else None


def _left_out(paths: list[str]) -> str:
    return f"; there is no place for {listed(paths)}" if paths else ""


def _with_examples(schema: Schema) -> Schema:
    """Return our own schema with its examples, and any other as it is."""
    return own.load() if own.is_own(schema) else schema


def _order(problem: Problem, values: Values) -> tuple[int, int, int, str]:
    """Return what sorts problems as they stand in the sources; those without a place come last."""
    place = problem.place
    if place is None:
        return len(values.sources), 0, 0, problem.path
    names = [source.name for source in values.sources]
    return names.index(place.name), place.line, place.column, problem.path
