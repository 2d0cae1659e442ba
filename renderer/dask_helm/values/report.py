"""Turns findings into problems for the user: where, what is allowed, what was found, the fix."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

from dask_helm.engine import yaml as goyaml
from dask_helm.engine.values.collect import Values
from dask_helm.engine.values.display import ValuePath, found, shown
from dask_helm.engine.values.merge import Map
from dask_helm.engine.values.paths import holds, nested, until_index, value_at
from dask_helm.engine.values.sources import FileSource
from dask_helm.errors import Problem
from dask_helm.text import listed
from dask_helm.values import schema as own
from dask_helm.values.conversions import meant_word
from dask_helm.values.descriptions import allowed, read_as, sized
from dask_helm.values.findings import Finding, findings
from dask_helm.values.repair import NOTHING, Repair
from dask_helm.values.suggestions import Advice, Suggester, misplaced
from dask_helm.values.tree import Schema, Tree

_SIZES = ("minItems", "maxItems", "minProperties", "maxProperties")
_UNTOLD = ("not", "contains", "propertyNames", "dependencies", "falseSchema")
"""Keywords of schemas that `allowed` does not describe."""
_LONGEST, _MOST_KEYS, _MOST_LISTED = 200, 20, 15
_MOST_SOUGHT = 100
"""The number of different keys to search suggestions for; each search takes milliseconds."""


def problems(
    values: Values, coalesced: Map, schema: Schema, errors: Iterable[Any], *, of_chart: bool = True
) -> list[Problem]:
    """Return the problems behind the validator's errors.

    The values of a chart can have keys of the older chart, and Helm replaces their lists as a
    whole, so that a fix writes all items. In other data a fix writes the part that is wrong.
    """
    # chart/values.schema.json has no examples, but the schema that it is made from has.
    tree = Tree(own.load() if of_chart and own.is_own(schema) else schema)
    return _Report(values, coalesced, tree, of_chart).problems(errors)


class _Report:
    def __init__(self, values: Values, coalesced: Map, tree: Tree, of_chart: bool) -> None:
        self._values = values
        self._coalesced = coalesced
        self._tree = tree
        self._of_chart = of_chart
        self._lists: dict[ValuePath, _Written] = {}

    def problems(self, errors: Iterable[Any]) -> list[Problem]:
        told = findings(errors, self._coalesced, self._tree)
        pairs = [
            misplaced(f.path, self._tree, self._coalesced) for f in told if f.kind != "missing"
        ]
        moved = {pair for pair in pairs if pair}
        reported = [self._moved(path, target) for path, target in moved]
        rest = [f for f in told if not any(f.path[: len(path)] == path for path, _ in moved)]
        unknown = [f for f in rest if f.kind == "unknown"]
        sought = set(islice(dict.fromkeys(f.path[-1] for f in unknown), _MOST_SOUGHT))
        targets = set()
        for finding in unknown:
            repair = Repair(self._tree, self._values)
            advice = Advice(finding.path)
            if finding.path[-1] in sought:
                suggester = Suggester(self._tree, repair)
                older = suggester.older(finding) if self._of_chart else None
                advice = older or suggester.advice(finding)
            targets.add(advice.target)
            message = self._why_unknown(finding, advice)
            if repair.left_out:
                message += f"; not carried over: {listed(repair.left_out, _MOST_LISTED)}"
            write = (
                _written(advice.write, repair.invented) if advice.write else self._around(finding)
            )
            reported.append(self._problem(advice.path, message, advice.target, write, key=True))
        for finding in rest:
            if finding.kind != "unknown" and finding.path not in targets:
                reported.append(self._wrong(finding))
        return reported

    def _moved(self, path: ValuePath, target: ValuePath) -> Problem:
        """Return the problem of a key that stands where names of the user's belong."""
        value = value_at(self._coalesced, path)
        above = shown(target[:-2])
        message = f"is taken as a name, because the keys of {above} are names that you choose"
        return self._problem(path, message, target, _written(nested(target, value)), key=True)

    def _why_unknown(self, finding: Finding, advice: Advice) -> str:
        if advice.note:
            return f"is a key of the older dask chart and has no counterpart here: {advice.note}"
        if advice.older:
            return "is a key of the older dask chart"
        message = "unknown key" if finding.path[1:] else "unknown top-level key"
        if advice.target:
            return message
        keys = sorted(finding.schema.get("properties", {}))
        message += "; remove it"
        if len(keys) > _MOST_KEYS:
            where = " ".join(filter(None, ("dask-helm explain", shown(finding.path[:-1]))))
            return f"{message}, or use one of the keys that `{where}` lists"
        return f"{message}, or use one of: {', '.join(keys)}" if keys else message

    def _wrong(self, finding: Finding) -> Problem:
        inside_list = until_index(finding.path) != finding.path
        write = self._around(finding) if inside_list else self._fitted(finding)
        problem = self._problem(finding.path, self._why_wrong(finding), None, write)
        return replace(problem, suggestion=meant_word(finding.value, finding.schema))

    def _why_wrong(self, finding: Finding) -> str:
        words = allowed(finding.schema)
        if finding.kind == "missing":
            if not holds(self._values.data, finding.path):
                return f"is required; it must be {words}" if words else "is required"
            word = "empty" if self._is_left_empty(finding.path) else "null"
            right = f", or write {words}" if words else ""
            return f"must not be {word}: the default is required; remove the line{right}"
        if finding.keyword == "uniqueItems":
            return "must not contain an item twice"
        if not words or finding.keyword in _UNTOLD:
            text = finding.text
            text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
            return f"must not be {found(finding.value)}: {text}"
        written = self._values.written(finding.path)
        is_scalar = not isinstance(finding.value, (str, list, dict, type(None)))
        if is_scalar and written is not None and self._tree.is_valid(written, finding.schema):
            return f"must be a string, got {self._found(finding)}; put it in quotes"
        return f"must be {words}, got {self._found(finding)}"

    def _found(self, finding: Finding) -> str:
        if finding.value is None and self._is_left_empty(finding.path):
            return "an empty value"
        if finding.keyword in _SIZES:
            return sized(finding.value)
        return read_as(self._values.written(finding.path), finding.value)

    def _is_left_empty(self, path: ValuePath) -> bool:
        """Return whether a file has no value after the key."""
        in_file = isinstance(self._values.holder(path), FileSource)
        return in_file and self._values.written(path) is None

    def _fitted(self, finding: Finding) -> "_Written":
        return self._repaired(finding.value, finding.schema, finding.path)

    def _around(self, finding: Finding) -> "_Written":
        """Return what to write for a finding inside a list: in a chart, the outermost list."""
        if not self._of_chart:
            return _Written() if finding.kind == "unknown" else self._fitted(finding)
        around = until_index(finding.path)
        schema = self._tree.at(around) if around != finding.path else None
        if schema is None:
            return _Written()
        if around not in self._lists:
            items = value_at(self._coalesced, around)
            self._lists[around] = self._repaired(items, schema, around)
        return self._lists[around]

    def _repaired(self, value: Any, schema: Schema, path: ValuePath) -> "_Written":
        repair = Repair(self._tree, self._values)
        fitted = repair.fit(value, schema, path)
        if fitted is None:  # null would not help the user
            fitted = repair.invent(str(path[-1]), schema)
        if fitted is NOTHING:
            return _Written()
        item = until_index(path[::-1])[::-1]  # the keys after the last index
        path = path if self._of_chart else item
        return _written(nested(path, fitted) if path else [fitted], repair.invented)

    def _problem(
        self,
        path: ValuePath,
        message: str,
        target: ValuePath | None,
        write: "_Written",
        *,
        key: bool = False,
    ) -> Problem:
        if self._values.holder(path):
            place = self._values.place(path, key=key)
        else:  # the place of the map around it
            place = self._values.place(self._values.nearest(path), key=True)
        near = shown(target) if target else None
        return Problem(message, shown(path), place, near, write.text, write.example)


class _Written(NamedTuple):
    """The YAML to write, and whether it is only an example."""

    text: str | None = None
    example: bool = False


def _written(write: Any, example: bool = False) -> _Written:
    return _Written(goyaml.dump_exactly(write), example)
