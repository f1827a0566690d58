"""A folder of checkpoints: the last few, called step-000000001200.bprop after the updates made, and best.bprop."""

from __future__ import annotations

import contextlib
import os
import re
import time
from pathlib import Path

from bprop.disk import unfinished
from bprop.errors import ModelFileError
from bprop.remote.path import RemotePath, model_place_of

KEPT = 3
"""Checkpoints kept: should the newest be damaged, there are others to go back to."""
BEST = "best.bprop"
MEMBER = "member-"
"""The name of the folder, or the end of the name of the file, of a member of an ensemble, before its number."""
OLD_UNFINISHED = ".tmp"  # as bprop 0.1 called what it was writing, without a lock on it
_NAME = re.compile(r"step-(\d{12,})\.bprop")


class Folder:
    """Which files of a folder are checkpoints. A file has its name only once it is whole (see `bprop.files`)."""

    def __init__(self, path: str | os.PathLike[str]):
        self.path: Path = model_place_of(path)

    def step(self, updates: int) -> Path:
        """The checkpoint after so many updates."""
        return self.path / f"step-{updates:012}.bprop"

    @property
    def best(self) -> Path:
        """The model of the epoch that did best on the validation set."""
        return self.path / BEST

    def steps(self) -> dict[int, Path]:
        """{updates: checkpoint}, the newest first."""
        try:
            names = self.path.names() if isinstance(self.path, RemotePath) else os.listdir(self.path)
        except OSError as error:
            raise ModelFileError(f"cannot read the folder {self.path}: {error.strerror or error}") from error
        paths = {int(match[1]): self.path / match[0] for match in map(_NAME.fullmatch, names) if match}
        return dict(sorted(paths.items(), reverse=True))

    def begun(self) -> bool:
        """Whether there are checkpoints here, or in the folder of a member of an ensemble."""
        members = [path for path in self.path.glob(f"{MEMBER}*") if path.is_dir()]
        return bool(self.steps()) or any(Folder(path).steps() for path in members)

    def prune(self, updates: int) -> None:
        """Remove all but the last few up to the one after `updates`; those beyond it are damaged.

        A file that cannot be removed stays.
        """
        numbers = self.steps()
        keep = [number for number in numbers if number <= updates][:KEPT]
        for number, path in numbers.items():
            if number not in keep:
                with contextlib.suppress(OSError, ModelFileError):
                    path.unlink()

    def clear_unfinished(self) -> None:
        """Remove the unfinished files of killed processes. A file that cannot be removed stays."""
        unfinished.tidy(self.path)
        with contextlib.suppress(OSError):
            for name in os.listdir(self.path):
                if name.startswith((".step-", f".{BEST}.")) and name.endswith(OLD_UNFINISHED):
                    self._remove_if_old(self.path / name)

    @staticmethod
    def _remove_if_old(path: Path) -> None:
        with contextlib.suppress(OSError):
            if time.time() - path.lstat().st_mtime > unfinished.ABANDONED:
                os.unlink(path)
