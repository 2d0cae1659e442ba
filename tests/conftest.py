"""For all tests."""

import signal

from hypothesis import settings

# How long a test takes says more about the machine than about us.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_configure() -> None:
    """Take Ctrl-C: what a shell runs in the background ignores it, and so would its children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
