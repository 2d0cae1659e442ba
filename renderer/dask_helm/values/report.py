"""Findings told to the user: where, what was found, what is allowed and what to write."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

from dask_helm import goyaml
from dask_helm.errors import Place, Problem
from dask_helm.values import schema as own
from dask_helm.values.collect import Values
from dask_helm.values.convert import meant_word
from dask_helm.values.describe import allowed, counted, found, is_reread, listed
from dask_helm.values.findings import Finding, findings
from dask_helm.values.merge import Map
from dask_helm.values.paths import ValuePath, holds, nested, shown, until_index, value_at
from dask_helm.values.repair import NOTHING, Repair
from dask_helm.values.sources import FileSource
from dask_helm.values.suggest import Advice, Suggester, misplaced
from dask_helm.values.tree import Schema, Tree

_SIZES = ("minItems", "maxItems", "minProperties", "maxProperties")
_UNTOLD = ("not", "uniqueItems", "contains", "propertyNames", "dependencies", "falseSchema")
"""Words of schemas of which `allowed` does not tell."""
_LONGEST, _MOST_KEYS = 200, 20
_MOST_SOUGHT = 100
"""For so many different keys it is sought what was meant, which takes milliseconds for each."""


def problems(
    values: Values, coalesced: Map, schema: Schema, errors: Iterable[Any]
) -> list[Problem]:
    """Return the problems behind the validator's errors."""
    return _Report(values, coalesced, Tree(_with_examples(schema))).problems(errors)


class _Report:
    def __init__(self, values: Values, coalesced: Map, tree: Tree) -> None:
        self._values = values
        self._coalesced = coalesced
        self._tree = tree
        self._lists: dict[ValuePath, _Written] = {}

    def problems(self, errors: Iterable[Any]) -> list[Problem]:
        told = findings(errors, self._coalesced, self._tree)
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
        above = shown(target[:-2])
        message = f"is read as a name, for the keys of {above} are names that you choose"
        return self._problem(path, message, target, _written(nested(target, value)), key=True)

    def _advice(self, finding: Finding, sought: bool) -> tuple[Advice, list[str]]:
        if not sought:
            return Advice(finding.path), []
        repair = Repair(self._tree, self._values)
        return Suggester(self._tree, repair).advice(finding), repair.left_out

    def _unknown(self, finding: Finding, advice: Advice, left_out: list[str]) -> Problem:
        write = _written(advice.write) if advice.write else self._list_around(finding.path)
        message = self._why_unknown(finding, advice) + _left_out(left_out)
        return self._problem(advice.path, message, advice.target, write, key=True)

    def _why_unknown(self, finding: Finding, advice: Advice) -> str:
        if advice.note:
            return f"is a key of the older dask chart with no counterpart here: {advice.note}"
        if advice.older:
            return "is a key of the older dask chart"
        missing = "there is no such key" + ("" if finding.path[1:] else " at the top")
        return missing if advice.target else f"{missing}; remove it{_others(finding)}"

    def _wrong(self, finding: Finding) -> Problem:
        inside_list = until_index(finding.path) != finding.path
        write = self._list_around(finding.path) if inside_list else self._fitted(finding)
        problem = self._problem(finding.path, self._why_wrong(finding), None, write)
        return replace(problem, suggestion=meant_word(finding.value, finding.schema))

    def _why_wrong(self, finding: Finding) -> str:
        words = allowed(finding.schema)
        if finding.kind == "missing":
            return self._why_missing(finding.path, words)
        if not words or finding.keyword in _UNTOLD:
            return f"is {found(finding.value)}, which is not allowed here: {_short(finding.text)}"
        if self._lacks_quotes(finding):
            return f"is {self._found(finding)}; text belongs here, so put it in quotes"
        return f"is {self._found(finding)}; {words} belongs here"

    def _lacks_quotes(self, finding: Finding) -> bool:
        written = self._values.written(finding.path)
        if written is None or isinstance(finding.value, (str, list, dict, type(None))):
            return False
        return self._tree.is_valid(written, finding.schema)

    def _why_missing(self, path: ValuePath, words: str) -> str:
        if not holds(self._values.data, path):
            return f"is missing; {words} belongs here" if words else "is missing"
        word = "empty" if self._is_left_empty(path) else "null"
        right = f", or write {words}" if words else ""
        return f"is {word}, which removes a default that is needed; remove the line{right}"

    def _found(self, finding: Finding) -> str:
        if finding.value is None and self._is_left_empty(finding.path):
            return "empty"
        if finding.keyword in _SIZES:
            return counted(finding.value)
        written = self._values.written(finding.path)
        if is_reread(written, finding.value):
            return f"{found(finding.value)} (which is how YAML reads {written})"
        return found(finding.value)

    def _is_left_empty(self, path: ValuePath) -> bool:
        """Return whether nothing stands behind the key, in a file."""
        in_file = isinstance(self._values.holder(path), FileSource)
        return in_file and self._values.written(path) is None

    def _fitted(self, finding: Finding) -> "_Written":
        return self._repaired(finding.value, finding.schema, finding.path)

    def _list_around(self, path: ValuePath) -> "_Written":
        """Return the outermost list around the path, made right; a list is always written whole."""
        around = until_index(path)
        schema = self._tree.at(around) if around != path else None
        if schema is None:
            return _Written()
        if around not in self._lists:
            items = value_at(self._coalesced, around)
            self._lists[around] = self._repaired(items, schema, around)
        return self._lists[around]

    def _repaired(self, value: Any, schema: Schema, path: ValuePath) -> "_Written":
        repair = Repair(self._tree, self._values)
        fitted = repair.fit(value, schema, path)
        if fitted is None:  # which says nothing to the user
            fitted = repair.invent(str(path[-1]), schema)
        return _Written() if fitted is NOTHING else _written(nested(path, fitted), repair.invented)

    def _problem(
        self,
        path: ValuePath,
        message: str,
        target: ValuePath | None,
        write: "_Written",
        *,
        key: bool = False,
    ) -> Problem:
        return Problem(
            message=message,
            path=shown(path),
            place=self._place(path, key=key),
            suggestion=shown(target) if target else None,
            write=write.text,
            example=write.example,
        )

    def _place(self, path: ValuePath, *, key: bool) -> Place | None:
        """Return where the path is written; the map around it when it is not."""
        if self._values.holder(path):
            return self._values.place(path, key=key)
        return self._values.place(self._values.nearest(path), key=True)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


class _Written(NamedTuple):
    """The YAML to write, and whether it is only an example."""

    text: str | None = None
    example: bool = False


def _written(write: Map, example: bool = False) -> _Written:
    return _Written(goyaml.dump_exactly(write), example)


def _others(finding: Finding) -> str:
    """Return what to write instead of a key that stands for nothing."""
    keys = sorted(finding.schema.get("properties", {}))
    if len(keys) <= _MOST_KEYS:
        return f", or write one of: {', '.join(keys)}" if keys else ""
    where = " ".join(filter(None, ("dask-helm explain", shown(finding.path[:-1]))))
    return f", or write one of those that `{where}` lists"


def _left_out(paths: list[str]) -> str:
    return f"; there is no place for {listed(paths)}" if paths else ""


def _with_examples(schema: Schema) -> Schema:
    """Return our own schema with its examples, and any other as it is."""
    return own.load() if own.is_own(schema) else schema
