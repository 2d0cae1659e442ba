"""What templates see beside the values: ``.Files`` and ``.Capabilities``."""

import re
from base64 import b64encode
from collections.abc import Callable
from typing import Any

from dask_helm.engine import yaml as goyaml
from dask_helm.engine.template.functions.table import declared
from dask_helm.engine.types import Bytes, Object, StringList
from dask_helm.engine.utf8 import decoded

# What `helm template` assumes without a cluster; each version of Helm has its own.
KUBERNETES = (1, 36)
_GROUPS = (
    "v1", "admissionregistration.k8s.io/v1", "apiextensions.k8s.io/v1", "apps/v1",
    "authentication.k8s.io/v1", "authorization.k8s.io/v1", "autoscaling/v1", "autoscaling/v2",
    "batch/v1", "certificates.k8s.io/v1", "coordination.k8s.io/v1", "discovery.k8s.io/v1",
    "events.k8s.io/v1", "networking.k8s.io/v1", "node.k8s.io/v1", "policy/v1",
    "rbac.authorization.k8s.io/v1", "scheduling.k8s.io/v1", "storage.k8s.io/v1",
)  # fmt: skip
_WILDCARDS = {"**": ".*", "*": "[^/]*", "?": "[^/]"}


class Files(Object, dict[str, bytes]):
    """``.Files``: the chart's other files by path, a map[string][]byte with methods."""

    type_name = "engine.files"

    def members(self) -> dict[str, Any]:
        """Return the methods that Helm gives to ``.Files``."""
        methods = (self.Get, self.GetBytes, self.Glob, self.AsConfig, self.AsSecrets, self.Lines)
        return {method.__name__: declared(method.__name__, method) for method in methods}

    def __getitem__(self, name: str) -> Any:
        return Bytes.of(super().__getitem__(name))

    def get(self, name: str, _default: Any = None) -> Any:
        """Return a file's bytes as templates see them, empty for a file that does not exist."""
        return self.GetBytes(name)

    def items(self) -> Any:
        """Return paths with bytes as templates see them."""
        return [(name, Bytes.of(data)) for name, data in super().items()]

    def Get(self, name: str) -> str:  # noqa: N802  the name in templates
        """Return a file's text, empty for a file that does not exist."""
        return decoded(super().get(name, b""))

    def GetBytes(self, name: str) -> Bytes:  # noqa: N802
        """Return a file's bytes, empty for a file that does not exist."""
        return Bytes.of(super().get(name, b""))

    def Glob(self, pattern: str) -> "Files":  # noqa: N802
        """Return the files whose path matches; * stops at slashes, ** does not."""
        pieces = re.split(r"(\*\*|\*|\?)", pattern)
        expression = "".join(_WILDCARDS.get(piece) or re.escape(piece) for piece in pieces)
        matches = re.compile(expression).fullmatch
        return Files({name: data for name, data in super().items() if matches(name)})

    def AsConfig(self) -> str:  # noqa: N802
        """Return the files as the data of a ConfigMap."""
        return self._dumped(decoded)

    def AsSecrets(self) -> str:  # noqa: N802
        """Return the files as the data of a Secret."""
        return self._dumped(lambda data: b64encode(data).decode())

    def Lines(self, name: str) -> StringList:  # noqa: N802
        """Return the lines of a file."""
        text = self.Get(name).removesuffix("\n")
        return StringList(text.split("\n") if text else [])

    def _dumped(self, text_of: Callable[[bytes], str]) -> str:
        texts = {name.rpartition("/")[2]: text_of(data) for name, data in super().items()}
        return goyaml.dump(texts).removesuffix("\n")


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
