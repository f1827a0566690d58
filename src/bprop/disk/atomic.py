"""Writes a file whole or not at all, even while other processes write it."""

from __future__ import annotations

import contextlib
import errno
import os

from bprop.disk import special, unfinished
from bprop.disk.special import Parts, write_all
from bprop.errors import ModelFileError
from bprop.remote.path import address_of
from bprop.remote.upload import put

CANNOT_FLUSH = (errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES, errno.EPERM)
ACCESS_LIST = "system.posix_acl_access"
_tidied: set[str] = set()  # folders in which this process has already removed left-over files


def write_atomically(path: str | os.PathLike[str], content: bytes | Parts) -> None:
    """Write a file beside `path`, flush it to the disk, then rename it. A crash leaves the old file or the new one.

    Each call writes a file of its own, so of several writers the last one wins. A link stays a link: its target is
    written. A file keeps its permissions. A pipe or a device (/dev/null) is written into.

    content : bytes, or a sequence of buffers, which are written one after the other. path : may be an address
    (s3://bucket/model.bprop): see `remote.upload`.

    When it returns, the new file is on the disk. Raises ModelFileError if the file cannot be written.
    """
    parts = [content] if isinstance(content, bytes) else content
    if (address := address_of(path)) is not None:
        put(address, parts)
        return
    name = os.fsdecode(path)
    changed = "nothing was changed"
    try:
        if not name or name.endswith(("/", os.sep)):
            raise IsADirectoryError(errno.EISDIR, "that is the name of a folder")
        with special.opened(name) as descriptor:
            if descriptor is None:
                target = os.path.realpath(name)
                _replace(target, parts)
            else:
                changed = "a part may have been written"
                write_all(descriptor, parts)
                return
    except OSError as error:
        raise ModelFileError(f"cannot write {name}: {error.strerror or error}; {changed}") from error
    except ValueError as error:  # a name with a null character
        raise ModelFileError(f"cannot write {name!r}: {error}; {changed}") from error
    try:
        _flush_folder(os.path.dirname(target))
    except OSError as error:
        raise ModelFileError(f"{name} may not outlive a crash: {error.strerror or error}") from error
    _tidy_once(os.path.dirname(target))


def _replace(target: str, parts: Parts) -> None:
    """Write the parts to a new file, then rename it to `target`. Raises OSError."""
    try:
        before = os.stat(target)
    except FileNotFoundError:
        before = None
    file = unfinished.begin(target, 0o666 if before is None else 0o600)
    is_open = True
    try:
        write_all(file.descriptor, parts)
        if before is not None:
            _keep_rights(file.descriptor, target, before)
        os.fsync(file.descriptor)
        if os.name == "nt":  # Windows cannot rename an open file
            is_open = False
            os.close(file.descriptor)
        os.replace(file.path, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(file.path)
        raise
    finally:
        if is_open:
            with contextlib.suppress(OSError):  # the content is on the disk already
                os.close(file.descriptor)


def _keep_rights(descriptor: int, target: str, before: os.stat_result) -> None:
    """Give a new file the owner, group, access list and permissions of the replaced file, as far as possible."""
    if not hasattr(os, "fchown"):
        return
    mode, now = before.st_mode & 0o777, os.fstat(descriptor)
    if now.st_uid != before.st_uid:
        with contextlib.suppress(OSError):
            os.fchown(descriptor, before.st_uid, -1)
    if now.st_gid != before.st_gid:
        try:
            os.fchown(descriptor, -1, before.st_gid)
        except OSError:
            mode = mode & ~0o070 | (mode & 0o007) << 3  # another group has no more rights than everybody
    if hasattr(os, "getxattr"):
        with contextlib.suppress(OSError):  # most files have no access list
            os.setxattr(descriptor, ACCESS_LIST, os.getxattr(target, ACCESS_LIST))
    os.fchmod(descriptor, mode)


def _flush_folder(path: str) -> None:
    """Flush the names in a folder to the disk, if the file system can do that. Raises OSError."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    try:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except PermissionError:  # this user may write into the folder, but not list it
        return
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno not in CANNOT_FLUSH:
            raise
    finally:
        os.close(folder)


def _tidy_once(folder: str) -> None:
    if folder not in _tidied:
        _tidied.add(folder)
        unfinished.tidy(folder)
