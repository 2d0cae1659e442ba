"""--set and its relatives against the real Helm."""

import json
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from dask_helm.engine import Release, to_yaml
from dask_helm.engine.values import Values, collect
from dask_helm.errors import InputError, SettingError
from dask_helm.renderer import Renderer
from dask_helm.values.tree import plain
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.values import oracle
from tests.engine.yaml.oracle import same

EVERY_HELM = pytest.mark.parametrize("version", oracle.HELMS)

BASE: dict[str, Any] = {
    "text": "x", "none": None, "map": {"a": 1, "list": [1, {"b": 2}, [3]]},
    "list": [{"a": 1}, "x", [1, [2]], None], "": {"a": 1},
}  # fmt: skip

FLAGS = {
    "set": "--set",
    "set_string": "--set-string",
    "set_json": "--set-json",
    "set_literal": "--set-literal",
}

EXPRESSIONS = [
    "a=1", "a=1,b=2", "a.b.c=x", "a={1,2,x}", "a={}", "a={,}", "a[0]=x", "a[2].b=1", "a[0][1]=x",
    "list[0].a=2", "list[1].a=2", "list[2][1][0]=9", "list[5]=x", "map.list[1].c=x", "list={}",
    "a=", "a=,b=1", "a.b=", "a[0]=", "a[0].b=", "list[0].c=", "a=1,", "=1", "a.", "a[0]", "a[3]",
    "a[0].", "a[0][1]", "list[1].", "list[1].x=", "text=null", "text=Null", "a=TRUE,b=False", "a=0",
    "a=00", "a=007", "a=-0", "a=-5", "a=+5", "a=1e3", "a=1.5", "a=0x1f", "a=9223372036854775807",
    "a=9223372036854775808", "a=1_000", "a=٣", "a=falſe", "a= 1", " a=1", r"a\.b=1", r"a=1\,2",
    r"a\=b=1", r"a=\\", "a=\\", "\\", r"a={x\,y,z}", r"a\[0\]=1", "a=b=c", "a={1,2}b=3",
    "a={1,2},b=3", "a={{1,2},3}", "a.b=1,a.c=2", "a[1]=1,a[0]=0", "map.a.b=1", "map[0]=1",
    "text.a=1", "text[0]=1", "none.a=1", "none[0]=1", "list.a=1", "list[0][0]=1", "list[3][0]=1",
    "list[1][0]=1", "a", "a,b=1", "a=1,b", ",", ",a=1", "a=1,,b=2", "a.=1", "map.=1", ".a=1", ".",
    "[0]=1", "a[x]=1", "a[]=1", "a[-1]=1", "a[+1]=1", "a[01]=1", "a[0]x=1", "a[0]x", "a={1,2",
    "a={", "a[65536]=1", "a[65537]=1", "a[99999999999999999999]=1", "ä.ö=ü", "a=line\nbreak",
    ".".join(["a[0]"] * 40) + "=1",
    "a={true,null,1,x,01}", "a=\t", 'a="x"', "a={ 1, 2 }", "a.b[0].c[1]=x,a.b[1]=y",
]  # fmt: skip

JSONS = [
    "a=1", 'a={"x":[1,2.5,null]}', 'a=[1,2],b="x"', 'a=1 , b="x"', "a=1 b=2", "a=", "a=,b=1", "a= ",
    "a.b=null", 'a[1]={"x":1}', 'list[0].a="y"', "a=true,b=false", '{"a":{"b":1},"map":{"a":null}}',
    ' {"a": 1} ', '{"a":1,"a":2}', "a=1e3", "a=12345678901234567890", "a=x", "a={", "a=[1,", "a=NaN",
    "a=1.", "a=1.e5", "a=01", "a=-", "a='x'", '{"a":1} x', "[1]", "a", 'a="x"b=1', r'a="\u00e4\ud800"',
    'a="\t"', "a=\u00a01", "a=1\u00a0", "text.a=1", "a=1,,b=2", "{", "null", 'map={"a":1}', "a=1e400",
]  # fmt: skip

LITERALS = [
    "a=1", "a=1,b=2", r"a=1\,2", "a={1,2}", "a.b=x", "a[0]=x", "a[1].b=x", "a=", "a.b=", "a[0].b=", "a",
    "a=null", r"a\.b=1", "a,b=1", "a=b=c", "a.", "a[0]", "a[x]=1", "text.a=1", "list[0].a=x", "=1",
    "a.=x", "a= \n", "list[1].a=x", "list[2][0]=x", "list[0][0]=x",
]  # fmt: skip

CASES = [
    *(("set", text) for text in EXPRESSIONS),
    *(("set_string", text) for text in EXPRESSIONS[::5]),
    *(("set_json", text) for text in JSONS),
    *(("set_literal", text) for text in LITERALS),
]


@pytest.fixture(scope="module")
def chart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return oracle.chart(tmp_path_factory.mktemp("probe") / "chart")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("probe") / "base.yaml"
    file.write_text(json.dumps(BASE))
    return file


def ours(base: Path, kind: str, texts: Sequence[str]) -> Values | None:
    try:
        return collect([base], **{kind: texts})
    except InputError:
        return None


def theirs(chart: Path, base: Path, kind: str, texts: Sequence[str], version: int) -> Any:
    options = [option for text in texts for option in (FLAGS[kind], text)]
    return oracle.values(chart, ["-f", base, *options], version)


def agree(chart: Path, base: Path, kind: str, texts: Sequence[str], version: int) -> bool:
    """Whether Helm and we make the same of the longest beginning that we take, and refuse the next."""
    taken = next(i for i in range(len(texts), -1, -1) if ours(base, kind, texts[:i]) is not None)
    found = ours(base, kind, texts[:taken])
    refused = taken == len(texts) or theirs(chart, base, kind, texts[: taken + 1], version) is None
    return bool(
        found and refused and same(found.data, theirs(chart, base, kind, texts[:taken], version))
    )


def split(base: Path, cases: list[tuple[str, str]]) -> tuple[list[Any], list[Any]]:
    """Return the cases that we take and those that we refuse."""
    taken = [case for case in cases if ours(base, case[0], [case[1]]) is not None]
    return taken, [case for case in cases if case not in taken]


def many(tmp_path: Path, kind: str, cases: list[tuple[str, str]]) -> tuple[Path, list[str]]:
    """Return a base and expressions that each change a part of their own, for one run of Helm."""
    texts = [text for found, text in cases if found == kind and not text.strip().startswith("{")]
    base = tmp_path / f"{kind}.yaml"
    base.write_text(json.dumps({f"part{number}": BASE for number in range(len(texts))}))
    return base, [f"part{number}.{text}" for number, text in enumerate(texts)]


@EVERY_HELM
@pytest.mark.parametrize("kind", FLAGS)
def test_expressions_give_what_helm_gives(
    chart: Path, base: Path, tmp_path: Path, kind: str, version: int
) -> None:
    parts, texts = many(tmp_path, kind, split(base, CASES)[0])
    texts = [text for text in texts if ours(parts, kind, [text]) is not None]
    assert len(texts) > 10
    assert agree(chart, parts, kind, texts, version)


def test_whole_objects_are_laid_over_as_in_helm_4(chart: Path, base: Path) -> None:
    objects = [text for text in JSONS if text.strip().startswith("{")]
    assert [text for text in objects if not agree(chart, base, "set_json", [text], 4)] == []


@EVERY_HELM
def test_what_we_refuse_helm_refuses(chart: Path, base: Path, version: int) -> None:
    # The two have one grammar: each judges half of the cases here, and both the generated ones below.
    refused = split(base, CASES)[1][version % 2 :: 2]
    assert len(refused) > 20
    assert [case for case in refused if not agree(chart, base, case[0], [case[1]], version)] == []


@pytest.mark.parametrize("text", [".".join(["a"] * names) + "=1" for names in (31, 32)])
def test_names_are_nested_as_deep_as_in_helm(chart: Path, base: Path, text: str) -> None:
    assert agree(chart, base, "set", [text], 4)


def test_helm_4_overlooks_what_helm_3_and_we_refuse(chart: Path, base: Path) -> None:
    assert theirs(chart, base, "set", ["a[0"], 4) is not None
    assert theirs(chart, base, "set", ["a[0"], 3) is None
    assert ours(base, "set", ["a[0"]) is None


NAMES = st.sampled_from(["a", "b", "map", "list", "text", "none", "", r"x\.y", "é"])
STEPS = st.one_of(
    NAMES.map("{}".format), st.sampled_from(["[0]", "[1]", "[3]", "[00]"]), st.just(".")
)
TEXTS = st.sampled_from(
    [
        "",
        "1",
        "x",
        "null",
        "True",
        "007",
        "-3",
        "{a,1}",
        "{}",
        "{",
        r"\,",
        "=",
        "[0]",
        ".",
        " ",
        "1e3",
    ]
)
SENSIBLE = st.builds(
    lambda name, steps, value: f"{name}{''.join(steps)}={value}",
    NAMES,
    st.lists(st.one_of(NAMES.map(".{}".format), st.sampled_from(["[0]", "[1]"])), max_size=3),
    TEXTS,
)
WILD = st.builds(
    lambda steps, end, value: "".join(steps) + end + value,
    st.lists(STEPS, max_size=5),
    st.sampled_from(["=", "", ",", "["]),
    TEXTS,
)
# Helm 4 overlooks a bracket that is not closed.
PARTS = st.one_of(SENSIBLE, SENSIBLE, WILD).filter(lambda text: text.count("[") <= text.count("]"))
LINES = st.lists(PARTS, min_size=1, max_size=3).map(",".join)


@EVERY_HELM
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, min_size=4, max_size=12))
def test_generated_expressions(chart: Path, base: Path, version: int, texts: list[str]) -> None:
    assert agree(chart, base, "set", texts, version)


@EVERY_HELM
def test_the_order_is_helms_and_not_the_command_lines(
    chart: Path, tmp_path: Path, version: int
) -> None:
    given = {name: ["x=" + ('"set_json"' if name == "set_json" else name)] for name in FLAGS}
    orders = [list(FLAGS), list(FLAGS)[::-1]]
    options = [[f"{FLAGS[name]}={given[name][0]}" for name in order] for order in orders]
    found = [oracle.values(chart, option, version) for option in options]
    assert found == [collect(**given).data] * 2
    del given["set_literal"]
    assert collect(**given).data == {"x": "set_string"}


@EVERY_HELM
def test_files_and_lists_of_them(chart: Path, tmp_path: Path, version: int) -> None:
    (tmp_path / "a.txt").write_bytes(b"a: 1\r\n\xff\n")
    (tmp_path / "b.txt").write_text("")
    text = f"x={tmp_path}/a.txt,y={{{tmp_path}/a.txt,{tmp_path}/b.txt}},z="
    data = plain(collect(set_file=[text]).data)
    assert same(data, oracle.values(chart, ["--set-file", text], version))


@EVERY_HELM
def test_bytes_of_a_file_that_are_no_text_stay(tmp_path: Path, version: int) -> None:
    content = bytes(range(256))
    (tmp_path / "store.jks").write_bytes(content)
    (oracle.chart(tmp_path) / "templates" / "values.yaml").write_text("x: {{ b64enc .Values.x }}")
    expression = f"x={tmp_path}/store.jks"
    printed = f"x: {b64encode(content).decode()}"
    assert printed in oracle.run(tmp_path, ["--set-file", expression], version).stdout
    rendered = Renderer(tmp_path).render(collect(set_file=[expression]), Release("demo"))
    assert to_yaml(rendered.manifests).endswith(f"{printed}\n")


def test_bytes_of_the_command_line_that_are_no_text_are_replaced() -> None:
    text = b"a.\xff=\xed\xa0\x80".decode("utf-8", "surrogateescape")
    assert collect(set=[text]).data == {"a": {"\ufffd": "\ufffd\ufffd\ufffd"}}
    assert collect(set_json=['a="\ud800"', '{"b": "\udcff"}']).data == {
        "a": "\ufffd",
        "b": "\ufffd",
    }


def test_a_file_that_is_missing(chart: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.txt: file not found"):
        collect(set_file=["x=nowhere.txt"])


def test_sources_keep_their_own_values(base: Path) -> None:
    values = collect([base], set=["map.a=2,list[0].a=3"])
    assert values.data["map"]["a"] == 2
    again = collect([base])
    assert values.sources[0] == again.sources[0]


MESSAGES = [
    ("set", "workers.a.replicas", """\
--set: "replicas" has no value
  workers.a.replicas
                    ^
  write: --set workers.a.replicas=VALUE"""),
    ("set", "image.tag=1,2", """\
--set: "2" has no value; write a comma inside of a value as `\\,`
  image.tag=1,2
               ^
  write: --set 'image.tag=1\\,2'"""),
    ("set", "env[x].name=a", """\
--set: "x" is not a valid index; use 0, 1, 2, …
  env[x].name=a
      ^
  write: --set 'env[0].name=a'"""),
    ("set", "env[0=a", """\
--set: the bracket is not closed
  env[0=a
     ^
  write: --set 'env[0]=a'"""),
    ("set", "env[", """\
--set: the bracket is not closed
  env[
     ^
  write: --set 'env[0]=VALUE'"""),
    ("set", "env[0]name=a", """\
--set: expected `=`, `.` or `[` after the index, got "name"
  env[0]name=a
        ^
  write: --set 'env[0].name=a'"""),
    ("set", "extraArgs={a,b", """\
--set: the list is not closed
  extraArgs={a,b
                ^
  write: --set 'extraArgs={a,b}'"""),
    ("set", "a=1,,b=2", """\
--set: there is nothing before the comma
  a=1,,b=2
      ^
  write: --set a=1,b=2"""),
    ("set", "list.a=1", """\
--set: list is a list, but the expression needs a map
  list.a=1
  ^
  write: --set 'list[0]=VALUE'"""),
    ("set", "text.a=1", """\
--set: text is the string "x", but the expression needs a map
  text.a=1
  ^
  write: --set text=VALUE"""),
    ("set", "a[70000]=1", """\
--set: the index 70000 is greater than 65536
  a[70000]=1
  ^
  write the list in a values file"""),
    ("set_json", "image.tag=latest", """\
--set-json: the value is not valid JSON: Expecting value
  image.tag=latest
            ^
  write: --set-json 'image.tag="latest"'"""),
    ("set_json", '{"a": ', """\
--set-json: the object is not valid JSON: unexpected end of JSON input
  {"a":
  ^
  write: --set-json '{"image": {"tag": "2026.8.0"}}'"""),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "message"), MESSAGES, ids=[m[1] for m in MESSAGES])
def test_messages_point_at_the_place_and_say_what_to_write(
    base: Path, kind: str, text: str, message: str
) -> None:
    with pytest.raises(SettingError) as raised:
        collect([base], **{kind: [text]})
    assert str(raised.value) == message


def test_nesting_has_an_end() -> None:
    for kind, text in (
        ("set", "a" + "[0]" * 2000 + "=1"),
        ("set_json", "a=" + "[" * 5000 + "]" * 5000),
    ):
        with pytest.raises(SettingError):
            collect(**{kind: [text]})
