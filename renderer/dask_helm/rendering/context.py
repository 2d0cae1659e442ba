"""What templates see beside the values: ``.Files`` and ``.Capabilities``."""

import base64
import re
from collections.abc import Mapping
from typing import Any

from dask_helm import goyaml
from dask_helm.gotemplate.functions.table import declared
from dask_helm.gotemplate.types import Object, StringList

# What `helm template` assumes when it is told of no cluster; each Helm has a version of its own.
KUBERNETES = (1, 36)
_GROUPS = (
    "v1", "admissionregistration.k8s.io/v1", "apiextensions.k8s.io/v1", "apps/v1",
    "authentication.k8s.io/v1", "authorization.k8s.io/v1", "autoscaling/v1", "autoscaling/v2",
    "batch/v1", "certificates.k8s.io/v1", "coordination.k8s.io/v1", "discovery.k8s.io/v1",
    "events.k8s.io/v1", "networking.k8s.io/v1", "node.k8s.io/v1", "policy/v1",
    "rbac.authorization.k8s.io/v1", "scheduling.k8s.io/v1", "storage.k8s.io/v1",
)  # fmt: skip


class Files(Object):
    """``.Files``: the chart's files that are no templates."""

    type_name = "engine.files"

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files

    def members(self) -> dict[str, Any]:
        """Return the methods that Helm gives to ``.Files``."""
        methods = (self.Get, self.Glob, self.AsConfig, self.AsSecrets, self.Lines)
        return {method.__name__: declared(method.__name__, method) for method in methods}

    def Get(self, name: str) -> str:  # noqa: N802  the name in templates
        """Return a file's text, empty for a file that is not there."""
        return self._files.get(name, b"").decode("utf-8", "replace")

    def Glob(self, pattern: str) -> "Files":  # noqa: N802
        """Return the files whose path matches; * stops at slashes, ** does not."""
        matches = re.compile(_pattern(pattern)).fullmatch
        return Files({name: data for name, data in self._files.items() if matches(name)})

    def AsConfig(self) -> str:  # noqa: N802
        """Return the files as the data of a ConfigMap."""
        texts = {_base(n): d.decode("utf-8", "replace") for n, d in self._files.items()}
        return goyaml.dump(texts).removesuffix("\n")

    def AsSecrets(self) -> str:  # noqa: N802
        """Return the files as the data of a Secret."""
        encoded = {_base(n): base64.b64encode(d).decode() for n, d in self._files.items()}
        return goyaml.dump(encoded).removesuffix("\n")

    def Lines(self, name: str) -> StringList:  # noqa: N802
        """Return the lines of a file."""
        text = self.Get(name).removesuffix("\n")
        return StringList(text.split("\n") if text else [])


def _base(name: str) -> str:
    return name.rpartition("/")[2]


_WILDCARDS = {"**": ".*", "*": "[^/]*", "?": "[^/]"}


def _pattern(glob: str) -> str:
    pieces = re.split(r"(\*\*|\*|\?)", glob)
    return "".join(_WILDCARDS.get(piece) or re.escape(piece) for piece in pieces)


class _KubeVersion(Object):
    type_name = "common.KubeVersion"

    def members(self) -> dict[str, Any]:
        major, minor = map(str, KUBERNETES)
        version = str(self)
        return {"Version": version, "Major": major, "Minor": minor, "GitVersion": version}

    def __str__(self) -> str:
        return "v{}.{}.0".format(*KUBERNETES)


class _APIVersions(Object):
    type_name = "common.VersionSet"

    def members(self) -> dict[str, Any]:
        return {"Has": declared("Has", self.Has)}

    def Has(self, version: str) -> bool:  # noqa: N802
        """Whether the group and version exist; without a cluster, no kinds are known."""
        return version in _GROUPS


class Capabilities(Object):
    """``.Capabilities`` as without a cluster."""

    type_name = "*common.Capabilities"

    def members(self) -> dict[str, Any]:
        """Return the two parts that charts ask for."""
        return {"KubeVersion": _KubeVersion(), "APIVersions": _APIVersions()}
