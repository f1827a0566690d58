"""A command of the page: its name, its keys, and what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, NamedTuple

from bprop.playing import read
from bprop.playing.computed import Computed
from bprop.playing.read import Reader
from bprop.playing.refused import RefusedError
from bprop.playing.subjects.subject import Subject
from bprop.playing.work import State

NONE: Mapping[str, Reader] = MappingProxyType({})


@dataclass(frozen=True)
class At:
    """Where a command begins: the state, what follows from it, and the subjects that can be opened by name."""

    state: State
    computed: Computed
    subjects: Mapping[str, Subject]

    def after(self, state: State) -> At:
        return replace(self, state=state)


class Command(NamedTuple):
    """A command. does : a function (at, **keys) -> the state after it. undone : whether undo takes it back."""

    name: str
    does: Callable[..., State]
    needed: Mapping[str, Reader]
    optional: Mapping[str, Reader]
    undone: bool


COMMANDS: dict[str, Command] = {}
"""The commands by name."""


def command(
    needed: Mapping[str, Reader] = NONE, optional: Mapping[str, Reader] = NONE, *, undone: bool = True
) -> Callable[[Callable[..., State]], Callable[..., State]]:
    """The function that it decorates is a command, of the function's name (without an underscore at its end)."""

    def enter(does: Callable[..., State]) -> Callable[..., State]:
        name = does.__name__.rstrip("_")
        COMMANDS[name] = Command(name, does, needed, optional, undone)
        return does

    return enter


def named(message: Any) -> tuple[Command, dict[str, Any]]:
    """The command of a message, and its keys as they are used. Raises RefusedError."""
    if not isinstance(message, dict) or "do" not in message:
        raise RefusedError(f'a command is an object, {{"do": name, ...}}, not {read.shown(message)}')
    name = read.choice(message["do"], "do", COMMANDS)
    of = COMMANDS[name]
    rest = {key: value for key, value in message.items() if key != "do"}
    return of, read.keys(rest, f"the command {name!r}", of.needed, of.optional)
