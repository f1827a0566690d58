"""The part `lesson`: the step of the lesson, with its numbers, and whether what it asks is done."""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np

from bprop.errors import BpropError
from bprop.playing.computed import Computed
from bprop.playing.lessons import LESSONS, Look, Question, Step
from bprop.playing.plain import plain
from bprop.playing.work import State


def choices() -> list[dict[str, str]]:
    """The lessons that there are."""
    return [{"name": lesson.name, "title": lesson.title} for lesson in LESSONS.values()]


def hides_mistake(state: State) -> bool:
    """Whether the step of the lesson asks for the mistake that is planted."""
    if state.view.lesson is None:
        return False
    name, number = state.view.lesson
    return LESSONS[name].steps[number - 1].hides_mistake


def lesson(state: State, computed: Computed) -> dict[str, Any] | None:
    if state.view.lesson is None:
        return None
    name, number = state.view.lesson
    of = LESSONS[name]
    step = of.steps[number - 1]
    head = {"name": name, "title": of.title, "step": number, "of": len(of.steps)}
    try:
        with np.errstate(all="ignore"):
            return {**head, **_step(step, Look(state, computed), state.view.answer)}
    except (LookupError, ValueError, ArithmeticError, TypeError, BpropError):  # a box of the text is gone, or a number
        return {
            **head, "text": ASTRAY, "formulas": {}, "task": None, "task_done": None, "done": False,
            "highlight": ["previous", "next"], "question": None,
        }  # fmt: skip


ASTRAY = (
    "This step speaks of another network than the one that is here now. Go back a step and on again: then its network "
    "is here as before. Or end the lesson."
)


def _step(step: Step, look: Look, reply: Any) -> dict[str, Any]:
    return {
        "text": step.written(look),
        "formulas": {one.text: f'<math display="block" class="formula">{one.mathml}</math>' for one in step.formulas},
        "task": None if step.task is None else step.task.text,
        "task_done": None if step.task is None else step.task.done(look),
        "done": step.is_done(look, reply),
        "highlight": list(step.highlight),
        "question": None if step.question is None else _question(step.question, look, reply),
    }


def _question(question: Question, look: Look, reply: Any) -> dict[str, Any]:
    answer = question.answer(look)
    return {
        "text": question.text,
        "answer": answer if isinstance(answer, str) else plain(answer) if isfinite(answer) else None,
        "tolerance": None if isinstance(answer, str) else question.tolerance,
        "choices": None if question.choices is None else question.choices(look),
        "given": reply,
        "right": None if reply is None else question.is_right(look, reply),
    }
