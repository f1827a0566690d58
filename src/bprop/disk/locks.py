"""A lock on a place. One run writes there; a second run is refused, with an error that names the first."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
import weakref

from bprop.disk import named_lock
from bprop.disk.flock import try_lock
from bprop.disk.holder import Holder
from bprop.errors import ModelFileError
from bprop.outside import pass_on_limit

ATTEMPTS = 1000
PATIENCE = 50  # hundredths of a second
OPEN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Lock:
    """Holds the lock file `path` until `release`, or until the process ends, however it ends.

    The system drops a lock when its process dies, so the lock file of a killed process is taken over. If the file
    system has no locks, the file names the process that holds it (see `named_lock`). A forked child does not hold it.

    place : the locked file or folder, named in errors.

    Raises ModelFileError if another run holds the lock, or the lock file cannot be written.
    """

    _descriptor: int | None = None
    _named = False

    def __init__(self, path: str | os.PathLike[str], place: str | os.PathLike[str]):
        self._place = place
        try:
            self.path: str = os.path.abspath(path)
        except OSError as error:
            pass_on_limit(error)
            raise ModelFileError(f"cannot lock {place}: {error.strerror or error}") from error
        self._need()
        _held.add(self)

    def _need(self) -> None:
        try:
            holder = self._take()
        except OSError as error:
            pass_on_limit(error)
            raise ModelFileError(f"cannot lock {self._place} with {self.path}: {error.strerror or error}") from error
        if holder is not None:
            raise ModelFileError(
                f"{self._place} is in use: {holder}; wait until that run ends, or choose another place"
                + (f" (if that run has ended, remove {holder.file})" if holder.file else "")
            )

    def renew(self) -> bool:
        """Take the lock again if somebody has removed its file. Returns True in this case. Raises ModelFileError."""
        descriptor = self._descriptor
        if descriptor is None or self._is_ours(descriptor):
            return False
        self._need()
        os.close(descriptor)
        return True

    def _take(self) -> Holder | None:
        """Take the lock and return None, or return its holder. Raises OSError."""
        here = Holder.here()
        for _ in range(ATTEMPTS):
            descriptor = self._opened()
            if descriptor is None:
                continue
            try:
                locked = try_lock(descriptor)
                if locked is False:
                    return _named(descriptor)
                if locked is None:
                    with contextlib.suppress(OSError):
                        os.unlink(self.path)
                    holder = named_lock.take(self.path + named_lock.SUFFIX)
                    self._named = holder is None
                    return holder
                if self._is_ours(descriptor):
                    here.write(descriptor)
                    self._descriptor, descriptor = descriptor, None
                    return None
            finally:
                if descriptor is not None:
                    os.close(descriptor)
        raise OSError(errno.EAGAIN, "other processes keep taking and releasing it")

    def _opened(self) -> int | None:
        """The open lock file, created if necessary; None if another user's file was removed: then try again."""
        try:
            descriptor = os.open(self.path, OPEN | os.O_RDWR | os.O_CREAT, 0o666)
        except PermissionError:
            if not os.path.lexists(self.path):
                raise
            descriptor = os.open(self.path, OPEN | os.O_RDONLY)  # it belongs to another user
            if try_lock(descriptor) is True:  # and the process of that user has ended
                self._remove(descriptor)
                return None
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(errno.EINVAL, "it is no regular file")
        return descriptor

    def _remove(self, descriptor: int) -> None:
        try:
            if self._is_ours(descriptor):
                os.unlink(self.path)
        finally:
            os.close(descriptor)

    def _is_ours(self, descriptor: int) -> bool:
        """True if the locked file still has its name. (A run that ends removes its lock file.)"""
        try:
            return os.path.samestat(os.fstat(descriptor), os.lstat(self.path))
        except FileNotFoundError:
            return False

    def release(self) -> None:
        """Release the lock and remove its file."""
        try:
            self._release()
        except BaseException:  # an interrupt: the rest is released all the same
            self._release()
            raise

    def _release(self) -> None:
        descriptor = self._descriptor
        named, self._named = self._named, False
        if descriptor is None and not named:
            return
        with contextlib.suppress(OSError):
            if named:
                named_lock.let_go(self.path + named_lock.SUFFIX)
            if descriptor is not None and os.name != "nt" and self._is_ours(descriptor):
                os.unlink(self.path)  # while the lock is held, so that it is no other run's file
        if descriptor is not None:
            self._descriptor = None
            with contextlib.suppress(OSError):
                os.close(descriptor)
            if os.name == "nt":  # Windows removes no open file, so a file that another run has opened since stays
                with contextlib.suppress(OSError):
                    os.unlink(self.path)

    def _forget(self) -> None:
        """Close the lock in a forked child. The parent holds it, and it must end with the parent."""
        self._named = False
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __del__(self) -> None:
        self.release()


def _named(descriptor: int) -> Holder:
    """The holder of the lock. A process that has just taken it needs a moment to write itself into the file."""
    for _ in range(PATIENCE):
        holder = Holder.read(descriptor)
        if holder.pid:
            return holder
        time.sleep(0.01)
    return Holder.read(descriptor)


_held: weakref.WeakSet[Lock] = weakref.WeakSet()


def _forget_all() -> None:
    for lock in list(_held):
        lock._forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
