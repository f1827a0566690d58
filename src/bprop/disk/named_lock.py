"""Locks for file systems that have none: a file that only one process can create, and that names this process.

A process that dies leaves its file. A process on the same machine notices that and takes the lock over. On another
machine a person has to remove the file.
"""

from __future__ import annotations

import contextlib
import os

from bprop.disk.holder import Holder

SUFFIX = "ed"  # .lock becomes .locked
ATTEMPTS = 10
NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
LOOK = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def take(path: str) -> Holder | None:
    """Create the file and return None, or return the process that holds it. Raises OSError."""
    for _ in range(ATTEMPTS):
        try:
            descriptor = os.open(path, NEW, 0o666)
        except FileExistsError:
            holder = _holder(path)
            if holder is None:
                continue
            if not holder.is_dead():
                return holder.at(path)
            _remove(path, holder)
            continue
        try:
            Holder.here().write(descriptor)
        finally:
            os.close(descriptor)
        return None
    return Holder(0, "", 0.0, file=path)


def let_go(path: str) -> None:
    """Remove the file, if it still names this process. Raises OSError."""
    holder, here = _holder(path), Holder.here()
    if holder is not None and (holder.pid, holder.machine, holder.host) == (here.pid, here.machine, here.host):
        os.unlink(path)


def _holder(path: str) -> Holder | None:
    """The process that the file names; None if there is no file."""
    try:
        descriptor = os.open(path, LOOK)
    except FileNotFoundError:
        return None
    try:
        return Holder.read(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: str, dead: Holder) -> None:
    """Remove the file of a dead process. If a living process has created a new one in the meantime, put that back."""
    aside = f"{path}.{os.urandom(8).hex()}"
    with contextlib.suppress(OSError):
        os.rename(path, aside)
        if _holder(aside) != dead:
            os.link(aside, path)
        os.unlink(aside)
