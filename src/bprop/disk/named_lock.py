"""Locks for file systems that have none: a file that only one process can make, and that says which.

A process that dies leaves it. Another on the same machine sees that, and takes it over; on another machine a person has
to remove it.
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
    """Make the file; or say who has. Raises OSError."""
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
    """Remove the file, if it is still ours. Raises OSError."""
    holder, here = _holder(path), Holder.here()
    if holder is not None and (holder.pid, holder.machine, holder.host) == (here.pid, here.machine, here.host):
        os.unlink(path)


def _holder(path: str) -> Holder | None:
    """Who made the file; None where it has gone."""
    try:
        descriptor = os.open(path, LOOK)
    except FileNotFoundError:
        return None
    try:
        return Holder.read(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: str, dead: Holder) -> None:
    """Remove the file of a process that has died; put back one that a living process has made in the meantime."""
    aside = f"{path}.{os.urandom(8).hex()}"
    with contextlib.suppress(OSError):
        os.rename(path, aside)
        if _holder(aside) != dead:
            os.link(aside, path)
        os.unlink(aside)
