"""A web server on this machine that does what servers do: redirects, refusals, and connections that break."""

import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bprop.remote import address, download

ROWS = b"size,city,price\n" + b"".join(f"{k * 7 % 40}.5,{'xy'[k % 2]},{k * 3}.5\n".encode() for k in range(60))
STATUS = {"/denied.csv": 403, "/secret.csv": 401, "/broken.csv": 500, "/gone.csv": 410, "/busy.csv": 429}
PAGE = b"<!doctype html><html><body>Please log in</body></html>"


class Handler(BaseHTTPRequestHandler):
    """What each path of the server is. `requests` collects the requests."""

    requests: list = []

    def do_HEAD(self):
        self._answer(head=True)

    def do_GET(self):
        self.requests.append((self.path, self.headers.get("Authorization")))
        self._answer()

    def _answer(self, head=False):
        path = self.path.partition("?")[0]
        if path in STATUS:
            self._send(STATUS[path], b"no", head)
        elif path == "/moved.csv":
            self._send(302, b"", head, {"Location": "/rows.csv"})
        elif path == "/round.csv":
            self._send(302, b"", head, {"Location": "/round.csv"})
        elif path == "/page.csv":
            self._send(200, PAGE, head, {"Content-Type": "text/html"})
        elif path == "/empty.csv":
            self._send(200, b"", head)
        elif path == "/packed.csv":
            self._send(200, gzip.compress(ROWS), head, {"Content-Encoding": "gzip"})
        elif path == "/rows.csv.gz":
            self._send(200, gzip.compress(ROWS), head, {"Content-Type": "text/plain"})
        elif path == "/cut.csv":
            self._send(200, ROWS[:100], head, {"Content-Length": str(len(ROWS))})
            self.close_connection = True
        elif path == "/unsized.csv":
            self.send_response(200)
            self.end_headers()
            if not head:
                self.wfile.write(ROWS)
            self.close_connection = True
        elif path in ("/rows.csv", "/export"):
            self._send(200, ROWS, head, {"Content-Type": "image/png"})
        else:
            self._send(404, b"no", head)

    def _send(self, status, content, head, more=()):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **dict(more)}.items():
            self.send_header(name, value)
        self.end_headers()
        if not head:
            self.wfile.write(content)

    def log_message(self, *words):
        """Nothing is printed."""


@pytest.fixture(autouse=True)
def forgotten(monkeypatch):
    """Nothing was fetched, and no address has a secret, before a test."""
    monkeypatch.setattr(download, "_here", {})
    monkeypatch.setattr(address, "_whole", {})
    monkeypatch.setattr(address, "_secrets", {})


@pytest.fixture
def web():
    """The address of the server."""
    pytest.importorskip("fsspec")
    pytest.importorskip("aiohttp", reason="fsspec reads the web with aiohttp")
    Handler.requests = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def memory():
    """A file system in memory, empty."""
    fsspec = pytest.importorskip("fsspec")
    system = fsspec.filesystem("memory")
    system.store.clear()
    system.pseudo_dirs[:] = [""]
    yield system
    system.store.clear()
