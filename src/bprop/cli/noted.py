"""run.json in a folder of checkpoints: the options of the run, where it was begun, and the files that it has made."""

from __future__ import annotations

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
from bprop.visible import visible

RUN = "run.json"
MOST = 2**20  # bytes of it
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


@dataclass
class Noted:
    """What run.json of the folder `place` says.

    words : the options and arguments of `bprop train`. home : the folder in which the command was given.
    made : {absolute path: what tells the file apart} of the files that the run has written.
    inode : of the folder, which a copy of it does not have.
    """

    place: Path
    words: list[str]
    home: str
    made: dict[str, list[int]] = field(default_factory=dict)
    inode: int | None = None

    @classmethod
    def begin(cls, place: Path, words: list[str], before: Noted | None) -> Noted:
        """Note a run that begins, or, with what was noted `before`, goes on. Raises ModelFileError."""
        inode = os.stat(place).st_ino
        noted = cls(place, words, os.getcwd(), {} if before is None else before.made, inode)
        noted.write()
        return noted

    @classmethod
    def read(cls, place: Path) -> Noted:
        """What is noted in a folder. Raises ModelFileError."""
        path = place / RUN
        try:
            noted = json.loads(read_small(path, MOST))
            words, home = [str(word) for word in noted["words"]], str(noted["folder"])
            made = {str(name): [int(n) for n in numbers] for name, numbers in noted.get("made", {}).items()}
            return cls(place, words, home, made, noted.get("inode"))
        except (FileNotFoundError, NotADirectoryError) as error:
            raise ModelFileError(
                f"{place}: no run of `bprop train --checkpoint {place.name} --every ...` is noted here "
                f"({error.strerror or error})"
            ) from error
        except OSError as error:
            raise ModelFileError(f"{path}: cannot be read: {why(error)}") from error
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise ModelFileError(f"{path}: damaged: give the options of the run again, with --resume") from error

    @property
    def path(self) -> Path:
        return self.place / RUN

    def write(self) -> None:
        """Write it so that nobody else can change it. Raises ModelFileError."""
        noted: dict[str, Any] = {
            "format": 1, "folder": self.home, "words": self.words, "inode": self.inode, "made": self.made,
        }  # fmt: skip
        write_atomically(self.path, json.dumps(noted, indent=1).encode())
        mode = os.stat(self.path).st_mode
        if mode & OTHERS_WRITE and os.name == "posix":
            os.chmod(self.path, stat.S_IMODE(mode) & ~OTHERS_WRITE)

    def add(self, path: Path) -> None:
        """Note that the run has made a file."""
        status = status_of(path)
        if status is None or not stat.S_ISREG(status.st_mode):
            return
        self.made[os.path.realpath(path)] = identity(status)
        try:
            self.write()
        except (ModelFileError, OSError) as error:
            say(f"bprop: {visible(error)}: `bprop resume` will ask for --overwrite", error=True)

    def call_result(self, path: Path) -> None:
        """Note another name for the model of the run (the last option noted is --out)."""
        self.words[-1] = str(path.absolute())

    def has_made(self, path: str | os.PathLike) -> bool:
        """Whether a file is one that the run has made, and that nobody has changed since."""
        status = status_of(path)
        return status is not None and self.made.get(os.path.realpath(path)) == identity(status)

    def is_own(self) -> bool:
        """Whether it was written by this user in this very folder: not another's, not a copy, not changed by others."""
        status = os.stat(self.path)
        if os.name == "posix" and (status.st_uid != os.geteuid() or status.st_mode & OTHERS_WRITE):
            return False
        return self.inode == os.stat(self.place).st_ino


def identity(status: os.stat_result) -> list[int]:
    """What tells a file apart from others, and from itself before a change."""
    return [status.st_ino, status.st_size, status.st_mtime_ns]
