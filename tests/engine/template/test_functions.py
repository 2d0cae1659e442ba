"""The functions of templates, one by one: what the real Helm prints, and what it refuses.

The cases stand in function_cases/; helm_functions.txt names all functions of Helm 4.
"""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from dask_helm.engine.template.calls import SPECIAL
from dask_helm.engine.template.functions import ABSENT, TABLE
from dask_helm.errors import TemplateError

from tests.engine.charts import (
    cases_chart,
    helm_template,
    printed_by_helm,
    printed_by_us,
    refused_by_helm,
    refused_by_us,
)
from tests.engine.template.function_cases import FILES, ONLY_HELM_4, VALUES, Case, cases
from tests.paths import ROOT

DOCS = ROOT / "docs"
HELM_4 = frozenset((Path(__file__).parent / "helm_functions.txt").read_text().split())
HELM_3 = HELM_4 - ONLY_HELM_4
OURS = frozenset((*TABLE, *SPECIAL))

# Sprig has them, and Helm takes them away.
NOT_IN_HELM = frozenset(("env", "expandenv"))


# What is different on purpose, and expressions that show it; the reasons stand in the docs.
MANY_KEYS = " ".join(f'"k{i}" {i}' for i in range(25))
DIFFERENT: dict[str, list[str]] = {
    "`printf` rejects arguments whose output would contain a memory address or the inside of a struct.": [
        'printf "%p" list',
        'printf "%#v" (semver "1.2")',
        'printf "%#v" (list (semver "1.2"))',
        'printf "%d" (semver "1.2")',
        'printf "%w" (semver "1.2")',
    ],
    "`deepCopy` and `merge` reject versions that Helm turns into 0.0.0 or into nothing.": [
        'deepCopy (semver "1.2.3")',
        'mustDeepCopy (list (semver "1.2.3"))',
        'merge (dict "a" (semver "1.2")) (dict "a" (dict "x" 1))',
    ],
    "`toYamlPretty` rejects bytes that are not UTF-8. Helm writes them as `!!binary`.": [
        'toYamlPretty (b64dec "/w==")',
        'toYamlPretty (dict (b64dec "/w==") 1)',
    ],
    "`fromYaml` and `fromYamlArray` report YAML errors in the engine's own words.": [
        'fromYaml "a: ["',
        'fromYamlArray "a: b: c"',
        'fromYaml (b64dec "/w==")',
    ],
    "Strings of more than 64 MiB and lists of more than a million elements are rejected.": [
        "until 1000001 | len",
        'repeat 67108865 "x" | len',
    ],
    "`keys` and `values` return the keys in sorted order. Helm's order is random.": [
        f"keys (dict {MANY_KEYS})",
        f"values (dict {MANY_KEYS})",
    ],
    "Complex numbers are not supported.": ["1i", "list 1i 2"],
}
DIFFERENT_CASES = [
    Case(e, refused=False) for expressions in DIFFERENT.values() for e in expressions
]


# The names


def called(folder: Path, names: Iterable[str]) -> Path:
    """Return a chart that names functions; no branch of it is ever taken."""
    return cases_chart(
        folder, [f"{{{{ if false }}}}{{{{ {name} }}}}{{{{ end }}}}" for name in names], {}
    )


@pytest.mark.parametrize(("version", "names"), [(3, HELM_3), (4, HELM_4)])
def test_helm_knows_all_functions_of_the_list(
    tmp_path: Path, version: int, names: frozenset[str]
) -> None:
    result = helm_template(called(tmp_path / "chart", sorted(names)), version)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize(
    ("version", "name"),
    [
        *[(3, name) for name in sorted(ONLY_HELM_4)],
        *[(version, name) for name in sorted(NOT_IN_HELM) for version in (3, 4)],
        (3, "nosuchfunction"),
        (4, "nosuchfunction"),
    ],
)
def test_helm_says_so_when_it_does_not_know_a_function(
    tmp_path: Path, version: int, name: str
) -> None:
    result = helm_template(called(tmp_path / "chart", [name]), version)
    assert f'function "{name}" not defined' in result.stderr


def test_each_function_of_helm_is_ours_or_absent_for_a_reason() -> None:
    assert sorted(HELM_4 - OURS) == sorted(ABSENT)
    assert all(ABSENT.values())


def test_we_have_no_function_that_helm_does_not_have() -> None:
    assert sorted(OURS - HELM_4) == []


@pytest.mark.parametrize("name", sorted(ABSENT))
def test_calling_an_absent_function_is_an_error_with_the_reason(tmp_path: Path, name: str) -> None:
    chart = cases_chart(tmp_path / "chart", [f"{{{{ {name} }}}}"], {})
    with pytest.raises(TemplateError, match=f"{name} is not supported: {re.escape(ABSENT[name])}"):
        printed_by_us(chart)


def test_an_absent_function_in_a_branch_that_is_not_taken_is_no_error(tmp_path: Path) -> None:
    assert set(printed_by_us(called(tmp_path / "chart", sorted(ABSENT)))) == {""}


@pytest.mark.parametrize("name", [*sorted(NOT_IN_HELM), "nosuchfunction"])
def test_an_unknown_function_is_an_error_wherever_it_stands(tmp_path: Path, name: str) -> None:
    with pytest.raises(TemplateError, match=f"there is no function {name}"):
        printed_by_us(called(tmp_path / "chart", [name]))


# What they do


def of_all_files(refused: bool) -> list[Case]:
    return [case for file in FILES for case in cases(file, refused)]


def test_each_function_has_a_case_that_prints_something() -> None:
    tried = {word for case in of_all_files(refused=False) for word in case.words}
    assert sorted(OURS - tried) == []


@pytest.mark.parametrize("version", [3, 4])
def test_what_is_different_on_purpose_is_different(tmp_path: Path, version: int) -> None:
    templates = [case.template for case in DIFFERENT_CASES]
    helms = printed_by_helm(cases_chart(tmp_path / "helm", templates, VALUES), version)
    ours = [our_text(tmp_path / f"{i}", template) for i, template in enumerate(templates)]
    assert [t for t, us, them in zip(templates, ours, helms, strict=True) if us == them] == []


def our_text(folder: Path, template: str) -> str | None:
    """Return what we print, None for what we refuse."""
    chart = cases_chart(folder, [template], VALUES)
    return None if refused_by_us(chart) else printed_by_us(chart)[0]


@pytest.mark.parametrize("reason", DIFFERENT)
def test_the_docs_tell_what_is_different(reason: str) -> None:
    assert f"* {reason}" in (DOCS / "development.md").read_text()


def test_no_case_stands_there_twice() -> None:
    expressions = [case.expression for refused in (True, False) for case in of_all_files(refused)]
    assert sorted({e for e in expressions if expressions.count(e) > 1}) == []


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("file", FILES)
def test_each_function_prints_what_helm_prints(tmp_path: Path, file: str, version: int) -> None:
    tried = [case for case in cases(file, refused=False) if case.exists(version)]
    chart = cases_chart(tmp_path / "chart", [case.template for case in tried], VALUES)
    ours, helms = printed_by_us(chart), printed_by_helm(chart, version)
    differences = [
        (case.expression, us, them)
        for case, us, them in zip(tried, ours, helms, strict=True)
        if us != them
    ]
    assert differences == []


@pytest.fixture(scope="module")
def wrong_charts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A chart for each expression that is refused."""
    folder = tmp_path_factory.mktemp("wrong")
    return {
        case.expression: cases_chart(folder / f"{i}", [case.template], VALUES)
        for i, case in enumerate(of_all_files(refused=True))
    }


@pytest.mark.parametrize("version", [3, 4])
def test_what_helm_refuses_is_marked(wrong_charts: dict[str, Path], version: int) -> None:
    refused = refused_by_helm([*wrong_charts.values()], version)
    assert [e for e, is_refused in zip(wrong_charts, refused, strict=True) if not is_refused] == []


def test_we_refuse_it_too_and_say_where(wrong_charts: dict[str, Path]) -> None:
    assert [e for e, chart in wrong_charts.items() if not refused_by_us(chart)] == []
