"""Commands on lessons: begin one, go on, go back, answer, end."""

from __future__ import annotations

from typing import Any

from bprop.playing import read
from bprop.playing.commands.building import fitting
from bprop.playing.commands.command import At, command, named
from bprop.playing.lessons import LESSONS, Step
from bprop.playing.refused import RefusedError
from bprop.playing.work import State


@command({"name": read.text})
def lesson(at: At, name: str) -> State:
    """A lesson from its beginning."""
    read.choice(name, "name", LESSONS)
    return _begun(at, name, 1)


@command()
def next_(at: At) -> State:
    """The next step of the lesson. Its scene is set."""
    name, step = _now(at)
    if step == len(LESSONS[name].steps):
        raise RefusedError("this is the last step of the lesson", "end the lesson, or go back")
    return _entered(at, name, step + 1)


@command()
def previous(at: At) -> State:
    """The step before. The scenes up to it are set anew."""
    name, step = _now(at)
    if step == 1:
        raise RefusedError("this is the first step of the lesson")
    return _begun(at, name, step - 1)


@command()
def end_lesson(at: At) -> State:
    """No lesson. All stays as it is."""
    return at.state.with_view(lesson=None, answer=None, begun=None)


@command({"value": read.anything}, undone=False)
def answer(at: At, value: Any) -> State:
    """An answer to the question of the step: a number or a text."""
    name, step = _now(at)
    if LESSONS[name].steps[step - 1].question is None:
        raise RefusedError("this step asks no question")
    if isinstance(value, str):
        return at.state.with_view(answer=read.text(value, "value"))
    return at.state.with_view(answer=read.number(value, "value"))


def _now(at: At) -> tuple[str, int]:
    if at.state.view.lesson is None:
        raise RefusedError("there is no lesson now", "begin one: lesson {name}")
    return at.state.view.lesson


def _begun(at: At, name: str, step: int) -> State:
    """The state at a step, as one comes to it from the beginning of the lesson without doing anything."""
    for number in range(1, step + 1):
        at = at.after(_entered(at, name, number))
    return at.state


def _entered(at: At, name: str, number: int) -> State:
    """The state with the scene of a step."""
    state = _played(at, LESSONS[name].steps[number - 1])
    return state.with_view(lesson=(name, number), answer=None, begun=state.work)


def _played(at: At, step: Step) -> State:
    """The state after the commands of a scene."""
    for message in step.scene:
        of, keys = named(dict(message))
        before, state = at.state, of.does(at, **keys)
        if state.work.subject is not before.work.subject or state.work.network is not before.work.network:
            state = fitting(at.after(state))
        at = at.after(state)
    return at.state
