"""Opens files for reading. A missing file, a file that may not be read, and a folder or device get different errors."""

from __future__ import annotations

import errno
import os
import stat

NOT_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)
# O_NONBLOCK: else opening a pipe into which nobody writes would hang
READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def status_of(path: str | os.PathLike[str]) -> os.stat_result | None:
    """The status of the file behind all links; None if there is none. Raises OSError if that cannot be determined."""
    try:
        return os.stat(path)
    except ValueError:  # a name with a null character
        return None
    except OSError as error:
        if error.errno in NOT_THERE:
            return None
        raise


def why(error: BaseException) -> str:
    """The text of a system error: "permission denied"."""
    if isinstance(error, MemoryError):
        return "not enough memory"
    text = str(getattr(error, "strerror", None) or error or type(error).__name__)
    return text[:1].lower() + text[1:]


def not_a_file(path: str | os.PathLike[str]) -> str | None:
    """The reason why a name is not that of a regular file; None if it is. Raises OSError."""
    status = status_of(path)
    if status is None:
        return "there is no such file"
    if stat.S_ISDIR(status.st_mode):
        return "there is no such file: it is a folder"
    return None if stat.S_ISREG(status.st_mode) else "it is no regular file"


def need_access(path: str | os.PathLike[str]) -> None:
    """Open a file and close it again. Raises OSError if it may not be read."""
    os.close(os.open(path, READ))


def read_small(path: str | os.PathLike[str], most: int) -> bytes:
    """The content of a regular file of at most `most` bytes. Raises OSError."""
    with open(path, "rb", opener=lambda name, flags: os.open(name, READ)) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file")
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it is larger than {most:,} bytes")
    return content
