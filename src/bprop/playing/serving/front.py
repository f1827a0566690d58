"""The front end: the files of `playing/web`, read once, with the types that browsers need."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import NamedTuple

TYPES = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
    ".json": "application/json", ".svg": "image/svg+xml", ".png": "image/png", ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8", ".wasm": "application/wasm", ".mjs": "text/javascript; charset=utf-8",
}  # fmt: skip
"""{suffix: type}: no other files are sent."""


class File(NamedTuple):
    """A file of the front end."""

    kind: str
    content: bytes


@cache
def front() -> dict[str, File]:
    """{path within the folder: file}. A path that is not there is not looked for elsewhere."""
    return read_folder(files("bprop.playing") / "web")


def read_folder(folder: Traversable, above: str = "") -> dict[str, File]:
    """The files of a folder and of the folders in it."""
    if not folder.is_dir():
        return {}
    read: dict[str, File] = {}
    for entry in folder.iterdir():
        name = f"{above}{entry.name}"
        suffix = f".{entry.name.rpartition('.')[2]}"
        if entry.is_dir():
            read.update(read_folder(entry, f"{name}/"))
        elif suffix in TYPES:
            read[name] = File(TYPES[suffix], entry.read_bytes())
    return read
