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
    LossError,
    Place,
    Problem,
    StartError,
    TemplateError,
    UnknownGroupError,
    UnreachableError,
    ValuesError,
    WaitError,
    YamlError,
)

PLACE = Place("a.yaml", 3, 5)
ERRORS: list[DaskHelmError] = [
    ValuesError([Problem("is wrong", "a.b", PLACE, "c", "a: 1\n"), Problem("is missing")]),
    YamlError("is no YAML", PLACE),
    YamlError("is no YAML"),
    TemplateError("fails", PLACE, [Place("b.tpl", 1)], stated=True),
    TemplateError(message="fails", place=PLACE),
    ForbiddenError("list", "pods", "team", "no"),
    UnknownGroupError("nix", "my.team", ["default"]),
    UnreachableError("my.team", [Attempt("service", "tcp://a:1", "no answer")], "look"),
    StartError("0 of 1", ["pod: Unschedulable"]),
    WaitError("0 of 1", []),
    LossError("2 results", ["a", "b"]),
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


def test_a_copy_is_raised_like_its_original() -> None:
    with pytest.raises(ValuesError, match=r"a\.b: is wrong") as raised:
        raise copy.copy(ERRORS[0])
    assert raised.value.problems[1].message == "is missing"
