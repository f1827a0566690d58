"""A lock on an open file. The system drops it when the process that holds it ends, however it ends."""

from __future__ import annotations

import errno
import os
from importlib import import_module

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

HELD = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)
UNSUPPORTED = (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EBADF)
FAR = 2**30  # the byte that Windows locks. It lies beyond the content, because nobody else may read a locked byte.


def try_lock(descriptor: int) -> bool | None:
    """Lock the file without waiting: True if locked, False if somebody else holds it, None without locks there.

    The lock belongs to the open file. So other processes are somebody else, and so are other openings of the file in
    this process. None means that the file system has no locks. Raises OSError.
    """
    try:
        if fcntl is None:
            _lock_a_byte(descriptor)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in HELD:
            return False
        if error.errno in UNSUPPORTED:
            return None
        raise
    return True


def _lock_a_byte(descriptor: int) -> None:
    msvcrt = import_module("msvcrt")
    place = os.lseek(descriptor, 0, os.SEEK_CUR)
    try:
        os.lseek(descriptor, FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    finally:
        os.lseek(descriptor, place, os.SEEK_SET)
