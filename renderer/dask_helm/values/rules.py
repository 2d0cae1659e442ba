"""The chart's own rules between values, which speak through the message of a failed template.

A message is a sentence for each rule, with an empty line between them; a sentence begins with the
path that it is about, and may end with ``Write:`` and the YAML to write.
"""

import re
import textwrap
from typing import Any

from dask_helm.errors import Problem
from dask_helm.values.collect import Values
from dask_helm.values.paths import ValuePath, holds

_WRITE = re.compile(
    r"[ ,]*\b(?:and )?[Ww]rite(?P<what>[^:\n]*):[ ]*\n(?P<yaml>(?:[ \t]+\S.*\n?|[ \t]*\n)+)\Z"
)
_PATH = re.compile(r"(?P<path>[A-Za-z]\w*(?:[.\[]\S+)?)(?= )")
_FIRST = re.compile(r".[^.\[]*")


def problems(message: str, values: Values) -> list[Problem]:
    """Return the problems that a chart's rules tell of in the message of a failed template.

    Text of another shape becomes one problem with that text.
    """
    rules = re.split(r"\n\s*\n(?=\S)", message.strip("\n"))
    return [_problem(rule, values) for rule in rules if rule.strip()]


def _problem(rule: str, values: Values) -> Problem:
    sentence, write, plain = _parts(rule)
    path = _path(sentence, values)
    if not path:
        return Problem(sentence, write=write)
    known = values.nearest(path)
    return Problem(
        message=_without_path(sentence),
        path=_PATH.match(sentence)["path"],  # type: ignore[index]
        place=values.place(known, key=True) if known else None,
        write=_from_the_top(write, path) if write and plain else write,
    )


def _parts(rule: str) -> tuple[str, str | None, bool]:
    """Return the sentence, the YAML to write, and whether it is to be written as it is."""
    found = _WRITE.search(rule)
    if not found:
        return rule.strip(), None, False
    sentence = rule[: found.start()].strip().rstrip(".:") + "."
    if found["what"]:
        sentence = f"{sentence} Write{found['what']}."
    return sentence, textwrap.dedent(found["yaml"]).strip("\n") + "\n", not found["what"]


def _path(sentence: str, values: Values) -> ValuePath:
    """Return the path that the sentence begins with; empty when it begins with none."""
    found = _PATH.match(sentence)
    if not found or not ("." in found["path"] or found["path"] in values.data):
        return ()
    return _steps(found["path"], values.data)


def _steps(text: str, data: Any) -> ValuePath:
    """Return the steps of a path; keys that hold dots are told by the data."""
    path: list[str | int] = []
    while text:
        step, text = _step(text, data)
        path.append(step)
        data = data[step] if holds(data, (step,)) else None
    return tuple(path)


def _step(text: str, data: Any) -> tuple[str | int, str]:
    """Return the first step of a path and what is left of it."""
    index, _, rest = text.partition("]")
    if index.startswith("[") and index[1:].isdigit():
        return int(index[1:]), rest.removeprefix(".")
    keys = [key for key in data if _begins(text, key)] if isinstance(data, dict) else []
    key = max(keys, key=len, default=_FIRST.match(text)[0])  # type: ignore[index]
    return key, text[len(key) :].removeprefix(".")


def _begins(text: str, key: str) -> bool:
    return text.startswith(key) and text[len(key) :][:1] in ("", ".", "[")


def _without_path(sentence: str) -> str:
    """Return the sentence without the path it begins with, unless it begins with two."""
    rest = sentence.partition(" ")[2]
    return sentence if rest.startswith("and ") else rest


def _from_the_top(write: str, path: ValuePath) -> str:
    """Return the YAML with the keys around it, when it begins with the last key of the path."""
    first = write.partition(":")[0]
    if len(path) < 2 or first != path[-1]:
        return write
    for key in reversed(path[:-1]):
        write = f"{key}:\n{textwrap.indent(write, '  ')}"
    return write
