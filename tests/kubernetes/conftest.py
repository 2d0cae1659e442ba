"""What the tests of the local cluster need of pytest."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "cluster: starts and removes the machine's local cluster")
