"""For all tests: Ctrl-C works in the programs that they start."""

import signal


def pytest_configure() -> None:
    """Take Ctrl-C: what a shell runs in the background ignores it, and so would its children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
