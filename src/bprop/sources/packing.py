"""Packed files: gzip, bzip2, xz, zstd, and zip archives. What a file holds says how it is packed, not its name."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO, cast

from bprop.errors import DataError, MissingPackageError
from bprop.sources.archives import archive_of, is_archive, member_of

LOOK = 16  # bytes at the beginning of a file
DEEPEST = 3  # a packed file in an archive in an archive
PART = 4096  # bytes of zstd that are unpacked at once: they hold at most 128 MB


@dataclass(frozen=True)
class Packing:
    """A way to pack a file. suffix : of its names. magic : a pattern of how it begins. opened : its content, of a file
    and a path."""

    name: str
    suffix: str
    magic: bytes
    opened: Callable[[BinaryIO, Path], BinaryIO]

    def begins(self, first: bytes) -> bool:
        """Whether a file with these first bytes is packed so."""
        return re.match(self.magic, first, re.DOTALL) is not None


def _gzip(file: BinaryIO, path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.GzipFile(fileobj=file, mode="rb"))


def _bzip2(file: BinaryIO, path: Path) -> BinaryIO:
    return cast(BinaryIO, bz2.BZ2File(file))


def _xz(file: BinaryIO, path: Path) -> BinaryIO:
    return cast(BinaryIO, lzma.LZMAFile(file))


def _zstd(file: BinaryIO, path: Path) -> BinaryIO:
    if find_spec("compression") is not None:  # Python 3.14's own
        from compression import zstd  # pyright: ignore[reportMissingImports]

        return zstd.ZstdFile(file)
    if find_spec("zstandard") is None:
        raise MissingPackageError(f"{path}: unpacking zstd needs zstandard: pip install 'bprop[tables]'")
    import zstandard

    return cast(BinaryIO, io.BufferedReader(_Zstd(file, zstandard.ZstdDecompressor(max_window_size=2**31))))


class _Zstd(io.RawIOBase):
    """The content of a zstd file; the stream reader of zstandard says nothing where a file is cut off."""

    def __init__(self, file: BinaryIO, unpacker: Any):
        self.file, self.unpacker = file, unpacker
        self._restart()

    def _restart(self) -> None:
        self.frame: Any = None
        self.coming, self.ready, self.place = b"", b"", 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, place: int, whence: int = os.SEEK_SET, /) -> int:
        part = bytearray(PART)
        if whence == os.SEEK_END:
            while self.readinto(part):
                pass
        place += 0 if whence == os.SEEK_SET else self.place
        if place < self.place:
            self.file.seek(0)
            self._restart()
        while self.place < place and self.readinto(memoryview(part)[: place - self.place]):
            pass
        return self.place

    def readinto(self, buffer: Any) -> int:
        while not self.ready:
            packed = self.coming or self.file.read(PART)
            if not packed:
                if self.frame is not None:
                    raise EOFError("it ends within a frame")
                return 0
            self.frame = self.frame or self.unpacker.decompressobj()
            try:
                self.ready = self.frame.decompress(packed)
            except Exception as error:  # zstandard.ZstdError, which is of no other class
                raise EOFError(str(error)) from error
            self.coming = self.frame.unused_data if self.frame.eof else b""
            self.frame = None if self.frame.eof else self.frame
        count = min(len(buffer), len(self.ready))
        buffer[:count], self.ready = self.ready[:count], self.ready[count:]
        self.place += count
        return count


def _zip(file: BinaryIO, path: Path) -> BinaryIO:
    return member_of(file, path)


PACKINGS = (
    Packing("a gzip", ".gz", rb"\x1f\x8b", _gzip),
    Packing("a bzip2", ".bz2", rb"BZh[1-9](1AY&SY|\x17rE8P\x90)", _bzip2),
    Packing("an xz", ".xz", rb"\xfd7zXZ\x00", _xz),
    Packing("a zstd", ".zst", rb"\x28\xb5\x2f\xfd", _zstd),
    Packing("a zip", ".zip", rb"PK(\x03\x04|\x05\x06)", _zip),
)
DAMAGED = (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)
"""The errors of unpacking for damaged bytes, beside an OSError without a number."""


def bare(name: str) -> str:
    """A name without the suffixes of packing: t.csv of t.csv.gz."""
    for packing in PACKINGS * 2:
        name = name[: -len(packing.suffix)] if name.lower().endswith(packing.suffix) else name
    return name


def is_packed(first: bytes) -> bool:
    """Whether content that begins so is packed, or may be an archive."""
    return any(packing.begins(first) for packing in PACKINGS)


def bytes_of(path: Path) -> int:
    """Bytes of a file on the disk, or of the archive in which it is. Raises OSError."""
    return archive_of(path)[0].stat().st_size


def content_name(path: Path, file: BinaryIO) -> str:
    """The name of the content of a file that `opened` has opened: of an archive's table that of the table."""
    named = bool(Path(bare(path.name)).suffix) or not isinstance(file, zipfile.ZipExtFile)
    return path.name if named else str(file.name)


def packing_of(file: BinaryIO) -> Packing | None:
    """How an open file is packed, which is left at its beginning. Archives that are workbooks or arrays are not."""
    first = file.read(LOOK)
    file.seek(0)
    for packing in PACKINGS:
        if packing.begins(first):
            return packing if packing.suffix != ".zip" or is_archive(file) else None
    return None


def packed(path: Path) -> bool:
    """Whether a file is packed, or is in an archive. Raises OSError."""
    archive, member = archive_of(path)
    with open(archive, "rb") as file:
        return member is not None or packing_of(file) is not None


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The content of a file, unpacked. Raises DataError where it is damaged."""
    with open(archive_of(path)[0], "rb") as file, unpacked(path, file) as content:
        yield content


@contextmanager
def unpacked(path: Path, file: BinaryIO) -> Iterator[BinaryIO]:
    """The content of an open file, unpacked. Raises DataError where it is damaged, naming it by `path`."""
    name = ""
    with ExitStack() as stack:
        try:
            inner = archive_of(path)[1]
            if inner is not None:
                name = "a zip"
                file = stack.enter_context(member_of(file, path, inner))
            for _ in range(DEEPEST + 1):
                packing = packing_of(file)
                if packing is None:
                    break
                name = packing.name
                file = stack.enter_context(packing.opened(file, path))
            else:
                raise DataError(f"{path}: packed more than {DEEPEST} times over: unpack it first")
            if not name:
                _need_plain(path)
            yield file
        except DAMAGED as error:
            if not name:
                raise
            raise DataError(f"{path}: not {name} file, or a truncated one ({error})") from error
        except OSError as error:
            if not name or error.errno is not None:
                raise
            raise DataError(f"{path}: not {name} file, or a truncated one ({error})") from error


def _need_plain(path: Path) -> None:
    """Raise DataError for a file that is called packed and is not."""
    for packing in PACKINGS:
        if path.name.lower().endswith(packing.suffix):
            raise DataError(
                f"{path}: not {packing.name} file, or a truncated one; if it is unpacked already, call it "
                f"{path.name[: -len(packing.suffix)]}"
            )
