"""For all tests."""

import signal

import pytest
from hypothesis import settings

# How long a test takes says more about the machine than about us.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_configure(config: pytest.Config) -> None:
    """Take Ctrl-C: what a shell runs in the background ignores it, and so would its children."""
    markers = (
        "alone: changes the whole cluster, so that no other test may run meanwhile",
        "more: slow and about other projects; part of `make test-more`",
    )
    for marker in markers:
        config.addinivalue_line("markers", marker)
    signal.signal(signal.SIGINT, signal.default_int_handler)
