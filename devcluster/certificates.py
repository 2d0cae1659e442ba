"""The cluster's own certificate authority, and the kubeconfigs made with it."""

import base64
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from devcluster.command import run

_SETTINGS = Path(__file__).parent / "files" / "openssl.cnf"
_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@dataclass(frozen=True)
class Authority:
    """A folder of keys (NAME.key) and certificates (NAME.crt); the authority's own name is `ca`."""

    folder: Path

    def create(self) -> "Authority":
        """Create the folder with the authority's own key and certificate."""
        self.folder.mkdir()
        self._request("ca", "/CN=dask-helm", "-extensions", "authority")
        return self

    def issue(self, name: str, subject: str, *alternative_names: str) -> None:
        """Create a key and a certificate signed by the authority."""
        signer = ("-CA", self._file("ca.crt"), "-CAkey", self._file("ca.key"))
        names = ("-addext", "subjectAltName=" + ",".join(alternative_names))
        options = (*signer, "-extensions", "member", *(names if alternative_names else ()))
        self._request(name, subject, *options)

    def copy(self, name: str, folder: Path, new_name: str) -> None:
        """Copy a key, its certificate and the authority's certificate into a new folder."""
        folder.mkdir()
        for ending in ("key", "crt"):
            shutil.copy(self.folder / f"{name}.{ending}", folder / f"{new_name}.{ending}")
        shutil.copy(self.folder / "ca.crt", folder)

    def write_kubeconfig(self, name: str, server: str, target: Path) -> None:
        """Write a kubeconfig that authenticates with an issued certificate."""
        user = {
            "client-certificate-data": self._encoded(f"{name}.crt"),
            "client-key-data": self._encoded(f"{name}.key"),
        }
        cluster = {"server": server, "certificate-authority-data": self._encoded("ca.crt")}
        target.touch(mode=0o600)
        target.write_text(json.dumps(_kubeconfig(cluster, user), indent=2))

    def _request(self, name: str, subject: str, *options: str) -> None:
        files = ("-keyout", self._file(f"{name}.key"), "-out", self._file(f"{name}.crt"))
        fixed = ("-config", _SETTINGS, "-x509", "-days", "3650", *_NEW_KEY)
        run("openssl", "req", *fixed, "-subj", subject, *files, *options)

    def _file(self, name: str) -> str:
        return str(self.folder / name)

    def _encoded(self, name: str) -> str:
        return base64.b64encode((self.folder / name).read_bytes()).decode()


def _kubeconfig(cluster: dict[str, str], user: dict[str, str]) -> dict[str, object]:
    """Return a kubeconfig with one cluster, one user and one context, all of the same name.

    It is written as JSON, which is valid YAML.
    """
    name = "dask-helm"
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
    }
