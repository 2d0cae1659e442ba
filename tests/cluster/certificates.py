"""Certificates for schedulers with TLS, as Dask's configuration names them."""

from pathlib import Path
from typing import Any

import dask
from distributed.security import Security


def texts(own: Security) -> dict[str, str]:
    """Return the certificates of a client, by their name in Dask's configuration."""
    return {
        "ca-file": own.tls_ca_file,
        "client.cert": own.tls_client_cert,
        "client.key": own.tls_client_key,
    }


def written(own: Security, folder: Path) -> dict[str, str]:
    """Write the certificates of a client to files, and return these by the same names."""
    for name, text in texts(own).items():
        (folder / name).write_text(text)
    return {name: str(folder / name) for name in texts(own)}


def configured(given: dict[str, str]) -> Any:
    """Return a context in which Dask's configuration has these certificates, texts or files."""
    return dask.config.set({f"distributed.comm.tls.{name}": one for name, one in given.items()})
