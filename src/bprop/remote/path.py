"""A path that is an address. As text it is the address without its secrets; opened, it is a copy of the file here.

Whatever takes a Path takes one of these: `open(path, "rb")` fetches the file when it is needed. Its name, suffix and
folders are those of the address. What writes asks `address_of` first, and puts the file there (`remote.upload`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path, PurePath, PurePosixPath
from typing import Any
from zlib import crc32

from bprop.errors import BpropError, DataError, UnreadableError
from bprop.remote.address import is_address, is_database, scheme_of, shown
from bprop.remote.download import fetched
from bprop.remote.failures import failures_said, need_missing
from bprop.remote.systems import remote_of


class RemotePath(type(Path())):
    """The path of an address. Raises DataError where the file cannot be fetched, when it is opened."""

    address: str
    error_class: type[BpropError] = DataError

    def __new__(cls, address: str | os.PathLike[str]) -> RemotePath:
        short = shown(str(address))
        self = super().__new__(cls, *_parts(short))
        self.address = short
        return self

    def __init__(self, address: str | os.PathLike[str]):
        if sys.version_info >= (3, 12):
            super().__init__(*_parts(shown(str(address))))  # pyright: ignore[reportCallIssue]

    def __str__(self) -> str:
        return self.address.partition(" ")[0] if is_database(self.address) else self.address

    def __repr__(self) -> str:
        return f"RemotePath({self.address!r})"

    def __fspath__(self) -> str:
        return fetched(self.address, self.error_class)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RemotePath) and self.address == other.address

    def __hash__(self) -> int:
        return hash(self.address)

    def __reduce__(self) -> Any:
        return (type(self), (self.address,))

    def with_segments(self, *segments: str | os.PathLike[str]) -> Path:
        """A path of names alone, for the methods of Path that combine parts."""
        return Path(*segments)

    @property
    def parent(self) -> Path:
        above = self.address.rstrip("/").rpartition("/")[0]
        return self if above.endswith("/") or "://" not in above else type(self)(above)

    @property
    def parents(self) -> Any:
        every, path = [], self
        while (above := path.parent) != path:
            every.append(above)
            path = above
        return tuple(every)

    def __truediv__(self, name: str | os.PathLike[str]) -> RemotePath:
        return type(self)(f"{self.address.rstrip('/')}/{os.fspath(name)}")

    def joinpath(self, *names: str | os.PathLike[str]) -> RemotePath:
        path = self
        for name in names:
            path = path / name
        return path

    def with_name(self, name: str) -> RemotePath:
        return type(self)(f"{self.address.rstrip('/').rpartition('/')[0]}/{name}")

    def with_stem(self, stem: str) -> RemotePath:
        return self.with_name(stem + self.suffix)

    def with_suffix(self, suffix: str) -> RemotePath:
        return self.with_name(self.stem + suffix)

    def relative_to(self, other: Any, *more: Any, **settings: Any) -> Any:
        """The names after those of `other`, which is above it."""
        return PurePosixPath(self.address.removeprefix(f"{str(other).rstrip('/')}/"))

    def absolute(self) -> RemotePath:
        return self

    def resolve(self, strict: bool = False) -> RemotePath:
        return self

    def exists(self, **settings: Any) -> bool:
        return self._kind() is not None

    def is_file(self, **settings: Any) -> bool:
        return self._kind() == "file"

    def is_dir(self, **settings: Any) -> bool:
        return self._kind() == "directory"

    def _kind(self) -> str | None:
        """ "file" or "directory"; None if there is neither. Raises DataError where that cannot be known."""
        if is_database(self.address):
            return "file"
        with failures_said("read", self.address, self.error_class):
            remote = remote_of(self.address)
            try:
                return remote.system.info(remote.path)["type"]
            except FileNotFoundError as error:
                need_missing(error, self.address)
                return None

    def identity(self) -> list[int] | None:
        """Numbers that change when the file changes; None if there is no such file."""
        with failures_said("read", self.address, self.error_class):
            remote = remote_of(self.address)
            try:
                info = remote.system.info(remote.path)
            except FileNotFoundError as error:
                need_missing(error, self.address)
                return None
        marks = [str(info.get(name)) for name in ("ETag", "etag", "LastModified", "mtime", "updated", "created")]
        return [int(info.get("size") or 0), crc32("|".join(marks).encode())]

    def names(self) -> list[str]:
        """The names of the files in this folder; none if there is no such folder."""
        with failures_said("read", self.address, self.error_class):
            remote = remote_of(self.address)
            try:
                return [str(one).rstrip("/").rpartition("/")[2] for one in remote.system.ls(remote.path, detail=False)]
            except FileNotFoundError as error:
                need_missing(error, self.address)
                return []

    def glob(self, pattern: Any, **settings: Any) -> Iterator[Path]:
        import fnmatch

        return (self / name for name in fnmatch.filter(self.names(), str(pattern)))

    def unlink(self, missing_ok: bool = False) -> None:
        with failures_said("remove", self.address, self.error_class):
            remote = remote_of(self.address)
            try:
                remote.system.rm_file(remote.path)
            except FileNotFoundError as error:
                need_missing(error, self.address)
                if not missing_ok:
                    raise

    def mkdir(self, *settings: Any, **more: Any) -> None:
        """Nothing: object stores have no folders, and elsewhere putting a file makes those above it."""


class ModelPath(RemotePath):
    """The same, of models and checkpoints: raises UnreadableError, which is a ModelFileError."""

    error_class: type[BpropError] = UnreadableError


def _parts(address: str) -> list[str]:
    scheme = scheme_of(address) or ""
    if is_database(address):
        database = address.partition(" ")[0].partition("?")[0]
        name = database.rstrip("/").rpartition("/")[2].removesuffix(".db").removesuffix(".sqlite")
        return [scheme, f"{name or scheme}.arrow"]  # as its rows come here
    path = address[len(scheme) + 3 :].partition("?")[0]
    return [scheme, *(part for part in path.split("/") if part)]


def address_of(path: object) -> str | None:
    """The address of a path or a word; None if it is a path of this machine."""
    if isinstance(path, RemotePath):
        return path.address
    text = path if isinstance(path, str) else None
    return shown(text) if text is not None and is_address(text) else None


def place_of(path: str | os.PathLike[str]) -> Path:
    """The path of a word or of a path: one of this machine, or an address."""
    if isinstance(path, RemotePath):
        return path
    text = os.fspath(path)
    return RemotePath(text) if is_address(text) else Path(text)


def model_place_of(path: str | os.PathLike[str]) -> Path:
    """The same for a model, or for checkpoints."""
    place = place_of(path)
    return ModelPath(place.address) if isinstance(place, RemotePath) else place


def name_of(path: str | os.PathLike[str]) -> str:
    """A path as text; of an address, the address, without fetching the file."""
    return str(path) if isinstance(path, PurePath) else os.fspath(path)
