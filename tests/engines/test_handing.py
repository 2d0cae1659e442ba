"""A value that is handed over without text is what it would be after its way through text."""

from typing import Any

from dask_helm.gotemplate import handing
from dask_helm.gotemplate.functions.data import from_yaml, to_yaml
from hypothesis import given
from hypothesis import strategies as st

SCALAR = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=90),
    st.sampled_from(["<<", "y", "null", "1e3", "0x1", "-0", "a: b", "- x", "#", "{}", " ", "", "~"]),
)  # fmt: skip
VALUE = st.recursive(
    SCALAR,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SCALAR.map(str), inner, max_size=3),
)


@given(st.dictionaries(SCALAR.map(str), VALUE, max_size=4))
def test_through_text_or_not(value: dict[str, Any]) -> None:
    for _ in range(2):  # the second time from memory
        copy = handing._copied(value)
        assert copy is None or repr(sorted_(copy)) == repr(sorted_(from_yaml(to_yaml(value))))


def sorted_(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: sorted_(value[key]) for key in sorted(value)}
    return [sorted_(item) for item in value] if isinstance(value, list) else value


def test_most_values_need_no_text() -> None:
    value = {"a": [1, 2.5, None, True], "b": {"c": "text", "d": ""}, "e": {}, "f": []}
    assert handing._copied(value) == {**value, "a": [1.0, 2.5, None, True]}
    assert handing._copied(value)["b"] is not value["b"]
