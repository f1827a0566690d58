"""Programs by key in a folder of the user's, those used longest ago removed beyond a limit.

A store never fails: what cannot be read is not there, what cannot be written is not kept. A folder that others can
change is not used at all; a line says so once.
"""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

from bprop.engines.store.folder import UNFINISHED, Folder
from bprop.engines.store.notice import say_once
from bprop.engines.store.seal import DIGEST, opened, sealed, secret
from bprop.engines.store.trusted import UntrustedError

LIMIT = 256 * 2**20  # bytes of all entries together; a program takes 0.1 to 1 MB
ENTRY = ".program"
ABANDONED = 3600.0  # seconds after which a file that a process began to write is taken to be forgotten


class Store:
    """Entries of at most `limit` bytes together, in a folder that several processes of one user may share.

    An entry is written to a file of its own and then renamed, so that a reader finds it whole or not at all. It is
    sealed. An entry that is damaged, or was not put there by this user, is recognised and removed.
    """

    folder: Path | None
    limit: int

    def __init__(self, folder: Path | None, limit: int = LIMIT):
        self.folder, self.limit = folder, limit

    def get(self, key: str) -> bytes | None:
        """The payload that was put under the key, or None."""
        folder = self._open()
        if folder is None:
            return None
        with folder:
            known = secret(folder)
            return None if known is None else self._proven(folder, known, key + ENTRY)

    def _proven(self, folder: Folder, known: bytes, name: str) -> bytes | None:
        """The payload of an entry; None where there is none, or none of this user's, which is removed."""
        try:
            payload = opened(known, name, folder.read(name, self.limit))
        except OSError:
            return None
        except UntrustedError:
            payload = None
        if payload is None:
            folder.remove(name)
        else:
            folder.touch(name)
        return payload

    def put(self, key: str, payload: bytes) -> None:
        """Keep the payload, if it can be written, and remove the oldest entries above the limit."""
        if len(payload) + DIGEST > self.limit:
            return
        folder = self._open(make=True)
        if folder is None:
            return
        with folder, contextlib.suppress(OSError):
            known = secret(folder, make=True)
            if known is not None:
                folder.write(key + ENTRY, sealed(known, key + ENTRY, payload))
                self._trim(folder)

    def _open(self, make: bool = False) -> Folder | None:
        if self.folder is None:
            return None
        try:
            return Folder(self.folder, make)
        except UntrustedError as error:
            advice = 'Set BPROP_CACHE to another folder, or to "off"'
            say_once(f"no compiled code is kept between runs, because {error}. {advice}")
        except OSError:  # there is none, or none that can be made
            pass
        return None

    def size(self) -> int:
        """Bytes of all entries."""
        folder = self._open()
        if folder is None:
            return 0
        with folder:
            return sum(size for _, size, _ in folder.entries(ENTRY))

    def _trim(self, folder: Folder) -> None:
        entries = folder.entries(ENTRY)
        total = sum(size for _, size, _ in entries)
        for _, size, name in entries:
            if total <= self.limit:
                break
            folder.remove(name)
            total -= size
        for used, _, name in folder.entries(UNFINISHED):
            if time.time() - used > ABANDONED:
                folder.remove(name)
