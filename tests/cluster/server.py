"""API servers that answer as they are told to, or from a list of objects."""

import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml
from dask_helm.errors import MissingError

from tests.cluster.fakes import FakeKubernetes, Object

GOOD = (200, {"items": [{"metadata": {"name": "a"}}]})
SLOW = "late\n"


class Server:
    """An API server that gives the answers in a list, the last of them for ever."""

    def __init__(self, folder: Path) -> None:
        self.answers: list[tuple[int, Any]] = [GOOD]
        self.gate = threading.Event()  # opens for what is sent in two pieces
        self.asked: list[tuple[str, str, str]] = []
        self.token = folder / "token"
        self.token.write_text("first")
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.kubeconfig = folder / "kubeconfig"
        self.kubeconfig.write_text(yaml.safe_dump(self._config()))
        self.start()

    def start(self) -> None:
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def answer(self, method: str, path: str, token: str) -> tuple[int, Any]:
        self.asked.append((method, path, token))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def _config(self) -> dict[str, Any]:
        return {
            "current-context": "c",
            "contexts": [
                {"name": "c", "context": {"cluster": "c", "user": "u", "namespace": "here"}}
            ],
            "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{self.port}"}}],
            "users": [{"name": "u", "user": {"tokenFile": str(self.token)}}],
        }

    @property
    def port(self) -> int:
        return self._http.server_port

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self) -> None:
                self.rfile.read(int(self.headers.get("content-length", 0)))
                token = self.headers.get("authorization", "")
                status, body = server.answer(self.command, self.path, token)
                text = (body if isinstance(body, str) else json.dumps(body)).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                if body == SLOW:
                    server.gate.wait(300)
                self.wfile.write(text)

            do_GET = do_PATCH = do_PUT = handle_one  # noqa: N815

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


class ObjectServer(Server):
    """An API server that has some objects, all in the namespace `here`; what pods print is "-"."""

    def __init__(self, folder: Path, *objects: Object) -> None:
        self.kubernetes = FakeKubernetes(*objects)
        super().__init__(folder)

    def answer(self, method: str, path: str, token: str) -> tuple[int, Any]:
        """Answer a list, a read, or a request for a log."""
        asked = urlsplit(path)
        selector = parse_qs(asked.query).get("labelSelector", [""])[0]
        _, namespace, inside = asked.path.partition("/here/")
        if not namespace and "/namespaces/" in asked.path:
            return 404, {"message": "not found"}
        kind, *rest = (inside if namespace else asked.path.rpartition("/")[2]).split("/")
        if rest[1:] == ["log"]:
            return 200, "-"
        try:
            return 200, asyncio.run(self._found(kind, rest, selector))
        except MissingError as error:
            return 404, {"message": str(error)}

    async def _found(self, kind: str, rest: list[str], selector: str) -> Object:
        if rest:
            return await self.kubernetes.get(kind, "here", rest[0])
        return {"items": await self.kubernetes.labelled(kind, "here", selector)}
