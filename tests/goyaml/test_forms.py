"""Texts of forms that were met before, against the parser and the writer."""

from typing import Any

import pytest
from dask_helm import goyaml
from dask_helm.errors import YamlError
from dask_helm.goyaml import forms, scalars
from dask_helm.goyaml.reader import parse
from dask_helm.goyaml.simple import NOT_SIMPLE
from dask_helm.rendering import Release, Renderer, manifests
from dask_helm.values import collect
from hypothesis import given
from hypothesis import strategies as st

from tests.goyaml.test_simple import LINES, SIMPLE_LINES, VALUE, texts

# A text is read by a plan from then on.
OFTEN = 4


def both(text: str, whole_numbers: bool) -> tuple[Any, Any]:
    """Return what our reader says when it knows the form, and the parser."""
    reader = forms.Reader(scalars.whole if whole_numbers else scalars.floating)
    ours = [reader.read(text) for _ in range(OFTEN)][-1]
    try:
        return ours, parse(text, "text", whole_numbers)
    except YamlError:
        return ours, YamlError


@pytest.mark.parametrize("lines", [LINES, SIMPLE_LINES], ids=["any", "simple"])
def test_texts_are_read_as_the_parser_reads_them(lines: st.SearchStrategy[str]) -> None:
    @given(texts(lines), st.booleans())
    def check(text: str, whole_numbers: bool) -> None:
        ours, parsed = both(text, whole_numbers)
        assert ours is NOT_SIMPLE or repr(ours) == repr(parsed)

    check()


@given(VALUE)
def test_what_is_written_again_is_what_the_writer_writes(value: Any) -> None:
    try:
        text = goyaml.dump(value)
        expected = goyaml.dump_exactly(goyaml.load(text, whole_numbers=True))
    except (goyaml.MarshalError, YamlError):
        return
    again = [goyaml.rewritten(text) for _ in range(OFTEN)]
    assert set(again) <= {None, expected}


@given(texts(SIMPLE_LINES))
def test_simple_lines_are_written_again_as_the_writer_writes_them(text: str) -> None:
    again = [goyaml.rewritten(text) for _ in range(OFTEN)][-1]
    if again is not None:
        assert again == goyaml.dump_exactly(parse(text, "text", whole_numbers=True))


WORDS = st.one_of(
    st.text(st.sampled_from("ab 1.'"), max_size=60),
    st.sampled_from(("yes", "1e3", "0x1F", "~", "1_0", "%s", "50%", "Slot1Slot", "-0.0", "x" * 90)),
)


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=OFTEN, max_size=8))
def test_texts_of_one_form_with_different_words(rows: list[tuple[str, str, str]]) -> None:
    for first, second, third in rows:
        text = f"b:\n  - {first}\n  - c: {second}\n    a: x\nkey: {third}\nempty: {{}}\n"
        ours, parsed = both(text, whole_numbers=True)
        assert ours is NOT_SIMPLE or repr(ours) == repr(parsed)
        again = goyaml.rewritten(text)
        assert again is None or again == goyaml.dump_exactly(parsed)


BLOCK_LINES = st.sampled_from(
    ("a", "", "  b", "# c", "key: |", "- |", "x: 1", "  ", "| ", "'", "é")
)
HEADERS = st.sampled_from(("k: |", "k: |-", "k: |+", "- |", "- k: |", "- - |-", "k:  |", "k: |2"))


@given(
    HEADERS, st.integers(0, 3), st.integers(0, 4), st.lists(BLOCK_LINES, max_size=5), st.booleans()
)
def test_blocks(header: str, column: int, deeper: int, lines: list[str], ends: bool) -> None:
    """A block that begins somewhere, is as deep as its line or deeper, and ends or goes on."""
    body = "".join(f"{' ' * (column + deeper)}{line}\n" for line in lines)
    after = f"{' ' * column}- z" if header[0] == "-" else f"{' ' * column}z: 1"
    text = f"top:\n{' ' * column}{header}\n{body}{after if ends else ''}"
    ours, parsed = both(text, whole_numbers=True)
    assert ours is NOT_SIMPLE or repr(ours) == repr(parsed)
    again = [goyaml.rewritten(text) for _ in range(OFTEN)][-1]
    assert again is None or again == goyaml.dump_exactly(parsed)


def test_a_word_that_looks_like_a_slot_stays_that_word() -> None:
    text = "a: Slot1Slot\nb: Slot0Slot\n"
    assert both(text, whole_numbers=True)[0] == {"a": "Slot1Slot", "b": "Slot0Slot"}


def test_what_is_read_is_new_each_time() -> None:
    reader = forms.Reader(scalars.whole)
    for _ in range(OFTEN):
        found = reader.read("a: {}\nb:\n  c: []\n  d: 1\n")
        assert found == {"a": {}, "b": {"c": [], "d": 1}}
        found["a"]["x"] = found["b"]["c"].append(1)


def test_forms_are_forgotten_when_they_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "_MOST_PLANS", 3)
    reader = forms.Reader(scalars.whole)
    for number in range(40):
        lines = [f"{key}{number % 7}: {number}" for key in "abc"]
        assert reader.read("\n".join(lines)) == {f"{k}{number % 7}": number for k in "abc"}


def test_the_manifests_of_our_chart_are_written_by_plans() -> None:
    renderer, values = Renderer(), collect([{}])
    for _ in range(OFTEN):
        found = renderer.render(values, Release("demo", "team")).manifests
        written = [manifests.to_yaml([manifest]) for manifest in found]
    assert [m.name for m in found if goyaml.rewritten(m.text) is None] == []
    head = [f"---\n# Source: {m.source}\n" for m in found]
    assert written == [h + goyaml.dump_exactly(m.object) for h, m in zip(head, found, strict=True)]
