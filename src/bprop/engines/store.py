"""Compiled programs kept between processes: bytes by key in a folder, those used longest ago removed beyond a limit.

The folder is `bprop` in the user's folder for caches: $XDG_CACHE_HOME or ~/.cache (Linux), ~/Library/Caches (macOS),
%LOCALAPPDATA% (Windows). The environment variable BPROP_CACHE names another folder, or says "off".
A store never fails: what cannot be read is not there, what cannot be written is not kept.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

LIMIT = 256 * 2**20  # bytes of all entries together; a program takes 0.1 to 1 MB
ENTRY, UNFINISHED = ".program", ".part"
ABANDONED = 3600.0  # seconds after which a file that a process began to write is taken to be forgotten
OTHERS_MAY_WRITE = 0o002


def default_folder(environment: Mapping[str, str] | None = None) -> Path | None:
    """Where programs are kept; None where BPROP_CACHE says "off", or where there is no home."""
    given = os.environ if environment is None else environment
    named = given.get("BPROP_CACHE", "")
    if named.lower() in ("off", "0", "no", "false"):
        return None
    with contextlib.suppress(RuntimeError):  # the home cannot be found out
        return Path(named).expanduser() if named else _caches(given) / "bprop"
    return None


def _caches(environment: Mapping[str, str]) -> Path:
    if sys.platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache")


class Store:
    """Entries of at most `limit` bytes together, in a folder that several processes may share.

    An entry is written to a file of its own and then renamed, so that a reader finds it whole or not at all. It begins
    with the SHA-256 of the rest, so that a damaged one is seen, and removed. To load a program is to run it: a folder
    in which everybody may write is not used.
    """

    def __init__(self, folder: Path | None, limit: int = LIMIT):
        self.folder, self.limit = folder, limit

    def get(self, key: str) -> bytes | None:
        """What was put under the key, or None."""
        if self.folder is None:
            return None
        path = self.folder / (key + ENTRY)
        try:
            if not self._trusted(self.folder):
                return None
            content = path.read_bytes()
        except OSError:
            return None
        digest, payload = content[:32], content[32:]
        whole = sha256(payload).digest() == digest
        with contextlib.suppress(OSError):
            if whole:
                os.utime(path)  # used now
            else:
                path.unlink()
        return payload if whole else None

    def put(self, key: str, payload: bytes) -> None:
        """Keep the payload, if it can be written, and remove what is too much."""
        if self.folder is None or len(payload) + 32 > self.limit:
            return
        with contextlib.suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._trusted(self.folder):
                self._write(self.folder / (key + ENTRY), sha256(payload).digest() + payload)
                self._trim()

    @staticmethod
    def _trusted(folder: Path) -> bool:
        return os.name != "posix" or not folder.stat().st_mode & OTHERS_MAY_WRITE

    def _write(self, path: Path, content: bytes) -> None:
        number, temporary = tempfile.mkstemp(suffix=UNFINISHED, dir=self.folder)
        try:
            with os.fdopen(number, "wb") as file:
                file.write(content)
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise

    def size(self) -> int:
        """Bytes of all entries."""
        return sum(size for _, size, _ in self._entries())

    def _entries(self) -> list[tuple[float, int, Path]]:
        """(when used last, bytes, file) of every entry, the one used longest ago first."""
        found = []
        for path in self.folder.glob("*" + ENTRY) if self.folder is not None else ():
            with contextlib.suppress(OSError):  # another process has just removed it
                status = path.stat()
                found.append((status.st_mtime, status.st_size, path))
        return sorted(found, key=lambda entry: entry[:2])

    def _trim(self) -> None:
        assert self.folder is not None
        entries = self._entries()
        total = sum(size for _, size, _ in entries)
        for _, size, path in entries:
            if total <= self.limit:
                break
            with contextlib.suppress(OSError):
                path.unlink()
            total -= size
        for path in self.folder.glob("*" + UNFINISHED):
            with contextlib.suppress(OSError):
                if time.time() - path.stat().st_mtime > ABANDONED:
                    path.unlink()
