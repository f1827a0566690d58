"""Checks of options that need no data: reading it may take minutes."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

from bprop import embedding
from bprop.architecture import TASKS, Architecture
from bprop.disk.near import near_file
from bprop.errors import SettingError, UnknownNameError
from bprop.names import known
from bprop.sources.columns.infer import need_kind
from bprop.sources.opening import is_there
from bprop.sources.target_kinds import SEVERAL
from bprop.sources.target_kinds import TASKS as OF_ONE


def check_seed(seed: int) -> None:
    """Raise SettingError for a seed below 0."""
    if seed < 0:
        raise SettingError(f"--seed {seed}: give a whole number, 0 or more")


def check_task(task: str | None, target: str | None) -> None:
    """Raise UnknownNameError for a task that no targets have."""
    every = dict.fromkeys((*OF_ONE, *SEVERAL))
    if task is not None and task not in every:
        raise UnknownNameError(f"no task is called {task!r} here; there are: {known(task, every)}")


def check_kinds(kinds: Mapping[str, str]) -> None:
    """Raise UnknownNameError for a kind that does not exist."""
    for name, kind in kinds.items():
        need_kind(name, kind)


def check_part(word: str, option: str) -> None:
    """Raise SettingError for held-out rows that are neither a share, nor a number of examples, nor a file."""
    try:
        size = float(word)
    except ValueError:
        if not is_there(word):
            raise SettingError(
                f"{option} {word}: give a share in [0, 1), a whole number of examples, or a file; there is no such file"
                f"{near_file(word)}"
            ) from None
        return
    if not (isfinite(size) and size >= 0 and (size < 1 or size == int(size))):
        raise SettingError(f"{option} {word}: give a share in [0, 1) or a whole number of examples")


def check_network(network: Architecture, task: str | None) -> None:
    """Build a small network of this kind. Raises the errors of settings that do not go together.

    task : None if the data decides it; then the loss must go with one task at least.
    """
    errors = []
    for one in (task,) if task is not None else TASKS:
        try:
            fitting = Architecture(**{**vars(network), "task": one})
            embedding.network(fitting, 2, {}, 2 if one == "classification" else 1)
        except (SettingError, UnknownNameError) as error:
            errors.append(error)
        else:
            return
    raise errors[0]
