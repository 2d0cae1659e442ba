"""A web server that does what the Ingresses say, for a real browser.

The local cluster runs no Ingress controller. nginx stands in for one: host, paths and certificate
are those of the Ingress objects on the API server, requests pass through without rewriting.
"""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from harness import observation
from harness.release import Release
from tests.ports import free_ports

HOST = "dask.example.com"

LOCATION = """
    location {path} {{
        proxy_pass http://127.0.0.1:{port};
        proxy_http_version 1.1;
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-Proto https;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
    }}"""
NGINX = """
daemon off; pid {folder}/pid; error_log stderr; worker_processes 1;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
  server {{
    listen 127.0.0.1:{port} ssl;
    server_name {host};
    ssl_certificate {folder}/tls.crt; ssl_certificate_key {folder}/tls.key;
    {locations}
  }}
}}"""


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def routes(release: Release) -> dict[str, tuple[str, Any]]:
    """Return path -> (Service, port name) of the release's Ingresses for HOST."""
    found = {}
    for ingress in release.objects("ingress"):
        assert [tls["hosts"] for tls in ingress["spec"]["tls"]] == [[HOST]]
        (rule,) = ingress["spec"]["rules"]
        assert rule["host"] == HOST
        (path,) = rule["http"]["paths"]
        service = path["backend"]["service"]
        found[path["path"]] = (service["name"], service["port"]["name"])
    return found


def certificate(folder: Path) -> None:
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    files = ["-keyout", f"{folder}/tls.key", "-out", f"{folder}/tls.crt", "-subj", f"/CN={HOST}"]
    subprocess.run([*command, *files], check=True, capture_output=True)


@contextmanager
def controller(release: Release, folder: Path) -> Iterator[int]:
    """Yield the local HTTPS port of a web server that routes as the Ingresses say."""
    certificate(folder)
    with ExitStack() as stack:
        locations = ""
        for path, (service, port_name) in routes(release).items():
            forwarded = stack.enter_context(release.forwarded(f"service/{service}", port_name))
            locations += LOCATION.format(path=path, port=forwarded)
        (port,) = free_ports(1)
        text = NGINX.format(folder=folder, port=port, host=HOST, locations=locations)
        (folder / "nginx.conf").write_text(text)
        nginx = subprocess.Popen(["nginx", "-c", folder / "nginx.conf", "-p", folder])
        stack.callback(nginx.wait, 120)
        stack.callback(nginx.terminate)
        observation.until(lambda: listens(port), what="nginx listens")
        yield port
