"""A study: the trials that are done, in memory and in a file that another run goes on with.

The file is a journal of Optuna (JSON, a line at a time), with a study called "bprop": `optuna.load_study` and Optuna's
dashboard read it. It holds trials that have ended, and no others: a trial that was interrupted leaves nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bprop.disk.locks import Lock
from bprop.disk.near import near_file
from bprop.errors import BpropError, ModelFileError, SettingError
from bprop.tuning.library import as_settings, distributions, optuna, quiet
from bprop.tuning.ranges import Range
from bprop.tuning.trial import COMPLETE, FAILED, Trial

NAME = "bprop"
"""The name of the study in its file, and of the attribute with what bprop notes of the study and of a trial."""
FORMAT = 1
BEGINS = b'{"op_code":'


class Study:
    """The trials of a search. `begin` draws the settings of the next one, `end` keeps it."""

    space: Mapping[str, Range]
    journal: Journal | None

    def __init__(self, space: Mapping[str, Range], maximise: bool, pruner: Any, journal: Journal | None):
        self.space, self.journal = space, journal
        self.trials: list[Trial] = [] if journal is None else journal.read(space)
        with quiet():
            self.memory: Any = optuna().create_study(
                study_name=NAME, direction="maximize" if maximise else "minimize", pruner=pruner
            )
            self.memory.add_trials([] if journal is None else journal.study.get_trials(deepcopy=False))

    def begin(self, sampler: Any, params: Mapping[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """(the trial of Optuna, its settings). params : in Optuna's terms, those that are not drawn."""
        with quiet():
            self.memory.sampler = sampler
            if params is not None:
                self.memory.enqueue_trial(dict(params))
            live = self.memory.ask(distributions(self.space))
        return live, as_settings(self.space, live.params)

    def end(self, live: Any, trial: Trial) -> None:
        """Keep a trial that has ended. Raises ModelFileError where the file cannot be written."""
        states = optuna().trial.TrialState
        state = {COMPLETE: states.COMPLETE, FAILED: states.FAIL}.get(trial.state, states.PRUNED)
        with quiet():
            live.set_user_attr(NAME, trial.to_plain())
            self.memory.tell(live, trial.value if trial.state == COMPLETE else None, state)
            self.trials.append(trial)
            if self.journal is not None:
                self.journal.write(self.memory.get_trials(deepcopy=False)[-1])

    def close(self) -> None:
        """Let other runs have the file."""
        if self.journal is not None:
            self.journal.close()


class Journal:
    """The file of a study, which is locked until `close`.

    identity : what the trials of a study have in common: {what: plain data}. A file of another study is refused.

    Raises ModelFileError for a file that is none, is damaged, or is in use; SettingError for one of another study.
    """

    def __init__(self, path: str | os.PathLike[str], identity: Mapping[str, Any], maximise: bool):
        self.path: Path = Path(path)
        self._need_folder()
        self._lock = Lock(self.path.with_name(f".{self.path.name}.lock"), self.path)
        try:
            with quiet():
                self.study: Any = self._open({"format": FORMAT, **identity}, maximise)
        except BaseException as error:
            self.close()
            if isinstance(error, OSError):
                raise self._cannot(error) from error
            raise

    def _need_folder(self) -> None:
        folder = self.path.absolute().parent
        if not folder.is_dir():
            raise ModelFileError(f"cannot write the study {self.path}: there is no folder {folder}{near_file(folder)}")
        if self.path.exists() and not self.path.is_file():
            raise ModelFileError(f"cannot write the study {self.path}: it is no regular file")

    def _open(self, identity: Mapping[str, Any], maximise: bool) -> Any:
        self._mend()
        storages, direction = optuna().storages, "maximize" if maximise else "minimize"
        is_new = not self.path.exists() or self.path.stat().st_size == 0
        try:
            backend = storages.journal.JournalFileBackend(os.fspath(self.path), lock_obj=Held())  # type: ignore[arg-type]
            storage = storages.JournalStorage(backend)
            if is_new:
                study = optuna().create_study(study_name=NAME, storage=storage, direction=direction)
                study.set_user_attr(NAME, json.loads(json.dumps(identity)))
                return study
            study = optuna().load_study(study_name=NAME, storage=storage)
            before = dict(study.user_attrs[NAME])
        except (OSError, MemoryError):
            raise
        except Exception as error:  # a damaged file can raise anything
            raise self._damaged(error) from error
        _need_same(self.path, before, json.loads(json.dumps(identity)))
        return study

    def _mend(self) -> None:
        """Cut off half a line, which a process that was killed has left. Raises ModelFileError for another file."""
        if not self.path.exists() or self.path.stat().st_size == 0:
            return
        content = self.path.read_bytes()
        if not content.startswith(BEGINS):
            raise ModelFileError(f"{self.path} is no study of `bprop tune`, and is left as it is: choose another name")
        whole = content[: content.rfind(b"\n") + 1]
        try:
            for line in whole.splitlines():
                json.loads(line)
        except (ValueError, RecursionError) as error:
            raise self._damaged(error) from error
        if len(whole) < len(content):
            os.truncate(self.path, len(whole))

    def read(self, space: Mapping[str, Range]) -> list[Trial]:
        """The trials in the file. Raises ModelFileError."""
        try:
            return [
                Trial.from_plain(one.user_attrs[NAME], as_settings(space, one.params))
                for one in self.study.get_trials(deepcopy=False)
            ]
        except (KeyError, TypeError, ValueError, AttributeError, StopIteration) as error:
            raise self._damaged(error) from error

    def write(self, frozen: Any) -> None:
        """Add a trial. Raises ModelFileError."""
        try:
            self.study.add_trial(frozen)
        except OSError as error:
            raise self._cannot(error) from error

    def close(self) -> None:
        self._lock.release()

    def _damaged(self, error: Exception) -> BpropError:
        if isinstance(error, BpropError):
            return error
        return ModelFileError(f"{self.path}: no study of `bprop tune`, or a damaged one ({type(error).__name__})")

    def _cannot(self, error: OSError) -> ModelFileError:
        return ModelFileError(f"cannot write the study {self.path}: {error.strerror or error}")


def _need_same(path: Path, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Raise SettingError where a file holds a study of something else, naming it."""
    for what in {**before, **now}:
        if before.get(what) == now.get(what):
            continue
        change = _change(before.get(what), now.get(what))
        raise SettingError(
            f"{path} is a study with another {what}{change}: go on with what it began with, or give a new file"
        )


def _change(before: Any, now: Any) -> str:
    """The difference in words: " (lr was 0.1, and is 0.01)"."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        name = next(name for name in {**before, **now} if before.get(name) != now.get(name))
        was, is_now = (f"{one[name]}" if name in one else "not there" for one in (before, now))
        return f" ({name} was {was}, and is {is_now})"
    return f" (it was {before}, and is {now})" if not isinstance(before, Mapping | list) else ""


class Held:
    """A lock for Optuna's own writing, which needs none: the file is locked as a whole."""

    def acquire(self) -> bool:
        return True

    def release(self) -> None:
        pass
