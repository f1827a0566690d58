"""Open a folder by descriptor, if nobody but its user and root can change it or the way to it.

The way is walked from the root, one descriptor after the other, with the checks of OpenSSH's StrictModes. The folder
that has been checked is the one used, whatever is renamed meanwhile. Every folder on the way

- belongs to the user or to root, and
- is not writable by others. Allowed are a sticky folder such as /tmp, in which nobody can rename what belongs to the
  user or root, and a group without other members, which a umask of 002 gives to a user's own files.

A link on the way is followed if it belongs to the user or root: people put ~/.cache on another disk. The folder itself
is no link, belongs to the user, and is writable by nobody else at all.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from functools import cache
from pathlib import Path, PurePosixPath

if os.name == "posix":
    import grp
    import pwd

OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH
LINKS = 40  # followed on one way; more are a circle
ROOT = 0


class UntrustedError(Exception):
    """Somebody else can change, or may have put there, what would be used. The message says what and why."""


def open_folder(path: Path, make: bool = False) -> int:
    """A descriptor of the folder at an absolute path. `make`: make missing folders on the way, for the user alone.

    Raises UntrustedError where others could change it, OSError where there is none.
    """
    if (os.getuid(), os.getgid()) != (os.geteuid(), os.getegid()):
        raise UntrustedError("this program runs with the rights of another user or group (setuid)")
    names, links = _names(path), 0
    way, here = Path("/"), _open("/", None, last=not names)
    try:
        _check(here, way, last=not names)
        while names:
            name = names.pop()
            below, target = _enter(name, here, way / name, make, last=not names)
            if target is not None:
                links += 1
                if links > LINKS:
                    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
                names += _names(target)
                if target.is_absolute():
                    way, below = Path("/"), _open("/", None, last=False)
            if below is not None:
                os.close(here)
                here, way = below, way if target is not None else way / name
                _check(here, way, last=not names)
    except BaseException:
        os.close(here)
        raise
    return here


def _names(path: PurePosixPath | Path) -> list[str]:
    """The names on the way, the first one last."""
    parts = path.parts[1:] if path.is_absolute() else path.parts
    return list(reversed(parts))


def _open(name: str, above: int | None, last: bool) -> int:
    """A descriptor to read the last folder, and to search the ones before it, which may not be readable."""
    purpose = os.O_RDONLY if last else getattr(os, "O_PATH", os.O_RDONLY)
    return os.open(name, purpose | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=above)


def _enter(name: str, above: int, path: Path, make: bool, last: bool) -> tuple[int | None, PurePosixPath | None]:
    """(descriptor of the folder called `name`, None), or (None, where it points to) if it is a link to be followed."""
    try:
        return _open(name, above, last), None
    except FileNotFoundError:
        if not make:
            raise
        with contextlib.suppress(FileExistsError):  # another process has just made it
            os.mkdir(name, 0o700, dir_fd=above)
        return _open(name, above, last), None
    except OSError:
        status = os.stat(name, dir_fd=above, follow_symlinks=False)
        if not stat.S_ISLNK(status.st_mode):
            raise
    if last:
        raise UntrustedError(f"{str(path)!r} is a link")
    if status.st_uid not in (ROOT, os.geteuid()):
        raise UntrustedError(f"the link {str(path)!r} belongs to {_user(status.st_uid)}")
    return None, PurePosixPath(os.readlink(name, dir_fd=above))


def _check(number: int, path: Path, last: bool) -> None:
    """Raise UntrustedError for a folder that others can change."""
    status, user = os.fstat(number), os.geteuid()
    if status.st_uid != user and (last or status.st_uid != ROOT):
        raise UntrustedError(f"{str(path)!r} belongs to {_user(status.st_uid)}, not to {_user(user)}")
    if not status.st_mode & OTHERS_MAY_WRITE:
        return
    if not last and status.st_mode & stat.S_ISVTX:
        return
    if not last and not status.st_mode & stat.S_IWOTH and _only_ours(status.st_gid, user) and not _has_list(number):
        return
    mode = stat.S_IMODE(status.st_mode)
    raise UntrustedError(
        f"other users may write in {str(path)!r}, whose mode is {mode:o}: take that from them (chmod go-w)"
    )


def _user(number: int) -> str:
    try:
        return f"user {pwd.getpwuid(number).pw_name!r}"
    except KeyError:
        return f"user {number}"


@cache
def _only_ours(group: int, user: int) -> bool:
    """Whether all members of a group are known, and are the user or root."""
    try:
        more = set(grp.getgrgid(group).gr_mem)
    except KeyError:
        return False
    users = pwd.getpwall()
    members = {one.pw_uid for one in users if one.pw_gid == group or one.pw_name in more}
    return bool(members) and members <= {ROOT, user} and more <= {one.pw_name for one in users}


def _has_list(number: int) -> bool:
    """Whether a folder has an access control list (Linux): then the mode of its group is not only the group's."""
    if not hasattr(os, "getxattr"):
        return False
    try:
        os.getxattr(f"/proc/self/fd/{number}", "system.posix_acl_access")
    except OSError as error:
        return error.errno not in (errno.ENODATA, errno.ENOTSUP)
    return True
