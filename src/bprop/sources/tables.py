"""Real tables by name: a file, the files of a folder or of a pattern, or standard input."""

from __future__ import annotations

import glob
import stat
import sys
from functools import partial
from pathlib import Path
from typing import BinaryIO

from bprop.disk.reading import status_of
from bprop.errors import DataError
from bprop.sources import columnar, delimited
from bprop.sources.builtin import NAMES
from bprop.sources.folders import files_below, files_like
from bprop.sources.frame import Frame, joined
from bprop.sources.limits import CHUNK, TEXT, need_room, read_all
from bprop.sources.packed import content_of

STANDARD_INPUT = "-"
SEPARATED = {".csv": None, ".tsv": "\t", ".tab": "\t"}
SUFFIXES = (*SEPARATED, *columnar.READERS)


def is_table(source: str) -> bool:
    """Whether a source is one of these, rather than arrays, images or built-in data."""
    if source == STANDARD_INPUT or suffix_of(source) in SUFFIXES or glob.has_magic(source):
        return True
    try:
        return bool(source) and Path(source).is_dir()
    except OSError:  # a name too long for a file
        return False


def open_table(source: str) -> Frame:
    """The frame of `source`: a file (.csv, .tsv, .parquet, .arrow, .feather, .jsonl; text also gzipped), a folder of
    such files, a pattern such as "2024-*.csv", or "-" for standard input (CSV, TSV, JSON lines, Parquet or Arrow).

    Raises DataError for what is missing or not readable, naming it.
    """
    try:
        if source == STANDARD_INPUT:
            return _standard_input()
        paths = paths_of(source)
        if len(paths) > 1:
            need_room(source, sum(map(_least, paths)), "holding its files")
        return joined(name_of(source, paths), [_read(path) for path in paths], source)
    except OSError as error:
        raise DataError(f"cannot read {error.filename or source}: {error.strerror or error}") from error


def paths_of(source: str) -> list[Path]:
    """The files of a table. Raises DataError where there are none, OSError where nobody can look."""
    path = Path(source)
    if _is_file(path):
        return [path]
    found = files_below(path) if path.is_dir() else files_like(source)
    seen = sorted(p for p in found if suffix_of(p.name) in SUFFIXES and not p.name.startswith(".") and _is_file(p))
    if seen:
        return seen
    if path.is_dir() or glob.has_magic(source):
        raise DataError(f"{source}: there are no tables here: {', '.join(SUFFIXES)}")
    known = ", ".join(NAMES)
    raise DataError(f"{source}: there is no such file, and no built-in data of that name (there is {known})")


def _is_file(path: Path) -> bool:
    status = status_of(path)
    return status is not None and stat.S_ISREG(status.st_mode)


def name_of(source: str, paths: list[Path]) -> str:
    """What a table of these files is called."""
    name = Path(source).resolve().name if len(paths) > 1 or Path(source).is_dir() else _stem(paths[0])
    return "table" if glob.has_magic(name) else name


def suffix_of(name: str) -> str:
    """What the name of a file says of its format: ".csv"."""
    return Path(name.lower().removesuffix(".gz")).suffix


def _stem(path: Path) -> str:
    return Path(path.name.removesuffix(".gz")).stem


def _least(path: Path) -> float:
    """Bytes that a file takes in memory, at least."""
    return path.stat().st_size * cost_of(suffix_of(path.name))


def _read(path: Path) -> Frame:
    suffix = suffix_of(path.name)
    return _parse(path, content_of(path, cost_of(suffix)), suffix)


def cost_of(suffix: str) -> float:
    """Bytes that a byte of such a file takes in memory; of files of columns, which say how many cells they hold, the
    bytes alone."""
    return 1 if columnar.says_size(suffix) else TEXT


def _parse(path: Path, content: bytes, suffix: str, kept: bool = False) -> Frame:
    if suffix in SEPARATED:
        again = (lambda: content) if kept else partial(content_of, path)
        return delimited.read(path, content, again, SEPARATED[suffix])
    return columnar.read(path, content, suffix)


def standard_input() -> BinaryIO:
    """The bytes that are piped in."""
    return sys.stdin.buffer


def _standard_input() -> Frame:
    """What is piped in; its first bytes say the format."""
    file, suffix = standard_input(), ".csv"
    first = file.read(CHUNK)
    for start, found in ((b"PAR1", ".parquet"), (b"ARROW1", ".arrow"), (b"{", ".jsonl")):
        if first.lstrip(b"\xef\xbb\xbf \r\n").startswith(start):
            suffix = found
    content = read_all(file, "stdin", cost_of(suffix), first)
    return _parse(Path("stdin"), content, suffix, kept=True)
