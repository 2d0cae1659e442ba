"""Inputs that nobody should write: each is made from its number alone, so that it can be repeated."""

import json
import random
from collections.abc import Callable
from functools import cache
from typing import Any

from dask_helm.engine import yaml as goyaml

from tests.paths import CHART, EXAMPLES

EXPRESSION_KINDS = ("set", "set_string", "set_json", "set_file", "set_literal")
KEYS = (
    "workers", "default", "replicas", "workerDefaults", "image", "tag", "env", "scheduler",
    "jupyter", "resources", "limits", "service", "ingress", "tolerations", "commonLabels",
    "nameOverride", "fullnameOverride", "affinity", "drain", "dask", "config", "x",
)  # fmt: skip
NUMBERS = (
    "1e999", "-1e999", ".inf", "-.Inf", ".nan", "-0", "0x" + "f" * 300, "0o777777777777777777777",
    "1" * 400, "9" * 100_000, "-" + "9" * 4_400, "1e-400", "1_000_000", "0b1" + "0" * 999, "1e308",
    "9223372036854775808", "18446744073709551616", "12:30:45", "2001-12-14t21:59:43.10-05:00",
    "00017", "0.1e+99999999999", "1.7976931348623159e308", "0x", "+.5", "1e", "٣",
)  # fmt: skip
NAMES = (
    "ä", "名前", "🦆", "\u202eabc", "a\u0301", "\ufeff", "\u2028", "x\u0000y", "\x1b[31m", "\x7f",
    "\x85", "\udcff", "\ud800", "A" * 300, "", " ", "a b", "-a", "a.b", "é" * 60, "\U0001d538", "İ", "ß",
    "null", "true", "~", "1", "<<", "=", "*", "&a", "!x", "{{ .Values }}", "%s%n", "../..",
)  # fmt: skip
TOKENS = (
    "{", "}", "[", "]", ",", ": ", "- ", "? ", "\n", "\n  ", "\t", "#", "&a ", "*a", "*b", "!!",
    "!!binary ", "!!python/object:os.system ", "!!set ", "!!omap ", "!!timestamp ", "!!float ",
    "!!int ", "!!null ", "!!str ", "!<tag:x> ", "!!map ", "!!seq ", "|", ">", "|2-\n", "'", '"',
    '"\\x', '"\\u12"', '"\\U0010ffff"', "\\", "%YAML 1.1\n", "%TAG ! x\n", "---\n", "--- a\n",
    "...\n", "<<: ", "<<: *a\n", "@", "`", "\x00", "\r", "\r\n", "\u2028", "\ufeff", "=", "~",
    "workers:", "default:", "replicas:",
)  # fmt: skip


def numbered(kind: str, number: int) -> random.Random:
    """Return the random numbers of one input."""
    return random.Random(f"{kind} {number}")


@cache
def examples() -> list[bytes]:
    files = [*EXAMPLES, CHART / "values.yaml"]
    return [file.read_bytes() for file in files]


@cache
def parsed() -> list[Any]:
    return [goyaml.load(text) for text in examples()]


def mutated(r: random.Random, text: bytes, others: list[bytes], tokens: tuple[str, ...]) -> bytes:
    """Flip, insert, delete, repeat and splice a few times."""
    data = bytearray(text)
    for _ in range(r.choice((1, 1, 2, 3, 8, 30))):
        at, length = r.randrange(len(data) + 1), r.choice((1, 1, 2, 5, 40, 400))
        change = r.randrange(6)
        if change == 0 and at < len(data):
            data[at] ^= 1 << r.randrange(8)
        elif change == 1:
            data[at:at] = r.choice(tokens).encode("utf-8", "surrogatepass")
        elif change == 2:
            del data[at : at + length]
        elif change == 3:
            data[at:at] = data[at : at + length] * r.choice((1, 2, 20))
        elif change == 4:
            data[at:] = r.choice(others)[r.randrange(at + 1) :]
        else:
            data[at : at + length] = r.randbytes(length)
    return bytes(data)


def mutated_example(r: random.Random) -> bytes:
    return mutated(r, r.choice(examples()), examples(), TOKENS)


def broken(r: random.Random) -> bytes:
    pieces = [*TOKENS, *NAMES, *NUMBERS[:5], *KEYS]
    text = "".join(r.choice(pieces) for _ in range(r.choice((3, 10, 40, 200))))
    return text.encode("utf-8", "surrogatepass")


def under_a_key(r: random.Random, text: str) -> bytes:
    """Put a value where some part of the chart could read it."""
    path = [r.choice(KEYS) for _ in range(r.randrange(5))]
    opened = "".join(f'{{"{key}": ' for key in path)
    return (opened + text + "}" * len(path)).encode("utf-8", "surrogatepass")


def number(r: random.Random) -> bytes:
    return under_a_key(r, r.choice(NUMBERS))


def nested(r: random.Random) -> bytes:
    depth = r.choice((10, 90, 110, 999, 1_100, 10_100, 30_000, 100_000))
    opening, inner, closing = r.choice(
        [
            ("[", "1", "]"),
            ("{a: ", "1", "}"),
            ("- ", "1", ""),
            ("? ", "1", ""),
            ('{"a":[', "", "]}"),
        ]
    )
    text = opening * depth + inner + r.choice((closing * depth, ""))
    return text.encode() if opening in "- ? " else under_a_key(r, text)


def indented(r: random.Random) -> bytes:
    depth = r.choice((10, 200, 1_000))
    return "".join(" " * i + f"{r.choice(KEYS)}:\n" for i in range(depth)).encode()


def bomb(r: random.Random) -> bytes:
    width, levels = r.choice((2, 9, 10, 100)), r.choice((3, 9, 30, 100))
    lines = ["a0: &a0 " + r.choice(("lol", "{x: 1}", "[lol]", "x" * 10_000))]
    for i in range(1, levels):
        aliases = ", ".join([f"*a{i - 1}"] * width)
        merged = f"{{<<: [{aliases}], y{i}: *a{i - 1}}}"
        lines.append(f"a{i}: &a{i} " + r.choice((f"[{aliases}]", merged)))
    return "\n".join([*lines, f"{r.choice(KEYS)}: *a{levels - 1}"]).encode()


def recursive(r: random.Random) -> bytes:
    texts = ("&a [*a]", "&a {x: *a}", "&a {<<: *a}", "&a {*a : 1}", "{x: &a [&b [*a, *b]], y: *b}")
    return under_a_key(r, r.choice(texts))


def wrong_encoding(r: random.Random) -> bytes:
    text = r.choice(examples()).decode() + f"\n{r.choice(NAMES)}: {r.choice(NAMES)}\n"
    text = text.encode("utf-8", "ignore").decode()
    encodings = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "latin-1", "cp1252")
    encoded = text.encode(r.choice((*encodings, "shift-jis", "utf-7")), "replace")
    return encoded[: r.choice((len(encoded), r.randrange(len(encoded))))]


def binary(r: random.Random) -> bytes:
    start = r.choice(
        (b"", b"\x1f\x8b", b"\x7fELF", b"PK\x03\x04", b"\xff\xfe", b"\xfe\xff", b"\xc0")
    )
    return start + r.randbytes(r.choice((1, 10, 300, 20_000)))


def very_long(r: random.Random) -> bytes:
    length = r.choice((1_000, 100_000, 1_000_000))
    texts = (
        "x" * length,
        "🦆" * (length // 4),
        '"' + "\\u00e4" * (length // 6) + '"',
        " " * length,
    )
    keys = "{" + ", ".join(f"k{i}: {{}}" for i in range(length // 500)) + "}"
    text = r.choice((*texts, keys, f'{{"{"k" * length}": 1}}', "[" + "1," * (length // 20) + "]"))
    return under_a_key(r, text)


def strange_name(r: random.Random) -> bytes:
    name, other = r.choice(NAMES), r.choice(NAMES)
    texts = [
        {"workers": {name: {"replicas": 1}}}, {name: {}}, {"nameOverride": name},
        {"fullnameOverride": name}, {"commonLabels": {name: other}}, {"image": {"tag": name}},
        {"env": [{"name": name, "value": other}]}, {"workers": {name: None, other: {}}},
        {"workers": {"default": {name: other}}}, {"commonAnnotations": {name: other}},
        {"dask": {"config": {name: {other: name}}}}, {"image": {"repository": name}},
    ]  # fmt: skip
    return json.dumps(r.choice(texts), ensure_ascii=r.random() < 0.5).encode(
        "utf-8", "surrogatepass"
    )


def strange_value(r: random.Random) -> Any:
    """Return a value of JSON, mostly of a wrong type."""
    simple = [None, True, 0, -1, 1.5, 1e300, 10**30, "", [], {}, [None], {"": None}, *NAMES]
    kind = r.randrange(8)
    if kind == 0:
        return {r.choice(KEYS): strange_value(r) for _ in range(r.randrange(4))}
    return [strange_value(r) for _ in range(r.randrange(3))] if kind == 1 else r.choice(simple)


def wrong_type(r: random.Random) -> bytes:
    """Replace, remove or add nodes of an example."""
    values = json.loads(json.dumps(r.choice(parsed())))
    for _ in range(r.choice((1, 1, 2, 5))):
        _change(r, values)
    return json.dumps(values).encode()


def _change(r: random.Random, node: Any) -> None:
    """Walk down at random and change something there."""
    while isinstance(node, dict | list) and node:
        key = r.choice(list(node)) if isinstance(node, dict) else r.randrange(len(node))
        if r.random() < 0.4 or not isinstance(node[key], dict | list) or not node[key]:
            node[key] = strange_value(r)
            return
        if isinstance(node, dict) and r.random() < 0.2:
            node[r.choice((*NAMES, *KEYS))] = strange_value(r)
        node = node[key]


_FILES: dict[Callable[[random.Random], bytes], int] = {
    mutated_example: 30, wrong_type: 25, broken: 12, strange_name: 8, number: 6, nested: 3,
    indented: 2, bomb: 4, recursive: 2, wrong_encoding: 4, binary: 3, very_long: 1,
}  # fmt: skip


def values_file(number: int) -> bytes:
    """Return the content of a values file."""
    r = numbered("values", number)
    (make,) = r.choices(list(_FILES), list(_FILES.values()))
    return make(r)


def release_name(number: int) -> str:
    """Return the name of a release, now and then a strange one."""
    r = numbered("release", number)
    return r.choice(NAMES) if r.random() < 0.05 else "demo"


_EXPRESSION_TOKENS = (
    *KEYS, ".", ".", "=", "=", "=", ",", "[0]", "[1]", "[-1]", "[65537]", "[99999999999999999999]",
    "[", "]", "{", "}", "{a,b}", "{{", "\\", "\\.", "\\,", "null", "true", '"', "'", " ", "\n",
    '{"a": 1}', "[1, 2]", "1e999", "[0][1]", "a." * 50, "[0]" * 40,
)  # fmt: skip
_DEEP = ("a." * 5_000 + "b=1", "a" + "[0]" * 5_000 + "=1", "a=" + "{" * 5_000, "a=" + "[" * 50_000)


_RIGHT = (
    "workers.a.replicas=2", "workers.default=null", "image.tag=x", "env[0].name=A,env[0].value=B",
    "extraPackages.pip={s3fs,xarray}", "jupyter.enabled=false", "workers.b.resources.limits.cpu=2",
)  # fmt: skip


def right(r: random.Random) -> tuple[str, str]:
    """Return an expression that can be read, with some strange text as a value in it."""
    strange = f"commonAnnotations.a={r.choice(NAMES)}".replace(",", "\\,")
    return "set", ",".join(r.sample([*_RIGHT, strange], r.choice((1, 2, 4))))


def expression(number: int) -> tuple[str, str]:
    """Return a kind of expression and its text."""
    r = numbered("expression", number)
    if r.random() < 0.15:
        return right(r)
    kind = r.choice(EXPRESSION_KINDS)
    if r.random() < 0.01:
        return kind, r.choice(_DEEP)
    pieces = (*_EXPRESSION_TOKENS, *NAMES, *NUMBERS[:6])
    text = "".join(r.choice(pieces) for _ in range(r.choice((1, 3, 5, 9, 30))))
    return kind, r.choice(("", f"{r.choice(KEYS)}.{r.choice(KEYS)}=", f"{r.choice(KEYS)}=")) + text


_TEMPLATE_TOKENS = (
    "{{", "}}", "{{-", "-}}", "{{/*", "*/}}", "{{ end }}", "{{ else }}", "{{ if . }}", "{{ else if 1 }}",
    "{{ range $k, $v := . }}", "{{ range 3 }}", "{{ with .Values }}", '{{ define "dask.x" }}', "{{ break }}",
    '{{ template "dask.x" . }}', '{{ include "dask.x" . }}', "{{ continue }}", '{{ block "b" . }}', "$", "$x",
    ":=", "=", "|", "(", ")", ".", ".Values", ".Values.workers", ".Release.Name", '"', "`", "'a'", "'\\",
    "1e9999", "0x", "1i", "nil", "true", "-1", "99999999999999999999", " ", "\n", "\\", "\x00", "ä", "🦆",
    " toYaml ", " nindent 4 ", " printf ", "%d%!(%s%q%v%T%*d", " index ", " dict ", " list ", " eq ", " quote ",
    " default ", " len ", " slice ", " substr 5 2 ", " trunc -3 ", " fromYaml ", " tpl ", " regexMatch ", " get ",
    " until 5 ", " splitList ", " first ", " last ", " div 0 ", " mod ", " int ", " hasKey ", " merge ", " required ",
    " fail ", " kindIs ", " ternary ", " toJson ", " b64dec ", " join ", " mustRegexReplaceAll ", " call ", " html ",
)  # fmt: skip


@cache
def templates() -> dict[str, bytes]:
    """Return the chart's own templates by their path."""
    folder = CHART / "templates"
    files = (f for f in sorted(folder.rglob("*")) if f.is_file())
    return {f"dask/{f.relative_to(CHART).as_posix()}": f.read_bytes() for f in files}


def template(number: int) -> tuple[str, str]:
    """Return the path and the text of a template: one of the chart's, changed, or words at random."""
    r = numbered("template", number)
    name, text = r.choice(list(templates().items()))
    if r.random() < 0.75:
        changed = mutated(r, text, list(templates().values()), _TEMPLATE_TOKENS)
        return name, changed.decode("utf-8", "replace")
    words = (r.choice(_TEMPLATE_TOKENS) for _ in range(r.choice((2, 5, 12))))
    return name, "{{ " + "".join(words) + " }}"


_FILES_GIVEN = (
    "values.yaml",
    "values.yaml",
    "values.yaml",
    "good.yaml",
    "good.yaml",
    "-",
    "nowhere.yaml",
)
_OPTIONS: dict[str, tuple[str, ...]] = {
    "render": (
        "-f FILE", "-f FILE", "--set SET", "--set-string SET", "--set-json SET", "--set-file NAME=FILE",
        "--set-literal SET", "--release NAME", "-n NAME", "--chart NAME", "--only NAME", "--no-hooks", "--notes",
        "--skip-schema-validation", "--output json", "--output NAME", "--output-dir out", "--prune", "NAME",
        "--fleet FILE --jobs 1", "--cluster NAME",
    ),
    "validate": ("FILE", "-f FILE", "--set SET", "--each", "--output json", "--release NAME", "-n NAME"),
    "diff": ("FILE", "FILE", "--set SET", "--output json", "--chart NAME"),
    "explain": ("NAME", "PATH", "PATH", "--recursive", "--output json", "--output yaml"),
    "new": ("NAME", "--list", "-o NAME", "--schema NAME"),
    "schema": ("PATH", "NAME", "--output yaml"),
    "completion": ("NAME", "bash"),
    "version": ("NAME", "--output json"),
}  # fmt: skip


def command(number: int) -> list[str]:
    """Return the words of a command line; `values.yaml` in them is the values file of that number."""
    r = numbered("command", number)
    name = r.choices([*_OPTIONS, typed_name(r)], [12, 6, 3, 4, 1, 2, 1, 1, 1])[0]
    options = _OPTIONS.get(name, ("NAME", "FILE"))
    chosen = r.choices(options, k=r.choice((0, 1, 1, 2, 3)))
    return [name, *(_filled(r, word) for option in chosen for word in option.split(" "))]


def _filled(r: random.Random, word: str) -> str:
    meant = {
        "FILE": lambda: r.choice((*_FILES_GIVEN, typed_name(r))),
        "SET": lambda: r.choice((right(r)[1], f"{r.choice(KEYS)}={typed_name(r)}", typed_name(r))),
        "PATH": lambda: ".".join(
            (*r.choices(KEYS, k=r.randrange(4)), r.choice((typed_name(r), "*")))
        ),
        "NAME": lambda: typed_name(r),
    }
    parts = (meant[part]() if part in meant else part for part in word.split("="))
    return "=".join(parts)


def typed_name(r: random.Random) -> str:
    """Return a strange name as a command line can hold it."""
    name = r.choice(NAMES).replace("\0", "").encode("utf-8", "surrogatepass")
    return name.decode("utf-8", "surrogateescape")


INPUTS: dict[str, Callable[[int], object]] = {
    "values": values_file, "expression": expression, "template": template, "command": command,
}  # fmt: skip
