"""The entries of one trusted folder, each reached relative to the folder's descriptor and checked once it is open.

Windows has no owners, modes and descriptors of folders as POSIX has them. There, entries are reached by path. They lie
in the user's profile, in which other users cannot write.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path

from bprop.engines.store.trusted import OTHERS_MAY_WRITE, UntrustedError, open_folder

UNFINISHED = ".part"
POSIX = os.name == "posix"
BINARY = getattr(os, "O_BINARY", 0)  # Windows
READ = os.O_RDONLY | BINARY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY | getattr(os, "O_NOFOLLOW", 0)


class Folder:
    """`with Folder(path) as folder`: raises UntrustedError or OSError as `open_folder` does."""

    def __init__(self, path: Path, make: bool = False):
        self.path = path
        self.number: int | None = None
        if POSIX:
            self.number = open_folder(path, make)
        else:
            if make:
                path.mkdir(parents=True, exist_ok=True)
            if not path.is_dir():
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))

    def __enter__(self) -> Folder:
        return self

    def __exit__(self, *error: object) -> None:
        if self.number is not None:
            os.close(self.number)

    def _at(self, name: str) -> str:
        return name if self.number is not None else str(self.path / name)

    def read(self, name: str, most: int, forbidden: int = OTHERS_MAY_WRITE, links: int = 1) -> bytes:
        """The content of an entry. UntrustedError for one that is not a file of the user's own of at most `most` bytes.

        forbidden : the modes that it must not have.
        links : how many names it may have.
        """
        try:
            number = os.open(self._at(name), READ, dir_fd=self.number)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.EMLINK):  # what O_NOFOLLOW answers
                raise UntrustedError(f"{name!r} is a link") from error
            raise
        try:
            status = os.fstat(number)
            if not stat.S_ISREG(status.st_mode) or status.st_nlink > links or status.st_size > most:
                raise UntrustedError(f"{name!r} is not an entry of this folder alone")
            if self.number is not None and (status.st_uid != os.geteuid() or status.st_mode & forbidden):
                raise UntrustedError(f"{name!r} is not the user's alone")
            with open(number, "rb", closefd=False) as file:
                return file.read(status.st_size)
        finally:
            os.close(number)

    def write(self, name: str, content: bytes, first: bool = False) -> None:
        """Write an entry whole or not at all. `first`: one that is there already stays."""
        temporary = os.urandom(16).hex() + UNFINISHED
        number = os.open(self._at(temporary), WRITE, 0o600, dir_fd=self.number)
        try:
            with open(number, "wb") as file:
                file.write(content)
            if not first or not self._link(temporary, name):
                os.replace(self._at(temporary), self._at(name), src_dir_fd=self.number, dst_dir_fd=self.number)
        except BaseException:
            self.remove(temporary)
            raise

    def _link(self, temporary: str, name: str) -> bool:
        """Give a file its name if nothing has it; False where the file system cannot."""
        try:
            os.link(self._at(temporary), self._at(name), src_dir_fd=self.number, dst_dir_fd=self.number)
        except FileExistsError:
            pass
        except OSError:
            return False
        self.remove(temporary)
        return True

    def remove(self, name: str) -> None:
        """Remove an entry, if it can be."""
        with contextlib.suppress(OSError):
            os.unlink(self._at(name), dir_fd=self.number)

    def touch(self, name: str) -> None:
        """Say that an entry is used now."""
        with contextlib.suppress(OSError):
            os.utime(self._at(name), dir_fd=self.number)

    def entries(self, suffix: str) -> list[tuple[float, int, str]]:
        """(when used last, bytes, name) of every file whose name ends so, the one used longest ago first."""
        rows = []
        for name in os.listdir(self.path if self.number is None else self.number):
            if name.endswith(suffix):
                with contextlib.suppress(OSError):  # another process has just removed it
                    status = os.stat(self._at(name), dir_fd=self.number, follow_symlinks=False)
                    rows.append((status.st_mtime, status.st_size, name))
        return sorted(rows)
