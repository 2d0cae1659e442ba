"""Waiting for a condition by polling."""

import time
from collections.abc import Callable
from typing import Any


def until(
    condition: Callable[[], Any], seconds: float = 300, what: str = "", pause: float = 0.5
) -> Any:
    """Return the condition's first true value; raises AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(pause)
    raise AssertionError(f"timed out after {seconds} s: {what or condition}")
