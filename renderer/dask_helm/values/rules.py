"""Parses the messages of the chart's rules, which fail the rendering of a template.

A message has one paragraph per rule, separated by empty lines. A paragraph begins with the path of
the value, and can end with ``Write:`` and the YAML to write.
"""

import ast
import re
import textwrap
from typing import Any

from dask_helm.engine.values.collect import Values
from dask_helm.engine.values.display import ValuePath, shown
from dask_helm.engine.values.paths import holds
from dask_helm.errors import Problem
from dask_helm.values.order import in_order

_WRITE = re.compile(
    r"[ ,]*\b(?:and )?[Ww]rite(?P<what>[^:\n]*):[ ]*\n(?P<yaml>(?:[ \t]+\S.*\n?|[ \t]*\n)+)\Z"
)
_STEP = re.compile(
    r"\[(?P<index>\d+)\]|\.?(?P<key>(?P<quoted>\"(?:[^\"\\]|\\.)*\"(?![^\s.\[]))|[^\s.\[]+)"
)


def problems(message: str, values: Values) -> list[Problem]:
    """Return the problems in the message of a failed template.

    The problems have the order of the user's files. A message of any other form becomes one
    problem with that text.
    """
    rules = re.split(r"\n\s*\n(?=\S)", message.strip("\n"))
    return in_order((_problem(rule, values) for rule in rules if rule.strip()), values)


def _problem(rule: str, values: Values) -> Problem:
    sentence, write, plain = _parts(rule)
    path, rest = _path(sentence, values.data)
    if not path:
        return Problem(sentence, write=write)
    known = values.nearest(path)
    return Problem(
        # A sentence about two paths is reported completely.
        message=sentence if rest.startswith("and ") else rest,
        path=shown(path),
        place=values.place(known, key=True) if known else None,
        write=_from_the_top(write, path) if write and plain else write,
    )


def _parts(rule: str) -> tuple[str, str | None, bool]:
    """Return the text, the YAML to write, and whether the YAML is complete."""
    found = _WRITE.search(rule)
    if not found:
        return rule.strip(), None, False
    sentence = rule[: found.start()].strip().rstrip(".:") + "."
    if found["what"]:
        sentence = f"{sentence} Write{found['what']}."
    return sentence, textwrap.dedent(found["yaml"]).strip("\n") + "\n", not found["what"]


def _path(sentence: str, data: Any) -> tuple[ValuePath, str]:
    """Return the path at the beginning of the sentence (may be empty), and the rest."""
    path: list[str | int] = []
    at = 0
    while (step := _step(sentence, at, data)) and (not path or sentence[at : at + 1] in (".", "[")):
        key, at = step
        path.append(key)
        data = data[key] if holds(data, (key,)) else None
    is_path = len(path) > 1 or data is not None
    return (tuple(path), sentence[at:].lstrip()) if is_path else ((), sentence)


def _step(sentence: str, at: int, data: Any) -> tuple[str | int, int] | None:
    """Return the key or index at a position, and its end; the data identify keys with dots."""
    found = _STEP.match(sentence, at)
    if not found or found["index"]:
        return (int(found["index"]), found.end()) if found else None
    rest = sentence[found.start("key") :]
    keys = [
        key
        for key in (data if isinstance(data, dict) else ())
        if key and rest.startswith(key) and rest[len(key) :][:1] in ("", ".", "[", " ")
    ]
    if not keys and found["quoted"] and holds(data, (unquoted := _unquoted(found["quoted"]),)):
        return unquoted, found.end()
    key = max(keys, key=len, default=found["key"])
    return key, found.start("key") + len(key)


def _unquoted(text: str) -> str:
    """Return the text that Go's %q has quoted."""
    try:
        unquoted: str = ast.literal_eval(text)
    except SyntaxError:
        return text
    return unquoted


def _from_the_top(write: str, path: ValuePath) -> str:
    """Return the YAML with its parent keys, if it begins with the last key of the path."""
    first = write.partition(":")[0]
    if len(path) < 2 or first != path[-1]:
        return write
    for key in reversed(path[:-1]):
        write = f"{key}:\n{textwrap.indent(write, '  ')}"
    return write
