r"""Where libyaml reads a text otherwise than Go's port of an older libyaml, which Helm uses.

| text           | Go            | libyaml 0.2.5 | here                             |
|----------------|---------------|---------------|----------------------------------|
| ``%YAML 1.2``  | refused       | read          | refused                          |
| ``[a?b]``      | refused       | "a?b"         | refused                          |
| ``"\/"``       | refused       | "/"           | refused                          |
| ``[!a, b]``    | "b"           | "", "b"       | refused: probably a mistake |
| ``[a:,b]``     | "a:", "b"     | refused       | "a:", "b"                        |
| ``"\'"``       | "'"           | refused       | "'"                              |
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from yaml import ScalarEvent

from dask_helm.engine.yaml.scalars import RefusedError

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_READ_VERSIONS = (None, (1, 1))
STAND_IN = "\ue000"
"""Takes the place of a colon that libyaml refuses until the text around it is read."""

NextEvent = Callable[[], Any]
Check = Callable[[Any, str], None]


def check_document(start: Any) -> None:
    """Raise RefusedError if Go refuses the document that starts."""
    if start.version not in _READ_VERSIONS:
        raise RefusedError("only %YAML 1.1 is understood; remove that line")


def check_in_flow(scalar: Any, text: str) -> None:
    """Raise RefusedError if Go refuses the scalar inside of [ ] or { }."""
    if not scalar.style and "?" in scalar.value:
        raise RefusedError("inside of [ ] and { }, a text with a question mark needs quotes")
    if scalar.tag and not scalar.value and text.startswith(",", scalar.end_mark.index):
        raise RefusedError("a tag must be followed by a blank and a value")


def check_escapes(scalar: Any, text: str) -> None:
    """Raise RefusedError if Go refuses an escape in double quotes."""
    written = text[scalar.start_mark.index : scalar.end_mark.index]
    if scalar.style == '"' and "/" in _ESCAPE.findall(written):
        raise RefusedError("\\/ is not an escape in double quotes; write / alone")


def mended(text: str, problem: str, at: int) -> str | None:
    """Return the text with what Go reads and libyaml refuses at `at` written so that both do."""
    if problem == "found unexpected ':'":
        return text[:at] + STAND_IN + text[at + 1 :]
    if problem == "found unknown escape character" and text[at : at + 2] == "\\'":
        return text[:at] + text[at + 1 :]
    return None


def without_stand_in(next_event: NextEvent) -> Iterator[Any]:
    """Yield the events with the colons back in their places."""
    while True:
        event = next_event()
        if type(event) is ScalarEvent:
            event.value = event.value.replace(STAND_IN, ":")
        yield event
