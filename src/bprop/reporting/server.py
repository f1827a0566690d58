"""A server of one page, for this machine alone, to those who know the address."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from bprop.errors import SettingError

HOST = "127.0.0.1"
Answer = Callable[[str], tuple[str, bytes]]
"""From the query of a request to (content type, content)."""


class Server:
    """Answers GET /TOKEN/NAME with `pages[NAME](query)`, in threads of its own; all else is refused.

    Who does not know the random token is refused (403), and so is a request under a foreign name (Host), with which
    a page elsewhere could otherwise reach this one (DNS rebinding). Nothing is shared with other origins (no CORS).

    Raises SettingError where the port is taken.
    """

    def __init__(self, pages: Mapping[str, Answer], port: int = 0):
        self.token = secrets.token_urlsafe(24)
        if not 0 <= port <= 65535:
            raise SettingError(f"port {port}: give a whole number from 0 (any that is free) to 65535")
        try:
            self._server = _Server((HOST, port), _handler(self.token, pages))
        except OSError as error:
            raise SettingError(
                f"cannot serve on port {port} ({error.strerror or error}): name another, or 0 for any that is free"
            ) from error
        self.port: int = self._server.server_port
        self._thread = Thread(target=self._server.serve_forever, args=(0.1,), name="bprop-live", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The address of the page, with the token."""
        return f"http://{HOST}:{self.port}/{self.token}/"

    def close(self) -> None:
        """Stop answering, and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a reader who has gone: nothing to say in the midst of training


def _handler(token: str, pages: Mapping[str, Answer]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10
        server_version = "bprop"
        sys_version = ""

        def do_GET(self) -> None:
            port = self.server.server_port  # type: ignore[attr-defined]
            given, _, name = urlsplit(self.path).path.removeprefix("/").partition("/")
            if self.headers.get("Host") not in (f"{HOST}:{port}", f"localhost:{port}"):
                self._refuse(403, "this page is for this machine alone")
            elif not hmac.compare_digest(given.encode(errors="replace"), token.encode()):
                self._refuse(403, "the address needs the token that the command printed")
            elif name not in pages:
                self._refuse(404, "there is no such page here")
            else:
                kind, content = pages[name](urlsplit(self.path).query)
                self._send(200, kind, content)

        def _refuse(self, code: int, why: str) -> None:
            self._send(code, "text/plain; charset=utf-8", f"{code}: {why}\n".encode())

        def _send(self, code: int, kind: str, content: bytes) -> None:
            self.send_response(code)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **HEADERS}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
