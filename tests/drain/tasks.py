"""What the workers that leave have to do."""

import time
from pathlib import Path
from typing import Any

from tests.drain.cluster import until


def on(*workers: str) -> dict[str, Any]:
    """Return where tasks begin; they may go elsewhere afterwards."""
    return {"workers": list(workers), "allow_other_workers": True, "pure": False}


def begin(file: Path, seconds: float, *results: Any) -> str:
    """Add a letter to a file each time that this begins, and take time unless told to end."""
    with file.open("a") as beginnings:
        beginnings.write("x")
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not file.with_suffix(".end").exists():
        time.sleep(0.05)
    return file.name


def end(file: Path) -> None:
    """Tell the task that began with this file to end."""
    file.with_suffix(".end").touch()


def beginnings(file: Path) -> int:
    return len(file.read_text()) if file.exists() else 0


def begun(file: Path) -> None:
    until(lambda: beginnings(file))


class Counter:
    """An actor."""

    number = 7


class Heavy:
    """Something that takes seconds to be sent."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __sizeof__(self) -> int:
        return 50_000_000

    def __reduce__(self) -> tuple[type, tuple[str]]:
        time.sleep(3)
        return Heavy, (self.name,)
