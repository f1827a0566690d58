"""A request for a page, or with a command: its head, and the bytes of an answer."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

LONGEST_LINE = 4096  # bytes
LONGEST_HEAD = 16_384
MOST_LINES = 100
LONGEST_BODY = 4096
END = b"\r\n\r\n"
NAMES = ("host", "origin", "content-type", "content-length")
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
REASONS = {
    200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 408: "Request Timeout",
    411: "Length Required", 413: "Content Too Large", 414: "URI Too Long",
    415: "Unsupported Media Type", 431: "Request Header Fields Too Large", 500: "Internal Server Error",
    501: "Not Implemented", 503: "Service Unavailable", 505: "HTTP Version Not Supported",
}  # fmt: skip


class RefusedError(Exception):
    """A request that gets no page. code : the HTTP status. The message is the reason."""

    def __init__(self, code: int, why: str):
        super().__init__(why)
        self.code = code


class Request(NamedTuple):
    """The first line of a request, and its headers that count.

    host : the Host header; None without one. If the address in the first line names a host, it is the same one.
    origin, kind, length : the headers Origin, Content-Type and Content-Length, as they are; None without one.
    body : the bytes after the head, when they are all there.
    """

    method: str
    path: str
    query: str
    host: str | None
    origin: str | None = None
    kind: str | None = None
    length: str | None = None
    body: bytes | None = None

    @property
    def size(self) -> int:
        """The bytes of its body. Raises RefusedError without a length, and where it is too much."""
        length = self.length or ""
        if not (length.isascii() and length.isdigit()):
            raise RefusedError(411, "a command says how long it is, in Content-Length")
        if len(length) > len(str(LONGEST_BODY)) or int(length) > LONGEST_BODY:
            raise RefusedError(413, f"a command has at most {LONGEST_BODY} bytes")
        return int(length)


def read_head(received: bytes) -> Request | None:
    """The request that begins with these bytes; None if its head is not complete yet.

    Raises RefusedError for a head that is no HTTP or is too long, as early as possible.
    """
    head, end, _ = received.partition(END)
    lines = head.split(b"\r\n")
    if len(lines[0]) > LONGEST_LINE:
        raise RefusedError(414, f"the address is longer than {LONGEST_LINE} bytes")
    if len(head) > LONGEST_HEAD or len(lines) > MOST_LINES or max(map(len, lines)) > LONGEST_LINE:
        raise RefusedError(431, f"the headers are longer than {LONGEST_HEAD} bytes, {MOST_LINES} lines")
    if not end:
        return None
    return _request(*(line.decode("latin-1") for line in lines))


def _request(first: str, *lines: str) -> Request:
    words = first.split(" ")
    if len(words) != 3 or not all(words) or not words[2].startswith("HTTP/"):
        raise RefusedError(400, "this is no HTTP request")
    method, target, version = words
    if not version.startswith("HTTP/1."):
        raise RefusedError(505, "this server speaks HTTP/1.1")
    headers: dict[str, list[str]] = {name: [] for name in NAMES}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise RefusedError(400, "a line among the headers is no header")
        if name.lower() in headers:
            headers[name.lower()].append(value.strip())
    hosts = headers["host"]
    try:
        address = urlsplit(target)
        netloc = address.netloc
    except ValueError as error:
        raise RefusedError(400, "the address cannot be read") from error
    if len(hosts) > 1 or (netloc and hosts and hosts[0].lower() != netloc.lower()):
        raise RefusedError(400, "the request names two hosts")
    if any(len(values) > 1 for values in headers.values()):
        raise RefusedError(400, "a header that may come once comes twice")
    own_host, origin, kind, length = (values[0] if values else None for values in headers.values())
    return Request(method, address.path, address.query, own_host, origin, kind, length)


def answer(code: int, kind: str, content: bytes, *, with_body: bool = True) -> bytes:
    """The bytes of an answer. The connection closes after it."""
    headers = {"Content-Type": kind, "Content-Length": str(len(content)), "Connection": "close", **HEADERS}
    lines = [
        f"HTTP/1.1 {code} {REASONS[code]}",
        "Server: bprop",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode() + END + (content if with_body else b"")


def refusal(error: RefusedError, *, with_body: bool = True) -> bytes:
    """The bytes of an answer with the reason why there is no page."""
    content = f"{error.code}: {error}\n".encode()
    return answer(error.code, "text/plain; charset=utf-8", content, with_body=with_body)
