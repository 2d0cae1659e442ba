"""Halves of surrogate pairs: in Python's texts they stand for bytes that are no UTF-8."""

import re

_HALF_OF_PAIR = re.compile("[\ud800-\udfff]")


def whole_characters(text: str) -> str:
    """Return the text with U+FFFD for each half, as Go's JSON has it for each such byte."""
    return text if text.isascii() else _HALF_OF_PAIR.sub("\ufffd", text)
