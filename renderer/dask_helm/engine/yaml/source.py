"""A YAML text: its bytes, the places in it, and its parser."""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import yaml

from dask_helm.engine.yaml import differences
from dask_helm.engine.yaml.differences import NextEvent
from dask_helm.engine.yaml.messages import explained
from dask_helm.engine.yaml.scalars import RefusedError
from dask_helm.errors import Place, YamlError

Parser: Any
if yaml.__with_libyaml__:
    from yaml import CSafeLoader as Parser
else:
    from dask_helm.engine.yaml.slow import Parser

_BOM = "\ufeff"
_UTF8_BOM = _BOM.encode()
_BOM_IN_LINE = re.compile("(?:[\n\r]|\x85|\u2028|\u2029|^\ufeff)\ufeff".encode())
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_MOST_TAG_LINES = 100
"""Of each %TAG line libyaml compares the name with those of all others."""
_MOST_MENDED = 20
"""Each correction parses the text again."""


class Source:
    """A text with the name that its errors carry; `mended` counts what was rewritten in it."""

    def __init__(self, text: str | bytes, name: str, mended: int = 0) -> None:
        self.name = name
        self._data = text if isinstance(text, bytes) else self._encoded(text)
        self._mended = mended
        self._refuse_marks_within()
        if self._data.count(b"%TAG") > _MOST_TAG_LINES:
            message = f"more than {_MOST_TAG_LINES} times %TAG; write tags in full"
            raise YamlError(message, Place(name, 1))

    def events(self) -> NextEvent:
        """Return the function that gives one event of the parser after another."""
        next_event: NextEvent = Parser(self._data).get_event
        if b"\\/" in self._data:
            next_event = self._checked(next_event, differences.check_escapes).__next__
        if self._mended:
            next_event = differences.without_stand_in(next_event).__next__
        return next_event

    def in_flow(self, next_event: NextEvent) -> NextEvent:
        """Return `next_event` with what Go refuses inside of [ ] and { } refused."""
        return self._checked(next_event, differences.check_in_flow).__next__

    @cached_property
    def text(self) -> str:
        """The text as the parser counts its characters."""
        encoding = "utf-16" if self._data[:2] in _UTF16_BOMS else "utf-8"
        return self._data.decode(encoding, "replace").removeprefix(_BOM)

    def place(self, mark: Any) -> Place:
        """Return the place of the parser's mark."""
        return Place(self.name, mark.line + 1, mark.column + 1)

    def error(self, refused: RefusedError, event: Any) -> YamlError:
        """Return the error that the event is."""
        return YamlError(str(refused), self.place(event.start_mark))

    def explained(self, error: yaml.YAMLError) -> YamlError:
        """Return the parser's error in plain words."""
        return explained(error, self.name, self.text)

    def mended(self, error: yaml.YAMLError) -> "Source | None":
        """Return the text as libyaml can read it, where Go would have had no error."""
        mark = getattr(error, "problem_mark", None)
        if mark is None or self._mended == _MOST_MENDED:
            return None
        if not self._mended and differences.STAND_IN in self.text:
            return None
        text = differences.mended(self.text, getattr(error, "problem", ""), mark.index)
        return Source(text, self.name, self._mended + 1) if text is not None else None

    def _checked(self, next_event: NextEvent, check: differences.Check) -> Iterator[Any]:
        while True:
            event = next_event()
            if type(event) is yaml.ScalarEvent:
                try:
                    check(event, self.text)
                except RefusedError as refused:
                    raise self.error(refused, event) from None
            yield event

    def _encoded(self, text: str) -> bytes:
        try:
            return text.encode()
        except UnicodeEncodeError as error:
            before = text[: error.start]
            raise YamlError("half a surrogate pair is no character", self._end(before)) from None

    def _end(self, before: str) -> Place:
        lines = before.split("\n")
        return Place(self.name, len(lines), len(lines[-1]) + 1)

    def _refuse_marks_within(self) -> None:
        """Refuse byte order marks within the text: Go's parser fails there, libyaml skips them."""
        if self._data.find(_UTF8_BOM, 1) > 0 and (found := _BOM_IN_LINE.search(self._data)):
            before = self._data[: found.end() - len(_UTF8_BOM)].decode("utf-8", "replace")
            message = "the text contains a byte order mark (U+FEFF); remove it"
            raise YamlError(message, self._end(before))
