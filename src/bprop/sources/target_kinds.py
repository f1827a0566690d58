"""The task that options ask for: --task, and --kind for a column of targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bprop import names
from bprop.errors import SettingError, UnknownNameError
from bprop.sources.classes import BOOLEAN, NOCASE
from bprop.sources.frame import Frame

TASKS = ("classification", "regression", "counts")
SEVERAL = ("regression", "multilabel")
KINDS = {"categorical": "classification", "boolean": "classification", "numeric": "regression"}
OF_SEVERAL = {"boolean": "multilabel", "numeric": "regression"}
"""{kind of a column of targets: its task}."""
SPELLING = f"categorical:{NOCASE}"
"""The kind of classes that are one where they differ by case or blanks alone."""
FORMATTED = "numeric:"
"""How the kind of a target begins that says how its numbers are written: numeric:1.234,5."""


@dataclass(frozen=True)
class Wanted:
    """The task that is asked for, or None; how spellings of a class are joined; and the reason, for people."""

    task: str | None
    join: str = ""
    reason: str = ""


def wanted_of(columns: tuple[str, ...], task: str | None, kinds: Mapping[str, str], frame: Frame) -> Wanted:
    """The task that options, or else the source, ask for. Raises SettingError where they contradict each other."""
    known = TASKS if len(columns) == 1 else SEVERAL
    if task not in (None, *known):
        if len(columns) > 1:
            raise UnknownNameError(f"several columns are predicted as one of: {names.known(task, known)}; not {task!r}")
        raise UnknownNameError(f"no task is called {task!r} here; there are: {names.known(task, known)}")
    ours = {name: kinds[name] for name in columns if name in kinds}
    if ours:
        return _of_kinds(columns, task, ours)
    if task is not None:
        return Wanted(task, reason=f"as --task {task} says")
    return Wanted(frame.task, reason=f"as {frame.name} says" if frame.task else "")


def are_names(columns: tuple[str, ...], task: str | None, kinds: Mapping[str, str]) -> bool:
    """Whether options say that the targets are names, so that no cell of them is bad."""
    return task == "classification" or any(
        kinds.get(name, "").startswith(("categorical", "boolean")) for name in columns
    )


def _of_kinds(columns: tuple[str, ...], task: str | None, kinds: Mapping[str, str]) -> Wanted:
    tasks = {name: _task_of(name, kind, len(columns) > 1) for name, kind in kinds.items()}
    words = " ".join(f"--kind {name}={kind}" for name, kind in kinds.items())
    if len(set(tasks.values())) > 1:
        raise SettingError(f"{words}: several targets have one task: make all numeric, or all boolean")
    (meant,) = set(tasks.values())
    if task == "counts" and meant == "regression":
        meant = task
    if task not in (None, meant):
        raise SettingError(f"{words} means --task {meant}, not --task {task}: leave one of them out")
    kind = next(iter(kinds.values()))
    join = "" if len(columns) > 1 else {"boolean": BOOLEAN, SPELLING: NOCASE}.get(kind, "")
    return Wanted(meant, join, f"as {words} says")


def _task_of(name: str, kind: str, is_one_of_several: bool) -> str:
    known = OF_SEVERAL if is_one_of_several else {**KINDS, SPELLING: "classification"}
    if kind.startswith(FORMATTED):
        return known["numeric"]
    if kind not in known:
        what = "one of several targets" if is_one_of_several else "the target"
        raise SettingError(f"--kind {name}={kind}: {name} is {what}, which can be: {', '.join(known)}")
    return known[kind]
