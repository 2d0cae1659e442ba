"""Each function of templates with each type of argument at each place, with too few and too many.

The peer is Helm's engine in this process, for one process for each of these would take an hour.
"""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import helm_python
import pytest
from dask_helm.engine import Chart
from dask_helm.engine.interpreter import PythonEngine
from dask_helm.engine.template.functions import TABLE
from dask_helm.engine.template.functions.table import Declared
from dask_helm.engine.types import Int64
from dask_helm.errors import TemplateError

from tests.engine.charts import RELEASE, make_chart
from tests.engine.template.function_cases import VALUES

# A value of each type, and of each nil.
ARGUMENTS = (
    "nil", "true", "false", "0", "7", "-2", "1.5", "2.0", "'b'", '""', '"b"', '"12"', '"é ✓"',
    "list", '(list 1 "b" nil)', "dict", '(dict "b" 1)',
    ".Values.missing", ".Values.three", ".Values.f", ".Values.s", ".Values.nums", ".Values.noMap",
    '(dict "b" nil).b', "(first list)", "(concat list)", '(fromJson "null")', '(float64 "nan")',
    "(int64 3)", "(until 3)", '(splitList "," "b,a")', '(split "," "b")', "(chunk 1 (list 1))",
    '(regexFindAll "x" "" -1)', '(index "b" 0)', '(semver "1.2").Minor',
)  # fmt: skip

# What stands at the other places.
PLAUSIBLE: dict[Any, str] = {
    str: '"b"', int: "2", Int64: "2", float: "0.5", bool: "true", dict: '(dict "b" 1)', Any: '"b"',
}  # fmt: skip

# Of these, what an argument may be depends on the other one.
OF_PAIRS = ("eq", "lt", "index", "has", "deepEqual", "divf")

TYPE_TEXT_AND_JSON = (
    "{{{{ $r := {} }}}}{{{{ typeOf $r }}}} {{{{ print $r | quote }}}} {{{{ toJson $r }}}}"
)


def calls(declared: Declared) -> Iterator[str]:
    """Yield calls of one function, right and wrong ones."""
    variadic = [] if declared.rest is None else [declared.rest]
    usual = [PLAUSIBLE[type_] for type_ in (*declared.parameters, *variadic)]
    for count in range(len(usual) + 3):
        yield " ".join([declared.name, *[*usual, '"b"', '"b"'][:count]])
    for place in range(len(usual)):
        for argument in ARGUMENTS:
            yield " ".join([declared.name, *usual[:place], argument, *usual[place + 1 :]])


def pairs(name: str) -> Iterator[str]:
    """Yield calls with each pair of arguments."""
    for first in ARGUMENTS:
        for second in ARGUMENTS:
            yield f"{name} {first} {second}"


Text = str | None


class Engines:
    """Our engine and Helm's, for templates that stand in the values."""

    def __init__(self, folder: Path) -> None:
        chart = make_chart(folder / "small", {"case.yaml": "{{ tpl .Values.case . }}"}, VALUES)
        self._ours = PythonEngine(Chart.read(chart))
        self._helms = helm_python.Chart.load(str(chart))
        self._values = Chart.read(chart).defaults

    def ours(self, template: str) -> Text:
        """Return what we print, None for what we refuse."""
        try:
            (text,) = self._ours.render(
                {}, {**deepcopy(self._values), "case": template}, RELEASE
            ).values()
        except TemplateError:
            return None
        return text

    def helms(self, template: str) -> Text:
        """Return what Helm prints, None for what it refuses."""
        try:
            (text,) = self._helms.render({"case": template}).values()
        except helm_python.HelmRenderError:
            return None
        return text

    def differences(self, expressions: Iterator[str]) -> list[tuple[str, Text, Text]]:
        """Return the expressions for which the two differ, with what they print."""
        templates = map(TYPE_TEXT_AND_JSON.format, expressions)
        results = ((template, self.ours(template), self.helms(template)) for template in templates)
        return [(template, ours, helms) for template, ours, helms in results if ours != helms]


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Engines:
    return Engines(tmp_path_factory.mktemp("arguments"))


@pytest.mark.parametrize("name", sorted(TABLE.keys() - {"mustToYaml"}))
def test_a_function_takes_and_refuses_the_arguments_that_helm_does(
    engines: Engines, name: str
) -> None:
    assert engines.differences(calls(TABLE[name])) == []


@pytest.mark.parametrize("name", OF_PAIRS)
def test_a_function_takes_and_refuses_the_pairs_that_helm_does(engines: Engines, name: str) -> None:
    assert engines.differences(pairs(name)) == []
