"""A certificate authority of the cluster's own, and the kubeconfigs made with it."""

import base64
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.kubernetes.command import run

_SETTINGS = Path(__file__).parent / "files" / "openssl.cnf"
_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@dataclass(frozen=True)
class Authority:
    """Keys and certificates in a folder: NAME.key and NAME.crt, the authority's own as `ca`."""

    folder: Path

    def create(self) -> "Authority":
        """Make the authority itself."""
        self.folder.mkdir()
        self._request("ca", "/CN=dask-helm", "-extensions", "authority")
        return self

    def issue(self, name: str, subject: str, *alternative_names: str) -> None:
        """Make a key and a certificate signed by the authority."""
        signer = ("-CA", self._file("ca.crt"), "-CAkey", self._file("ca.key"))
        names = ("-addext", "subjectAltName=" + ",".join(alternative_names))
        options = (*signer, "-extensions", "member", *(names if alternative_names else ()))
        self._request(name, subject, *options)

    def copy(self, name: str, folder: Path, new_name: str) -> None:
        """Give somebody elsewhere a key and certificate, and the authority's certificate."""
        folder.mkdir()
        for ending in ("key", "crt"):
            shutil.copy(self.folder / f"{name}.{ending}", folder / f"{new_name}.{ending}")
        shutil.copy(self.folder / "ca.crt", folder)

    def write_kubeconfig(self, name: str, server: str, target: Path) -> None:
        """Write the kubeconfig of one whom a certificate was issued to."""
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
    """JSON is YAML; there is one cluster, one user and one context, all of the same name."""
    name = "dask-helm"
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
    }
