"""The place where a run writes its checkpoints: a file or a folder, which nobody else writes to meanwhile."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from zlib import crc32

from bprop.disk import unfinished
from bprop.disk.locks import Lock
from bprop.disk.reading import status_of, why
from bprop.errors import ModelFileError, SettingError
from bprop.outside import pass_on_limit
from bprop.remote.path import RemotePath, model_place_of, name_of
from bprop.remote.upload import cannot_put
from bprop.training.checkpoints.claim import MARK, Claim
from bprop.training.checkpoints.folder import Folder

LOCK = ".lock"


class Place(os.PathLike[str]):
    """A place that is locked until `close`, or until the process ends. Use it in a `with`.

    path : a folder where it ends in a slash, is one already, or `every` is not None; else a file.
    resuming : whether the run goes on from the checkpoints in this very place.

    At an address nothing can be locked: see `claim`.

    Raises ModelFileError where another run writes there, naming its process; where nobody can write; and, for a run
    that begins, in a folder that holds another's checkpoints, which are not overwritten.
    """

    def __init__(self, path: str | os.PathLike[str], every: str | None = None, resuming: bool = True):
        self.path: Path = model_place_of(path)
        self.file: Path = self.path.absolute()  # the same where the program goes to another folder meanwhile
        self.folder: Folder | None = Folder(self.file) if is_folder(path, every) else None
        self._lock: Lock | None = None
        self._lost = False
        self._last: tuple[Path, tuple[int, int] | None] | None = None
        need_writable(path, inside=self.folder is not None)
        if self.folder is not None:
            _make(self.folder)
        self._claim: Claim | None = None
        if isinstance(self.file, RemotePath):
            self._claim_place(self.file, resuming)
            return
        if not resuming and not os.path.lexists(self._lock_file()):  # nobody writes there: it is left as it is
            self._need_unused()
        self._lock = Lock(self._lock_file(), path)
        if not resuming:
            try:
                self._need_unused()
            except ModelFileError:
                self.close()
                raise
        if self.folder is not None:
            self.folder.clear_unfinished()
        else:
            unfinished.tidy(self.file.parent)

    def _claim_place(self, path: RemotePath, resuming: bool) -> None:
        if not resuming:
            self._need_unused()
        mark = path / MARK if self.folder is not None else path.with_name(f".{path.name}{MARK}")
        self._claim = Claim(mark, self.path)

    def _lock_file(self) -> Path:
        if self.folder is not None:
            return self.file / LOCK
        target = Path(os.path.realpath(self.path))  # the same by whichever link
        return target.parent / f".{unfinished.shortened(target.name)}.{crc32(os.fsencode(target.name)):08x}{LOCK}"

    def _need_unused(self) -> None:
        if self.folder is not None and self.folder.begun():
            raise ModelFileError(
                f"{self.path} holds the checkpoints of a run: resume it, or give another folder (or remove this one)"
            )

    def need_held(self) -> None:
        """Raise ModelFileError if the place was removed and now belongs to another run."""
        if self._claim is not None:
            self._claim.need_held()
            return
        assert self._lock is not None
        if self._lock.renew() and self.folder is not None and self.folder.steps():
            self._lost = self._last is None or self._last[1] != _identity(self._last[0])
        if self._lost:
            raise ModelFileError(
                f"cannot write to {self.path}: the folder was removed, and a new one holds another run's checkpoints"
            )

    def written(self, path: Path) -> None:
        """Note the checkpoint that this run has written last."""
        if self._claim is None:
            self._last = path, _identity(path)

    def close(self) -> None:
        """Let other runs have the place."""
        for held in (self._lock, self._claim):
            if held is not None:
                held.release()

    def __fspath__(self) -> str:
        return str(self.path)

    def __enter__(self) -> Place:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _identity(path: Path) -> tuple[int, int] | None:
    """(size, time) of a file, which tell it apart from another of the same name. None if it does not exist."""
    status = status_of(path)
    return None if status is None else (status.st_size, status.st_mtime_ns)


def is_folder(path: str | os.PathLike[str], every: str | None = None) -> bool:
    """Whether a place for checkpoints is a folder rather than a file."""
    text, place = name_of(path), model_place_of(path)
    if isinstance(place, RemotePath):
        return every is not None or text.endswith("/") or place.is_dir()
    if every is not None and os.path.isfile(text):
        raise SettingError(f"{text} is a file: checkpoints every {every} go into a folder")
    return every is not None or os.path.isdir(text) or text.endswith(("/", os.sep))


def need_writable(path: str | os.PathLike[str], inside: bool = False) -> None:
    """Raise ModelFileError where a checkpoint can never be written: better now than after hours of training.

    inside : whether checkpoints are files of this folder, rather than this file.
    """
    place = model_place_of(path)
    if isinstance(place, RemotePath):
        if (reason := cannot_put(str(place / ".bprop" if inside else place))) is not None:
            raise ModelFileError(f"cannot write the checkpoint {place}: {reason}")
        return
    folder = place.absolute().parent
    try:
        above, there = status_of(folder), status_of(path)
    except OSError as error:
        pass_on_limit(error)
        raise ModelFileError(f"cannot write the checkpoint {path}: {why(error)}") from error
    if above is None or not stat.S_ISDIR(above.st_mode):
        raise ModelFileError(f"cannot write the checkpoint {path}: there is no folder {folder}")
    if there is not None and not stat.S_ISREG(there.st_mode) and not stat.S_ISDIR(there.st_mode):
        raise ModelFileError(f"cannot write the checkpoint {path}: it is no regular file, so no run could be resumed")


def _make(folder: Folder) -> None:
    if isinstance(folder.path, RemotePath):
        return
    try:
        folder.path.mkdir(exist_ok=True)
    except OSError as error:
        pass_on_limit(error)
        raise ModelFileError(f"cannot write the checkpoint {folder.path}: {error.strerror or error}") from error
