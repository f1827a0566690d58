"""Rows by name: built-in data, a file, the files of a folder or of a pattern, or standard input."""

from __future__ import annotations

import glob
import io
import os
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from bprop import toys
from bprop.disk.near import near_file
from bprop.disk.reading import status_of
from bprop.errors import BpropError, DataError, SettingError
from bprop.remote.address import is_address, shown
from bprop.remote.listing import has_pattern, matches
from bprop.remote.path import RemotePath, place_of
from bprop.sources import builtin
from bprop.sources import databases as databases  # what reads the rows of a database
from bprop.sources.archives import archive_of
from bprop.sources.content import content_checksum
from bprop.sources.formats import Csv, Format, Source, Workbook, format_in, format_of, format_of_content, suffixes
from bprop.sources.frame import Frame, joined
from bprop.sources.known_lists import Known, of_files
from bprop.sources.limits import CHUNK, content_of, need_room, read_all
from bprop.sources.packing import bare, bytes_of, content_name, is_packed, opened, packing_of, unpacked
from bprop.sources.partitions import partitions_of, with_partitions
from bprop.sources.read_options import INFERRED, ReadOptions

STANDARD_INPUT = "-"
ANY_DEPTH = "**"


def open_rows(
    source: str, target: str | None = None, labels: str | None = None, options: ReadOptions = INFERRED
) -> Frame:  # fmt: skip
    """The frame of `source`: built-in data, a file of a known format (also packed), a folder of tables, a pattern
    such as "2024-*.csv", an address (s3://bucket/rows.csv), a database and a query, or "-" for standard input, whose
    first bytes say the format.

    target : the array of targets, of arrays. labels : the file of labels, of images; default that beside them.
    options : how files and cells are read, where it is not inferred.

    Raises DataError for a file that is missing or not readable, naming it.
    """
    if source in builtin.NAMES:
        return builtin.read(source)
    source = shown(source)
    read = partial(_read, target=target, labels=None if labels is None else place_of(labels), options=options)
    try:
        if source == STANDARD_INPUT:
            return _standard_input(read)
        paths = paths_of(source)
        if len(paths) > 1:
            need_room(source, sum(bytes_of(path) * need_format(path).cost for path in paths), "holding its files")
        frames = [_file(read, source, path) for path in paths]
        columns = of_files(frame.columns for frame in frames)
        if Known(columns).lengths and not options.columns:
            again = partial(read, options=options.beside(columns))
            for k, path in enumerate(paths):  # a file without the lists that others have
                frames[k] = frames[k] if set(frames[k].columns) == set(columns) else _file(again, source, path)
        return frames[0] if frames[0].block is not None else joined(name_of(source, paths), frames, source)
    except OSError as error:
        raise DataError(f"cannot read {error.filename or source}: {error.strerror or error}") from error


def _file(read: Callable[..., Frame], source: str, path: Path) -> Frame:
    """The rows of one file of a source."""
    known = need_format(path)
    return with_partitions(read(known, path, partial(content_of, path, known.cost)), partitions_of(source, path))


def is_table(source: str) -> bool:
    """Whether a source is a table in a file or in several, rather than arrays, images, or built-in data."""
    if source in builtin.NAMES or source == STANDARD_INPUT:
        return False
    known = format_of(place_of(source).name)
    if known is not None and not known.arrays and not is_pattern(source):
        return True
    return is_pattern(source) or _is_folder(source) or _holds_table(source)


def _holds_table(source: str) -> bool:
    """Whether the content of a file says that it is a table."""
    try:
        return _is_file(place_of(source)) and not need_format(place_of(source)).arrays
    except (OSError, BpropError):
        return False


def can_stream(source: str) -> bool:
    """Whether all files of a table can be read piece by piece; also where there are none: reading says why."""
    try:
        return all(need_format(path).scans for path in paths_of(source))
    except (OSError, BpropError):
        return True


def is_there(source: str) -> bool:
    """Whether a word names data: built-in data, a file, a folder, a pattern, or standard input."""
    try:
        return source in (STANDARD_INPUT, *builtin.NAMES) or bool(paths_of(source))
    except (OSError, BpropError):
        return os.path.exists(source)


def _is_folder(source: str) -> bool:
    try:
        return bool(source) and place_of(source).is_dir()
    except OSError:  # a name too long for a file
        return False


def paths_of(source: str) -> list[Path]:
    """The files of a source. Raises DataError where there are none, OSError if a folder cannot be read."""
    path = place_of(source)
    if not (is_pattern(source) and isinstance(path, RemotePath)) and _is_file(path):
        return [path]
    below = _below(source, path)
    files = sorted(file for file in below if not file.name.startswith((".", "~$")) and _is_file(file))
    known = [(file, format_of(file.name)) for file in files]
    tables = [(file, one) for file, one in known if one is not None and not one.arrays]
    first = [file for file, one in tables if one.gathered] or [file for file, _ in tables]
    if first:
        return first
    if is_pattern(source) and files and all(one is None for _, one in known):
        return files  # which are asked for by name: their content says what they are
    if is_pattern(source) or (below and isinstance(path, RemotePath)) or path.is_dir():
        raise DataError(f"{source}: there are no tables here: {', '.join(suffixes(arrays=False))}")
    if isinstance(path, RemotePath):
        raise DataError(f"{source}: there is no such file, and no folder of this name")
    raise DataError(
        f"{source}: there is no such file, and no built-in data of that name (there is {', '.join(builtin.NAMES)})"
        f"{_toy(source) or near_file(source, tuple(builtin.NAMES))}"
    )


def _below(source: str, path: Path) -> list[Path]:
    """The files of a folder, or those that a pattern matches."""
    if isinstance(path, RemotePath):
        return list(map(RemotePath, matches(path.address, is_pattern(source))))
    return list(files_below(path) if path.is_dir() else files_like(source))


def is_pattern(source: str) -> bool:
    """Whether a source is a pattern of names; the "?" of a web address is none."""
    return has_pattern(source) if is_address(source) else glob.has_magic(source)


def _toy(name: str) -> str:
    """Where to play with a name that is one of the toys of `bprop play`; else ""."""
    if name not in toys.CLASSES | toys.NUMBERS:
        return ""
    return f"; {name} is a toy to play with: bprop play {name}, and in Python bp.toys.{name}()"


def need_format(path: Path, options: ReadOptions = INFERRED) -> Format:
    """The format of a file, by its content and its name. Raises DataError, which lists those that are known, where it
    is none of them, and with the way on where it is of another program."""
    with opened(path) as file:
        named = format_of(content_name(path, file))
        known = format_in(path, named, file)
    if known is None:
        raise DataError(
            f"{path}: an unknown kind of file; the known ones are {', '.join(suffixes())}, and idx "
            "(train-images-idx3-ubyte.gz)"
        )
    _set_options(known, path, options)
    if named is not None and type(known) is not type(named):
        known.remarks = (f"{path}: it is read as {known.title}, which it is by its content",)
    return known


def _is_file(path: Path) -> bool:
    """Whether this is a file, or in an archive."""
    whole = archive_of(path)[0]
    if isinstance(whole, RemotePath):
        return whole.is_file()
    status = status_of(whole)
    return status is not None and stat.S_ISREG(status.st_mode)


def name_of(source: str, paths: list[Path]) -> str:
    """The name of a table of these files."""
    several = len(paths) > 1 or _is_folder(source)
    name = place_of(source).resolve().name if several else Path(bare(paths[0].name)).stem
    return "table" if glob.has_magic(name) else name


def bytes_in_memory(source: str, most: float = float("inf")) -> float:
    """About how many bytes reading and encoding all of a table takes. 0 where it cannot be read: reading says why.

    A gzipped file is unpacked to be counted, up to `most`: beyond it the exact size does not matter.
    """
    try:
        return sum(need_format(path).memory(path, most) for path in paths_of(source))
    except (OSError, BpropError):
        return 0


def files_below(folder: Path) -> Iterator[Path]:
    """The files of a folder and of the folders in it. Raises OSError."""

    def fail(error: OSError) -> None:
        raise error

    for where, _, names in os.walk(folder, onerror=fail):
        yield from (Path(where, name) for name in names)


def files_like(pattern: str) -> Iterator[Path]:
    """The files that a pattern such as "2024-*/**/*.csv" matches. Raises OSError."""
    _need_listed(pattern)
    return map(Path, glob.glob(pattern, recursive=True))


def _need_listed(pattern: str) -> None:
    """Raise OSError for a folder that may not be looked into, and may hold such a file: glob passes over it."""
    above, name = os.path.split(pattern)
    if glob.has_magic(above):
        _need_listed(above)
        folders = glob.glob(above, recursive=True)
    else:
        folders = [above or os.curdir]
    if name == ANY_DEPTH:
        folders += glob.glob(os.path.join(above, name, ""), recursive=True)
    for folder in filter(os.path.isdir, folders):
        if glob.has_magic(name):
            os.scandir(folder).close()
        else:
            status_of(os.path.join(folder, name))


def standard_input() -> BinaryIO:
    """The bytes that are piped in."""
    return sys.stdin.buffer


def _standard_input(read: Callable[..., Frame]) -> Frame:
    file, path = standard_input(), Path("stdin")
    first = file.read(CHUNK)
    raw = read_all(file, path, _cost_of(first), first)
    with unpacked(path, io.BytesIO(raw)) as content:
        known = format_in(path, None, content) or Csv()
        whole = raw if packing_of(io.BytesIO(raw)) is None else read_all(content, path, known.cost)
    return replace(read(known, path, lambda: whole), checksum=content_checksum(whole))


def _cost_of(first: bytes) -> float:
    """Bytes of memory for a byte of a file that begins so, as far as its first part says it; a packed one is counted
    again when it is unpacked."""
    return 1.0 if is_packed(first) else format_of_content(first).cost


def _set_options(known: Format, path: Path, options: ReadOptions) -> None:
    """Give a format the options. Raises SettingError for a sheet of what has none."""
    if options.sheet is not None and not isinstance(known, Workbook):
        raise SettingError(f"--sheet {options.sheet}: {path} is no workbook, and has no sheets")
    known.options = options


def _read(
    known: Format, path: Path, content: Callable[[], bytes], target: str | None, labels: Path | None,
    options: ReadOptions,
) -> Frame:  # fmt: skip
    _set_options(known, path, options)
    frame = known.read(Source(path, content(), content, target, labels, options))
    return replace(frame, remarks=(*known.remarks, *frame.remarks)) if known.remarks else frame
