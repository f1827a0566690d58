"""Files that are written into and never replaced: devices, pipes, standard output."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import sys
import time
from collections.abc import Iterator, Sequence

Parts = Sequence[bytes | memoryview]
MOST_LINKS = 40


@contextlib.contextmanager
def opened(path: str) -> Iterator[int | None]:
    """A descriptor to write into; None for a regular file or a new name. Raises OSError, also for a folder.

    A name of an open file of this process, such as /dev/stdout, means this open file, even if it is a regular file:
    opening it again would overwrite it from its start.
    """
    own = own_descriptor(path)
    if own is not None:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()  # earlier output comes first
        yield own
        return
    kind = file_type(path)
    if kind == stat.S_IFDIR:
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    if kind == stat.S_IFBLK:
        raise OSError(errno.ENOTSUP, "it is a disk, not a file on one")
    if kind in (None, stat.S_IFREG):
        yield None
        return
    descriptor = os.open(path, os.O_WRONLY | getattr(os, "O_NOCTTY", 0))
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def file_type(path: str) -> int | None:
    """The kind of file behind all links (stat.S_IFREG, ...); None if there is none. Raises OSError."""
    try:
        return stat.S_IFMT(os.stat(path).st_mode)
    except FileNotFoundError:
        return None


def own_descriptor(path: str) -> int | None:
    """The number of the open file of this process that `path` names, as /dev/stdout and /dev/fd/3 do; else None."""
    for _ in range(MOST_LINKS):
        folder, name = os.path.split(path)
        folder = os.path.realpath(folder)
        if re.fullmatch(rf"/dev/fd|/proc/{os.getpid()}(/task/\d+)?/fd", folder) and re.fullmatch("[0-9]{1,9}", name):
            return int(name)
        path = os.path.join(folder, name)
        try:
            path = os.path.join(folder, os.readlink(path))
        except OSError:  # it is no link, or there is no such file
            return None
    return None


def write_all(descriptor: int, parts: Parts) -> None:
    """Write the parts, which are buffers of bytes, one after the other. Raises OSError."""
    for part in parts:
        left = memoryview(part)
        while left:
            try:
                left = left[os.write(descriptor, left) :]  # the system may write only a part of it
            except BlockingIOError:  # a full pipe in non-blocking mode
                time.sleep(0.001)
