"""Texts and numbers that are hard to write, and a strategy of values made of such."""

from hypothesis import strategies as st

LONG = "some words of a text that is long enough to be broken into lines by the width of Go's yaml "

WORDS = """
y Y yes on off n no true null ~ Null nullx 1 -1 +1 1.5 .5 .5_0 1e3 1e 1e999 0o17 0b1 0x1F 08 1_000 _1 - -- -a
--- --a ---x ... ...x .. ? ?a : :a a: :: a:b a:b:c # a# a#b , [ ] { } & * ! | > ' " % @ ` = << <<a .inf +.inf
.nan inf nan 12:30:45 12:60 1:30.5 190:20:30 2001-01-01 2001-1-1 2001-13-01 2001-02-29 2000-02-29
2001-01-01T10:00:00Z 2001-01-01T10:00:00z 2001-01-01t1:2:3+24:60 2001-01-01T1:2:3+25:00 2001-01-01T24:00:00Z
2001-01-01T10:00:00 é ü\u00df ☃ \U0001f600 \u00a0 \ufffd \ue000 \u2027 0 00 0. -.5 1.2.3 1,2 a,b a?b a'b a"b a\\b
key=value $(VAR) {{.x}} /path/to:x http://x:80/?q=1 v1.2.3 100m 1Gi 50% *.txt
""".split()
TEXTS = [
    "",
    " ",
    "  ",
    " a",
    "a ",
    "a b",
    "a  b",
    "- a",
    "? a",
    ": a",
    "a: b",
    "a :b",
    "a #b",
    "# a",
    "a\tb",
    "\t",
    "\ta",
    "a\t",
    "2001-01-01 10:00:00",
    "2001-01-01   1:2:3.5",
    "2001-01-01 10:00:00Z",
    "a\n",
    "a\n\n",
    "\n",
    "\n\n",
    "\na",
    " a\n",
    "a\n ",
    "a \nb",
    "a\n b",
    "a\nb",
    "a\n\nb\n",
    "a\n\tb",
    "a\r\nb",
    "a\rb",
    "1\n",
    "# a\nb",
    "- a\n- b\n",
    "a: b\nc: d\n",
    "é\nü\n",
    "\U0001f600\nb",
    "a\u2028b",
    "\u2028",
    "a\u2028",
    "a\u2028\u2029b c",
    "a\u2028 b",
    "a \u2028b",
    "a\nb\u2028c\u2029",
    "a\x85b",
    "a \x85\x85 b\x85",
    "\x85",
    "\x00\x01\x07\x08\x0b\x0c\x1b\x1f",
    '"\\\x1b/',
    "\x7f",
    "\x80",
    "\x9f",
    "\ufeff",
    "\ufeffa b\u00a0",
    "a\ufeffb",
    "\ufffe",
    "\uffff",
    "\U0010ffff",
    LONG * 3,
    LONG.strip(),
    "# " + LONG * 2,
    "'" + LONG * 2 + "'",
    LONG * 2 + "\U0001f600" + LONG * 2,
    (LONG * 2).replace(" ", "  "),
    "# " + (LONG * 2).replace(" ", "  "),
    "\t" + (LONG * 2).replace(" ", "  "),
    " " * 200,
    "\t" + " " * 200,
    "x" * 200,
    "x " * 100,
    ("x" * 79) + " y z",
    ("x" * 78) + " y z",
    ("x" * 77) + " y z",
    "# " + LONG * 2 + "\u2028" + LONG * 2,
    LONG * 2 + "\n" + LONG * 2,
]
NUMBERS = [
    *(0, 1, -1, 0.0, -0.0, 1.0, 1.5, -1.5, 0.1, 1 / 3, 100000.0, 1e6, 1e7, 123456789.0, 1234567.5),
    *(2.0**53, 2.0**53 + 2, 1e15, 1e16, 1e17, 1e18, 9.2e18, 2.0**63, 1e19, 2.0**64, 1.9e19, 1e20),
    *(-(2.0**63), -1e19, 1e21, 1e22, -1e21, 1e100, 1.7976931348623157e308, 1e-4, 1e-5, 1e-6, 1e-7),
    *(1.5e-7, 5e-324, 123456789012.25, 0.000012345, 12345678901),
]

_CHARACTERS = st.sampled_from(
    [*"abcZ019_-+.:#,[]{}&*!|>'\"%@`?=~<\\/ \n\t\r", " ", " ", "\n", ": ", " #", "- ", "\x85", "\u2028", "\u2029", "\xa0", "é", "٣", "😀", "\x7f", "\x1b", "\ufffe", "word ", LONG]
)  # fmt: skip
STRINGS = st.lists(_CHARACTERS, max_size=12).map("".join) | st.sampled_from(WORDS + TEXTS)
_FLOATS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**63), 2**63 - 1)
SCALARS = STRINGS | _FLOATS.map(float) | st.none() | st.booleans()
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(STRINGS, inner, max_size=4),
    max_leaves=12,
)
