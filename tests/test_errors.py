import copy
import pickle
from typing import Any

import pytest
from dask_helm import errors
from dask_helm.errors import (
    Attempt,
    BusyError,
    DaskHelmError,
    DeviationError,
    ForbiddenError,
    Hint,
    LossError,
    Place,
    Problem,
    StartError,
    TemplateError,
    UnknownPoolError,
    UnreachableError,
    ValuesError,
    WaitError,
    YamlError,
    hint,
)

PLACE = Place("a.yaml", 3, 5)
ERRORS: list[DaskHelmError] = [
    ValuesError([Problem("is wrong", "a.b", PLACE, "c", "a: 1\n"), Problem("is missing")]),
    YamlError("is no YAML", PLACE),
    YamlError("is no YAML"),
    TemplateError("fails", PLACE, [Place("b.tpl", 1)], stated=True),
    TemplateError(message="fails", place=PLACE),
    ForbiddenError("list", "pods", "team", "no"),
    UnknownPoolError("nix", "my.team", ["default"]),
    UnreachableError("my.team", [Attempt("service", "tcp://a:1", "no answer")], hint=hint("look")),
    StartError("0 of 1", ["pod: Unschedulable"]),
    WaitError("0 of 1", []),
    LossError("2 results", ["a", "b"], hint=hint("Use {}", force=True)),
    BusyError("1 pod", ["pod"]),
    DeviationError("another pod", ["pod"]),
]
OTHERS: list[DaskHelmError] = [
    kind("is wrong")
    for name, kind in vars(errors).items()
    if not name.startswith("_") and isinstance(kind, type) and issubclass(kind, DaskHelmError)
    and kind not in (DaskHelmError, *map(type, ERRORS))
]  # fmt: skip


@pytest.mark.parametrize("error", ERRORS + OTHERS, ids=repr)
@pytest.mark.parametrize("copied", [copy.copy, lambda e: pickle.loads(pickle.dumps(e))])
def test_errors_go_from_process_to_process(error: DaskHelmError, copied: Any) -> None:
    again = copied(error)
    assert type(again) is type(error)
    assert str(again) == str(error) != ""
    assert vars(again) == vars(error)
    assert again.exit_code == error.exit_code


@pytest.mark.parametrize(
    ("given", "in_python", "in_shell"),
    [
        (hint("Wait"), "Wait", "Wait"),
        (
            hint("Use {} to continue", force=True),
            "Use force=True to continue",
            "Use --force to continue",
        ),
        (
            hint("Use: {}", release="my", namespace="team"),
            "Use: HelmCluster('my', namespace='team')",
            "Use: --release my --namespace team",
        ),
        (hint("Choose: {}", local_port=0), "Choose: local_port=0", "Choose: --local-port 0"),
    ],
)
def test_each_surface_shows_a_hint_in_its_own_terms(
    given: Hint, in_python: str, in_shell: str
) -> None:
    error = LossError("It failed", [], hint=given)
    assert str(error) == f"It failed. {in_python}"
    assert error.in_shell() == f"It failed. {in_shell}"
    assert error.message == "It failed"


def test_a_copy_is_raised_like_its_original() -> None:
    with pytest.raises(ValuesError, match=r"a\.b: is wrong") as raised:
        raise copy.copy(ERRORS[0])
    assert raised.value.problems[1].message == "is missing"
