"""The page that shows the OpenAPI document: it asks this server alone."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple

POLICY = "; ".join(
    [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src data:",
        "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
    ]
)  # fmt: skip
"""The Content-Security-Policy of the page."""
TYPES = {"html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}


class File(NamedTuple):
    """A file of the page."""

    kind: str
    content: bytes


@cache
def pages() -> dict[str, File]:
    """{name: file} of the page."""
    folder = files("bprop.serving") / "page"
    every = [(one, one.name.rpartition(".")[2]) for one in folder.iterdir()]
    return {one.name: File(TYPES[suffix], one.read_bytes()) for one, suffix in every if suffix in TYPES}
