"""The committed definitions of Kubernetes are those of a real API server."""

import json

import pytest

from harness.release import Release
from tests.paths import SCHEMAS
from tools import kubernetes


def test_definitions_are_those_of_the_api_server(release: Release) -> None:
    version = json.loads(release.kubectl("get", "--raw", "/version"))
    if (version["major"], version["minor"]) != ("1", "34"):
        pytest.skip(f"SKIPPED, the definitions are of Kubernetes 1.34, this is {version}")
    openapi = json.loads(release.kubectl("get", "--raw", "/openapi/v2"))
    committed = json.loads((SCHEMAS / "kubernetes.json").read_text())["definitions"]
    assert kubernetes.extract(openapi, kubernetes.wanted()) == committed
