"""Who may come in: those on this machine who know the address. And what a page that is sent may do."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256

from bprop.web.listening import HERE as HOST

TOKEN = "the address needs the token that the command printed; each start of the command has its own"


class Door:
    """The checks of a request. Each returns the reason why it is refused, or "".

    The token is in the path of every address. The Host header must name this server: with a foreign one, a page
    elsewhere could reach this one (DNS rebinding). An Origin header must be ours: browsers send it with every
    WebSocket, and nothing else keeps pages of other sites from opening one.
    """

    token: str
    hosts: tuple[str, str]

    def __init__(self, token: str, port: int):
        self.token, self.hosts = token, (f"{HOST}:{port}", f"localhost:{port}")
        self._origins = tuple(f"http://{host}" for host in self.hosts)

    def refuses(self, host: str | None, origin: str | None, token: str) -> str:
        """The reason to refuse a request for a page."""
        if host not in self.hosts:
            return "this page is for this machine alone"
        if origin is not None and origin not in self._origins:
            return "pages of other sites may not ask here"
        if not hmac.compare_digest(token.encode(errors="replace"), self.token.encode()):
            return TOKEN
        return ""

    def refuses_socket(self, host: str | None, origin: str | None, token: str) -> str:
        """The reason to refuse a WebSocket, which a page of ours opens with the origin of its own."""
        return self.refuses(host, "" if origin is None else origin, token)


def policy(host: str, styles: Iterable[str] = ()) -> str:
    """The Content-Security-Policy of the page: its own files, its own WebSocket, and nothing else.

    styles : the texts of <style> elements that scripts of the page put into it.
    """
    hashes = " ".join(f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in styles)
    return "; ".join(
        [
            "default-src 'none'", "script-src 'self'", f"style-src 'self' {hashes}".rstrip(),
            "img-src 'self' data: blob:", "font-src 'self'", "worker-src 'self'",
            f"connect-src 'self' ws://{host}", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
        ]
    )  # fmt: skip
