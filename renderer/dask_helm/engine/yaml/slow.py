"""PyYAML's parser in Python, for installations of PyYAML without libyaml."""

from typing import Any

from yaml import ScalarEvent
from yaml.parser import Parser as EventParser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError


class Parser(Reader, Scanner, EventParser):
    """Gives the same events as the parser of libyaml, thirty times slower.

    It refuses a few texts more, and in ``[a:,b]`` reads the key ``a``, where Go reads text.
    """

    def __init__(self, data: bytes) -> None:
        Reader.__init__(self, data)
        Scanner.__init__(self)
        EventParser.__init__(self)

    def get_event(self) -> Any:
        """Return the next event; errors are those of PyYAML."""
        try:
            event = super().get_event()  # type: ignore[no-untyped-call]
            if isinstance(event, ScalarEvent):
                event.value.encode()  # an escape may have made half of a surrogate pair
            return event
        except ValueError:
            problem = "found invalid Unicode character escape code"
            raise ScannerError(None, None, problem, self.get_mark()) from None
