"""Waiting for what happens elsewhere."""

import time
from collections.abc import Callable
from typing import Any


def until(
    condition: Callable[[], Any], seconds: float = 120, what: str = "", pause: float = 0.5
) -> Any:
    """Return the condition's first true value; AssertionError when it takes longer."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(pause)
    raise AssertionError(f"not within {seconds} s: {what or condition}")
