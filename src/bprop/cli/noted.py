"""run.json in a folder of checkpoints: the options of the run, the folder it began in, and the files it wrote."""

from __future__ import annotations

import errno
import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bprop.console import say
from bprop.disk.atomic import write_atomically
from bprop.disk.reading import read_small, status_of, why
from bprop.errors import ModelFileError
from bprop.remote.download import forget
from bprop.remote.path import RemotePath, model_place_of
from bprop.visible import visible

RUN = "run.json"
MOST = 2**20  # the largest run.json that is read, in bytes
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


@dataclass
class Noted:
    """The contents of run.json in the folder `place`.

    words : the options and arguments of `bprop train`. home : the folder in which the command was run.
    written : {absolute path: `identity`} of the files that the run has written.
    inode : the inode of the folder; a copy of the folder has another.
    """

    place: Path
    words: list[str]
    home: str
    written: dict[str, list[int]] = field(default_factory=dict)
    inode: int | None = None

    @classmethod
    def begin(cls, place: Path, words: list[str], before: Noted | None) -> Noted:
        """Write the record of a run that begins, or that continues `before`. Raises ModelFileError."""
        inode = None if isinstance(place, RemotePath) else os.stat(place).st_ino
        noted = cls(place, words, os.getcwd(), {} if before is None else before.written, inode)
        noted.write()
        return noted

    @classmethod
    def read(cls, place: Path) -> Noted:
        """The record in a folder. Raises ModelFileError."""
        path = place / RUN
        try:
            noted = json.loads(_content_of(path))
            words, home = [str(word) for word in noted["words"]], str(noted["folder"])
            written = {str(name): [int(n) for n in numbers] for name, numbers in noted.get("made", {}).items()}
            return cls(place, words, home, written, noted.get("inode"))
        except (FileNotFoundError, NotADirectoryError) as error:
            raise ModelFileError(
                f"{place}: no run of `bprop train --checkpoint {place.name} --every ...` is noted here "
                f"({error.strerror or error})"
            ) from error
        except OSError as error:
            raise ModelFileError(f"{path}: cannot be read: {why(error)}") from error
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise ModelFileError(f"{path}: damaged: run `bprop train` with the same options and --resume") from error

    @property
    def path(self) -> Path:
        return self.place / RUN

    def write(self) -> None:
        """Write run.json so that no other user can change it. Raises ModelFileError."""
        noted: dict[str, Any] = {
            "format": 1, "folder": self.home, "words": self.words, "inode": self.inode, "made": self.written,
        }  # fmt: skip
        write_atomically(self.path, json.dumps(noted, indent=1).encode())
        if isinstance(self.path, RemotePath):
            return
        mode = os.stat(self.path).st_mode
        if mode & OTHERS_WRITE and os.name == "posix":
            os.chmod(self.path, stat.S_IMODE(mode) & ~OTHERS_WRITE)

    def add(self, path: Path) -> None:
        """Note that the run has made a file."""
        try:
            name, numbers = _identified(path)
            if numbers is None:
                return
            self.written[name] = numbers
            self.write()
        except (ModelFileError, OSError) as error:
            say(f"bprop: {visible(error)}: `bprop resume` will ask for --overwrite", error=True)

    def call_result(self, path: Path) -> None:
        """Note another name for the model of the run (the last option noted is --out)."""
        self.words[-1] = str(path.absolute())

    def has_made(self, path: str | os.PathLike[str]) -> bool:
        """True if the run has written this file and nobody has changed it since."""
        name, numbers = _identified(path)
        return numbers is not None and self.written.get(name) == numbers

    def is_own(self) -> bool:
        """True if this user wrote run.json in this very folder: it is no copy, and no other user can change it.

        At an address that cannot be known: then `need_rights` of `bprop resume` looks at the files to write.
        """
        if isinstance(self.path, RemotePath):
            return True
        status = os.stat(self.path)
        if os.name == "posix" and (status.st_uid != os.geteuid() or status.st_mode & OTHERS_WRITE):
            return False
        return self.inode == os.stat(self.place).st_ino


def _content_of(path: Path) -> bytes:
    """The content of run.json now. Raises OSError, and UnreadableError at an address."""
    if isinstance(path, RemotePath):
        if not path.exists():
            raise FileNotFoundError(errno.ENOENT, "there is no such file")
        forget(path.address)
    return read_small(path, MOST)


def _identified(path: str | os.PathLike[str]) -> tuple[str, list[int] | None]:
    """(the name of a file in run.json, its `identity`); None for something else than a regular file."""
    place = model_place_of(path)
    if isinstance(place, RemotePath):
        return place.address, place.identity()
    status = status_of(place)
    regular = status is not None and stat.S_ISREG(status.st_mode)
    return os.path.realpath(place), identity(status) if regular and status is not None else None


def identity(status: os.stat_result) -> list[int]:
    """Numbers that differ between files, and change when a file changes."""
    return [status.st_ino, status.st_size, status.st_mtime_ns]
