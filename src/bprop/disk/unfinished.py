"""Files that are being written. They have a random name beside the final one, and are locked until they get it."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import time
from typing import NamedTuple

from bprop.disk.flock import try_lock

UNFINISHED = ".bprop-tmp"  # the suffix of their names
NAME = re.compile(r"\..*\.[0-9a-f]{16}" + re.escape(UNFINISHED), re.DOTALL)
SHOWN = 32  # bytes of the target's name in their names; file systems allow names of 255 bytes, some of 143
ABANDONED = 3600.0  # seconds without a change; then a file counts as abandoned, if the file system has no locks
ATTEMPTS = 100
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
LOOK = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


class Unfinished(NamedTuple):
    """A file that only this process writes."""

    path: str
    descriptor: int


def begin(target: str, mode: int) -> Unfinished:
    """A new, empty file in the folder of `target`. Raises OSError."""
    folder, name = os.path.split(target)
    for _ in range(ATTEMPTS):
        path = os.path.join(folder, f".{shortened(name)}.{os.urandom(8).hex()}{UNFINISHED}")
        try:
            descriptor = os.open(path, NEW, mode)
        except FileExistsError:
            continue
        if _claimed(path, descriptor):
            return Unfinished(path, descriptor)
    raise FileExistsError(f"no free name beside {target}")


def _claimed(path: str, descriptor: int) -> bool:
    """Lock a new file. Returns False if another process, tidying up, has just removed it as left over."""
    try:
        locked = try_lock(descriptor)
        if locked is None or (locked and os.fstat(descriptor).st_nlink):
            return True
    except BaseException:
        os.close(descriptor)
        os.unlink(path)
        raise
    os.close(descriptor)
    return False


def shortened(name: str) -> str:
    """The first SHOWN bytes of a name."""
    return os.fsencode(name)[:SHOWN].decode(errors="ignore")


def tidy(folder: str | os.PathLike[str]) -> None:
    """Remove the unfinished files of killed processes. The files of living processes stay."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if NAME.fullmatch(entry.name):
                with contextlib.suppress(OSError):
                    _remove_if_left_over(entry.path)


def _remove_if_left_over(path: str) -> None:
    descriptor = os.open(path, LOOK)
    try:
        status = os.fstat(descriptor)
        locked = try_lock(descriptor) if stat.S_ISREG(status.st_mode) else False
        if locked or (locked is None and time.time() - status.st_mtime > ABANDONED):
            os.unlink(path)
    finally:
        os.close(descriptor)
