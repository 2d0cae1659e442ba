from itertools import product
from pathlib import Path
from typing import Any

import pytest
from dask_helm.engine import yaml as goyaml
from dask_helm.engine.yaml import slow
from dask_helm.errors import YamlError
from hypothesis import strategies as st

from tests.engine.yaml import oracle
from tests.engine.yaml.generating import generated
from tests.engine.yaml.values import VALUES

VERSIONS = (3, 4)

TRUE = ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"]
FALSE = ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"]
NULL = ["", "~", "null", "Null", "NULL"]
TEXT = """
yES tRUE nO oN nULL abc a:b a#b "" '' "y" '1' "null" ! = << ! 12:30:45 190:20:30 1:30.5 2001-01-01
2001-01-01T10:00:00Z 1e999 -1e999 1_000_x 0x 0b 0o 0xg 0b12 -_1 _1 +.5.5 .5. ._5 .5_ .5__0 .5_e3 .1p2
0x1.8p1 infinity inf nan Infinity +Inf .Nan .iNF 1e 1e+ --1 +-1 +~ 0x-1 -0b-1 ١ 1١ http://x:80/?q=1
!!str !tag !!binary !a/b ~a nullx
""".split()
NUMBERS = {
    "0": 0,
    "-0": 0,
    "+1": 1,
    "-1": -1,
    "010": 8,
    "08": 8,
    "09.5": 9.5,
    "0o17": 15,
    "0O17": 15,
    "-0o17": -15,
    "0b101": 5,
    "0B101": 5,
    "-0b101": -5,
    "0b-101": -5,
    "0b+1": 1,
    "0x1F": 31,
    "0X1f": 31,
    "-0x1F": -31,
    "0_7": 7,
    "0_x1F": 31,
    "1_000": 1000,
    "1__0_": 10,
    "1_0.5_0": 10.5,
    "1_e3": 1000,
    "1e3": 1000,
    "1E+3": 1000,
    "1.": 1,
    "1.e5": 100000,
    ".5": 0.5,
    "+.5": 0.5,
    "-.5e-1": -0.05,
    ".5_0": 0.5,
    ".5e1_0": 5e9,
    "-0.0": -0.0,
    "1e-999": 0.0,
    "9223372036854775808": 2.0**63,
    "18446744073709551615": 2.0**64,
    "18446744073709551616": 2.0**64,
    "-9223372036854775809": -(2.0**63),
    "0xFFFFFFFFFFFFFFFF": 2.0**64,
    "0777777777777777777777777": 7.77777777777777777777777e23,
    "123456789012345678901234567890": 1.2345678901234568e29,
    "!!float 5": 5,
    "!!int '5'": 5,
    "!!float '0x10'": 16,
}
TAGGED = {
    "!!str 5": "5",
    "!!str": "",
    "!!str ~": "~",
    "!!null ~": None,
    "!!null ''": None,
    "!!bool y": True,
    "!!bool 'off'": False,
    "!!timestamp 2001-01-01": "2001-01-01",
    "!!timestamp '2001-1-1 1:2:3.5'": "2001-1-1 1:2:3.5",
    "!!binary aGVsbG8=": "hello",
    "!!binary gICA": "\ufffd\ufffd\ufffd",
    "!custom 5": "5",
    "! 5": "5",
    "! y": "y",
    "!<tag:yaml.org,2002:int> 5": 5,
    "!!set {a, b}": {"a": None, "b": None},
    "!!map [1]": [1],
}
REFUSED = [
    ".inf",
    "-.inf",
    ".nan",
    "!!int 1.5",
    "!!int x",
    "!!int ''",
    "!!bool 1",
    "!!null x",
    "!!float abc",
    "!!float 18446744073709551615",
    "!!timestamp x",
    "!!timestamp 5",
    "!!binary x?",
    "!!binary aGVsbG8",
    "!!binary a Gk=",
    "*nowhere",
    "@x",
    "`x",
    "%x",
    "a: b: c",
    "[a",
    "{a",
    "'a",
    '"a',
    '"\\z"',
    '"\\/"',
    '"\\xg0"',
    '"\\ud83d\\ude00"',
    "[a?b]",
    "{a: b?c}",
    "[,]",
    "{<<: 1}",
    "{<<: [1]}",
    "{<<: ~}",
    "{~: 1}",
    "{[a]: 1}",
    "{{a: 1}: 1}",
    "{18446744073709551615: 1}",
    "&a [*a]",
    "{a: &a 1, <<: *a}",
    "\x7f",
    "\x01",
    "!<a",
    "!x!y z",
    "- a",
    "|x",
    "|0",
    '"\\ud800"',
]
KEYS = {
    "y": "true",
    "off": "false",
    "1": "1",
    "0x10": "16",
    "010": "8",
    "-0": "0",
    "1.5": "1.5",
    "1e3": "1000",
    "1234567.25": "1.2345672e+06",
    "3.141592653589793": "3.1415927",
    "1e100": ".inf",
    "-1e100": "-.inf",
    ".inf": ".inf",
    ".nan": ".nan",
    "1e-50": "0",
    "9007199254740993": "9007199254740993",
    "'1'": "1",
    "!!str 1": "1",
    "!!int '7'": "7",
    "! y": "y",
    "2001-01-01": "2001-01-01",
    "''": "",
    "'<<'": "<<",
    "!!str <<": "<<",
    "'~'": "~",
    "a b": "a b",
}
DOCUMENTS = [
    "{a: 1, a: 2, 1: x, b: y}",
    "a: 1\n<<: {a: 2, b: 2}\nb: 3",
    "x: &x {a: 1, b: 1}\ny: &y {a: 2, c: 2}\nz:\n  <<: [*x, *y]\n  b: 9",
    "x: &x {a: 1}\ny: {b: 2, <<: *x}\nz: {<<: {<<: *x, a: 3}}",
    "a: &a {b: [1, &c 2]}\nd: *a\ne: *c\n*c : f",
    "a: &a 1\nb: &a 2\nc: *a",
    "a: &a 0x10\n*a : b",
    "a: &a 1234567\n*a : b",
    "a: |\n  x\n   y\n\n\nb: |-\n  x\nc: |+\n  x\n\nd: >\n  x\n  y\n\n  z\n   w\ne: |2\n   x\n",
    "a: x\n  y\n\n  z\nb: 'x\n\n  y'\nc: \"x\\\n  y\"",
    'a: "\\0\\a\\b\\t\\n\\v\\f\\r\\e\\"\\\\\\N\\_\\L\\P\\x41\\u00e9\\U0001F600\\\' "',
    "a: ''''\nb: 'it''s'",
    "? a\n: b\n? c\n",
    "a:\n- b\n-\n  - c\n- - d\n  - e: f\n    g: h\n",
    "a: [b, {c: d, e}, [], {}, [x: y, ? z : w], ]",
    "{a:, b: [c:,d], 'e':f, \"g\":h}",
    "a: b # c\n# d\ne: f#g",
    "a:\tb\t\nc: d",
    "a: b\r\nc: |\r\n  d\r\n  e\r\n",
    "a: x\x85b: y\u2028c: z",
    "\ufeffa: b",
    "%YAML 1.1\n%TAG !t! tag:yaml.org,2002:\n---\na: !t!str 5",
    "--- # c\na: b\n...\n[",
    "a: b\n---\n[",
    "a: {}\n---",
    "",
    "# nothing",
    "---\n",
    "~",
]


def read_by_helm(texts: list[str], version: int) -> list[Any]:
    return oracle.ask("fromYaml .", texts, version)


@pytest.mark.parametrize("version", VERSIONS)
def test_plain_words(version: int) -> None:
    texts = [f"v: {word}" for word in [*TRUE, *FALSE, *NULL, *TEXT, *NUMBERS, *TAGGED]]
    for text, answer in zip(texts, read_by_helm(texts, version), strict=True):
        assert oracle.same(goyaml.load(text), answer), text


@pytest.mark.parametrize(("words", "value"), [(TRUE, True), (FALSE, False), (NULL, None)])
def test_words_with_a_meaning(words: list[str], value: object) -> None:
    assert [goyaml.load(word) for word in words] == [value] * len(words)


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers(number: str) -> None:
    assert oracle.same(goyaml.load(number), float(NUMBERS[number]))


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_are_floats(number: str) -> None:
    assert type(goyaml.load(number)) is float


@pytest.mark.parametrize(
    ("written", "value"),
    [("1", 1), ("0x10", 16), ("-010", -8), ("18446744073709551615", 2**64 - 1), ("1_0", 10)],
)
def test_whole_numbers_if_they_are_asked_for(written: str, value: int) -> None:
    assert repr(goyaml.load(written, whole_numbers=True)) == repr(value)
    assert repr(goyaml.load(f"&a {written}", whole_numbers=True)) == repr(value)


@pytest.mark.parametrize("written", ["1.0", "1e3", "18446744073709551616", "!!float 1"])
def test_other_numbers_stay_floats(written: str) -> None:
    assert type(goyaml.load(written, whole_numbers=True)) is float


@pytest.mark.parametrize("text", TAGGED)
def test_tags(text: str) -> None:
    assert goyaml.load(text) == TAGGED[text]


@pytest.mark.parametrize("version", VERSIONS)
def test_what_helm_refuses_is_refused(version: int) -> None:
    texts = [f"v: {word}" for word in REFUSED]
    answers = read_by_helm(texts, version)
    assert [t for t, answer in zip(texts, answers, strict=True) if "Error" not in answer] == []
    for text in texts:
        with pytest.raises(YamlError):
            goyaml.load(text)


@pytest.mark.parametrize("version", VERSIONS)
def test_keys(version: int) -> None:
    texts = [f"{{{key}: x}}" for key in KEYS]
    expected = [{key: "x"} for key in KEYS.values()]
    assert read_by_helm(texts, version) == expected
    assert [goyaml.load(text) for text in texts] == expected


@pytest.mark.parametrize("version", VERSIONS)
def test_documents(version: int) -> None:
    answers = read_by_helm(DOCUMENTS, version)
    for text, answer in zip(DOCUMENTS, answers, strict=True):
        assert oracle.same(goyaml.load(text) or {}, answer), text


# Helm 4 takes the file apart at its lines first, and breaks UTF-16 of the other order.
@pytest.mark.parametrize(
    ("encoding", "version"),
    [*product(("utf-8", "utf-8-sig", "utf-16-be"), VERSIONS), ("utf-16-le", 3)],
)
def test_encodings(tmp_path: Path, encoding: str, version: int) -> None:
    mark = "\ufeff" if encoding.startswith("utf-16") else ""
    data = f"{mark}a: é😀\nb: 1\n".encode(encoding)
    (tmp_path / "values.yaml").write_bytes(data)
    assert oracle.values_read(tmp_path / "values.yaml", version) == goyaml.load(data)
    assert goyaml.load(data) == {"a": "é😀", "b": 1.0}


@pytest.mark.parametrize("version", VERSIONS)
def test_values_of_a_file_are_read_like_those_of_a_template(tmp_path: Path, version: int) -> None:
    text = "a: [y, 0o17, 12:30:45, 1_000]\nn: x\n1.50: z\nnull_: ~\n"
    (tmp_path / "values.yaml").write_text(text)
    assert oracle.same(goyaml.load(text), oracle.values_read(tmp_path / "values.yaml", version))


def test_aliases_are_copies() -> None:
    loaded = goyaml.load("a: &a {b: [1]}\nc: *a\nd: {<<: *a}")
    loaded["a"]["b"].append(2)
    assert loaded["c"] == loaded["d"] == {"b": [1]}


def test_all_documents_without_the_empty_ones() -> None:
    text = "---\na: 1\n---\n# nothing\n---\n- 2\n...\n---\n~\n--- 3\n"
    assert goyaml.load_all(text) == [{"a": 1.0}, [2.0], 3.0]
    assert repr(goyaml.load_all("a: 1\n---\n1.0", whole_numbers=True)) == "[{'a': 1}, 1.0]"


def test_only_the_first_document_is_read() -> None:
    assert goyaml.load("a: 1\n---\n[") == {"a": 1.0}
    with pytest.raises(YamlError):
        goyaml.load_all("a: 1\n---\n[")


def test_the_limit_of_repetitions_is_that_of_helm() -> None:
    """99 % of a small document may be repetitions: the 134th of these is one too many."""
    items = ",".join("x" * 400)
    texts = [f"x: &x [{items}]\nv: [{','.join(['*x'] * count)}]" for count in (133, 134)]
    read, refused = read_by_helm(texts, 4)
    assert oracle.same(goyaml.load(texts[0]), read)
    assert "excessive aliasing" in refused["Error"]
    with pytest.raises(YamlError, match="aliases repeat too much"):
        goyaml.load(texts[1])


WORDS = st.text("01789_.eExXoObB+-:afTZ nyNY~<=!&*?|>%@#,[]{}'\"\\/\t\n", max_size=8)
SCALARS = WORDS | st.sampled_from([*TRUE, *FALSE, *NULL, *NUMBERS, *TAGGED, *TEXT, *REFUSED])
BEGINNINGS = st.sampled_from(["", "  ", "- ", "a: ", "b: ", "? ", "  b: "])
LINES = st.lists(st.tuples(BEGINNINGS, SCALARS).map("".join), max_size=4).map("\n  ".join)
FLOWS = st.lists(SCALARS | st.sampled_from([", ", ": ", "? ", " #", "[]", "{}"]), max_size=6)
PIECES = st.sampled_from(
    [*"'\" \t\n:#-,[]{}&*!|>%@?~\\0é\x85\u2028\r", ": ", " #", "- ", "\n- ", "? ", "<<: ", "&a ", "*a", "!!int ", "|2", "\n...", "\n---\n"]
)  # fmt: skip


@st.composite
def changed(draw: st.DrawFn) -> str:
    """Return what Helm writes for some value, with a few changes."""
    return oracle.changed(draw, goyaml.dump_pretty({"v": draw(VALUES)}), PIECES)


TEXTS = {
    "lines": LINES.map(lambda lines: f"v:\n  {lines}"),
    "lists": FLOWS.map(lambda items: f"v: [{''.join(items)}]"),
    "maps": FLOWS.map(lambda items: f"v: {{{', '.join(items)}}}"),
    "changed": changed(),
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", TEXTS)
def test_any_text_is_read_as_helm_reads_it_or_refused_by_both(kind: str, version: int) -> None:
    texts = generated(TEXTS[kind])
    for text, answer in zip(texts, read_by_helm(texts, version), strict=True):
        agrees = _refused if "Error" in answer else _read_alike
        assert agrees(text, answer), (text, answer)


def _refused(text: str, answer: Any) -> bool:
    """Tell whether the text is refused, or read as something that is no map."""
    try:
        return not isinstance(goyaml.load(text), dict) and NO_MAP in answer["Error"]
    except YamlError:
        return True


def _read_alike(text: str, answer: Any) -> bool:
    """Tell whether both read the same, or what Helm ignores is refused.

    That is a tag (see differences.py), or what a later value of the same key replaces.
    """
    try:
        return oracle.same(goyaml.load(text) or {}, answer)
    except YamlError as error:
        return any(words in error.message for words in STRICTER)


NO_MAP = "into Go value of type map"
STRICTER = ("tag", "JSON has no infinity", "cannot be a key")


def test_without_libyaml_words_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"v: {word}" for word in [*TEXT, *NUMBERS, *TAGGED]]
    read = [goyaml.load(text) for text in texts]
    monkeypatch.setattr("dask_helm.engine.yaml.source.Parser", slow.Parser)
    for text, value in zip(texts, read, strict=True):
        assert oracle.same(goyaml.load(text), value), text


def test_without_libyaml_documents_are_the_same_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [text for text in DOCUMENTS if ":," not in text]
    read = [goyaml.load(text) for text in texts]
    monkeypatch.setattr("dask_helm.engine.yaml.source.Parser", slow.Parser)
    alike = [_same_or_refused(text, value) for text, value in zip(texts, read, strict=True)]
    assert len(alike) - sum(alike) <= 3


def _same_or_refused(text: str, value: Any) -> bool:
    """Tell whether the text is read; it is the value then."""
    try:
        read = goyaml.load(text)
    except YamlError:
        return False
    assert oracle.same(read, value), text
    return True


def test_without_libyaml_the_same_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dask_helm.engine.yaml.source.Parser", slow.Parser)
    for text in REFUSED:
        with pytest.raises(YamlError):
            goyaml.load(f"v: {text}")
