"""The encoding of a text file: by its mark, by zeros in every second place, as it is named, else UTF-8."""

from __future__ import annotations

import codecs
import difflib
import encodings.aliases
import io
from codecs import IncrementalDecoder
from pathlib import Path
from typing import Protocol

from bprop.errors import DataError, SettingError
from bprop.sources.formats.guess import WIDE, guess_of

MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"), (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
"""How a file begins that says its encoding; the longer marks first, for one of them begins as another."""
MOST_ZEROS = 0.4  # of every second byte, from which on text is UTF-16
END_OF_FILE = b"\x1a"
"""Ctrl-Z, with which old programs end a file."""


class Reads(Protocol):
    """A file, or all that has bytes to read."""

    def read(self, count: int, /) -> bytes: ...


def codec_of(name: str) -> str:
    """Python's name of an encoding. Raises SettingError, with names that are near, where there is none of text."""
    try:
        info = codecs.lookup(name)
        if info._is_text_encoding:
            return info.name
    except (LookupError, ValueError):  # a zero in a name is a ValueError
        pass
    known = sorted({*encodings.aliases.aliases, *encodings.aliases.aliases.values()})
    near = difflib.get_close_matches(name.lower().replace("-", "_"), known, 4, 0.6) or ["utf-8", "cp1252", "latin-1"]
    raise SettingError(f"--encoding {name}: there is no such encoding of text; did you mean {', '.join(near)}?")


def encoding_of(first: bytes) -> tuple[str, int]:
    """(encoding, bytes of its mark) of a file that begins with these bytes."""
    for mark, encoding in MARKS:
        if first.startswith(mark):
            return encoding, len(mark)
    even, odd = first[:4096:2], first[1:4096:2]
    if len(odd) >= 4 and even.count(0) != odd.count(0):
        if odd.count(0) > MOST_ZEROS * len(odd) and not even.count(0):
            return "utf-16-le", 0
        if even.count(0) > MOST_ZEROS * len(even) and not odd.count(0):
            return "utf-16-be", 0
    return "utf-8", 0


class Utf8:
    """The bytes of a text file as UTF-8: without its mark, with \\n where all lines end in \\r alone, and without
    Ctrl-Z at the end. `read` gives at least a byte until the end."""

    path: Path
    file: Reads
    encoding: str
    old_mac: bool
    before: int
    lines: int

    def __init__(self, path: Path, file: Reads, encoding: str, mark: int, old_mac: bool):
        self.path, self.file, self.encoding, self.old_mac = path, file, encoding, old_mac
        self.decoder: IncrementalDecoder | None = (
            None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)()
        )
        self.before, self.lines = mark, 0
        if mark:
            self.file.read(mark)
        self.coming: bytes | None = None

    def read(self, count: int) -> bytes:
        """The next bytes, about `count` of them. Raises DataError for bytes that are not of this encoding."""
        here = self._read(count) if self.coming is None else self.coming
        if not here:
            self.coming = b""
            return b""
        self.coming = self._read(count) if here[-3:].count(END_OF_FILE) or self.coming is not None else None
        return here if self.coming or END_OF_FILE not in here[-3:] else without_end(here)

    def _read(self, count: int) -> bytes:
        if self.decoder is None:
            content = self.file.read(count)
        else:
            content = b""
            while not content:
                raw = self.file.read(count)
                content = self._decoded(raw)
                if not raw:
                    break
        return content.replace(b"\r", b"\n") if self.old_mac else content

    def _decoded(self, raw: bytes) -> bytes:
        assert self.decoder is not None
        try:
            text = self.decoder.decode(raw, not raw)
        except UnicodeDecodeError as error:
            where = f"line {self.lines + 1 + error.object[: error.start].count(10)}"
            raise DataError(
                f"{self.path}, {where}: not text in {self.encoding} ({error.reason}): name its encoding: --encoding"
            ) from error
        content = text.encode("utf-8", "surrogatepass")
        self.lines += content.count(b"\n")
        return content


def without_end(content: bytes) -> bytes:
    """Without Ctrl-Z at the end, behind which there may be the end of its line."""
    return content.rstrip(b"\r\n" + END_OF_FILE) + b"\n" if END_OF_FILE in content[-3:] else content


def in_utf8(path: Path, content: bytes, encoding: str, mark: int, old_mac: bool) -> bytes:
    """All of a file as `Utf8` gives it."""
    if encoding == "utf-8" and not old_mac:
        return without_end(content[mark:] if mark else content)
    text = Utf8(path, io.BytesIO(content), encoding, mark, old_mac)
    return b"".join(iter(lambda: text.read(len(content) or 1), b""))


def not_utf8(path: Path, content: bytes, lines: int, before: int | None, delimiter: str) -> DataError:
    """The error for content that is not UTF-8: line and byte, a guess with a cell that it would give, the option.

    lines, before : of the file before this content; None where the bytes before it were not counted.
    """
    try:
        content.decode()
    except UnicodeDecodeError as error:
        start, reason = error.start, error.reason
    else:
        raise AssertionError("this is UTF-8")
    line = lines + content.count(b"\n", 0, start) + 1
    at = "" if before is None else f" at byte {before + start}"
    what = f"{path}, line {line}: not a text file in UTF-8 ({reason}{at}, 0x{content[start]:02x})"
    if not content[:start].isascii():
        begin = content.rfind(b"\n", 0, start) + 1
        guess = guess_of(content[begin:].partition(b"\n")[0], start - begin, delimiter)
        if guess is not None and guess[0] not in WIDE:
            return DataError(
                f"{what}, but the text above it is: the file mixes encodings, or this line is damaged; it looks like "
                f"{guess[0]}, with the cell {guess[1]!r}: mend such lines, or name the encoding of all with --encoding"
            )
    guess = guess_of(content, start, delimiter)
    if guess is None:
        return DataError(f"{what}; it may be no text at all, or say its encoding with --encoding NAME")
    return DataError(f"{what}; it looks like {guess[0]}, with the cell {guess[1]!r}: --encoding {guess[0]}")


def need_no_zeros(path: Path, content: bytes, lines: int) -> None:
    """Raise DataError for text with NUL bytes, which no table has."""
    place = content.find(b"\0")
    if place >= 0:
        raise DataError(
            f"{path}, line {lines + content.count(10, 0, place) + 1}: a NUL byte: this is no text in UTF-8; the file "
            "is damaged or binary, or in another encoding: --encoding utf-16-le, for example"
        )
