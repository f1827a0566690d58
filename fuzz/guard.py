"""What no input may bring about: writing outside of the folder of the run, starting programs, opening sockets.

`watch()` switches it on for the rest of the process; `inside(folder)` says where writing is allowed meanwhile.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

FORBIDDEN = (
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "subprocess.Popen",
    "socket.connect",
    "pickle.find_class",
)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
PATHS = {"os.rename": 2, "os.remove": 1, "os.mkdir": 1, "os.rmdir": 1, "os.link": 2, "os.symlink": 2, "os.truncate": 1}

allowed: list[str] = []
strict = True


class EscapeError(AssertionError):
    """Something that no input may bring about."""


@contextmanager
def inside(folder: str | os.PathLike, refuse: bool = False) -> Iterator[None]:
    """Within, nothing is written outside of `folder`: that is a finding; or, with `refuse`, is not permitted, as on a
    disk that may only be read (for command lines, which may name any file)."""
    global strict
    allowed.append(os.path.realpath(folder))
    strict = not refuse
    try:
        yield
    finally:
        allowed.pop()


def watch() -> None:
    """From now on."""
    sys.addaudithook(_seen)


def _seen(event: str, args: tuple[Any, ...]) -> None:
    if not allowed:
        return
    if event in FORBIDDEN:
        raise EscapeError(f"{event}{args!r}")
    if event == "open":
        path, _, flags = args
        if isinstance(flags, int) and flags & WRITING and not isinstance(path, int):
            _check(event, path)
    elif event in PATHS:
        for path in args[: PATHS[event]]:
            if not isinstance(path, int):  # a file that is open, and was looked at as it was opened
                _check(event, path)


def _check(event: str, path: Any) -> None:
    full = os.path.realpath(os.fsdecode(path))
    if full == os.devnull or any(full == folder or full.startswith(folder + os.sep) for folder in allowed):
        return
    if strict:
        raise EscapeError(f"{event} {full}")
    raise PermissionError(13, "Permission denied", full)
