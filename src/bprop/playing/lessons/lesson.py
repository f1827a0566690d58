"""The parts of a lesson: steps with a text, a scene, a task and a question. All numbers come from the graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bprop.formulas.pieces import Piece
from bprop.playing.lessons.look import Look

Number = Callable[[Look], float]
Command = Mapping[str, Any]


@dataclass(frozen=True)
class Task:
    """A task of the student. done : whether it is done."""

    text: str
    done: Callable[[Look], bool]


@dataclass(frozen=True)
class Question:
    """A question, whose answer is computed from the graph.

    answer : a number, or one of the choices; nan before the task is done, if it needs its result. choices : texts to
    choose from. tolerance : how far a number may be off, so that a number that was read from the screen is right.
    """

    text: str
    answer: Callable[[Look], float | str]
    tolerance: float = 0.01
    choices: Callable[[Look], list[str]] | None = None

    def is_right(self, look: Look, reply: float | str) -> bool:
        """Whether an answer is right."""
        answer = self.answer(look)
        if isinstance(answer, str):
            return str(reply).strip().lower() == answer.lower()
        try:
            return abs(float(reply) - answer) <= self.tolerance
        except ValueError:
            return False


@dataclass(frozen=True)
class Step:
    """A step of a lesson.

    text : short paragraphs, a line between them; {name} in it is a number. numbers : these, with `digits` digits.
    scene : the commands that set the scene. highlight : boxes and commands that the text speaks of.
    formulas : those whose text is a paragraph of the text. hides_mistake : the page does not name the mistake that is
    planted, for the question asks for it.
    """

    text: str
    scene: tuple[Command, ...] = ()
    highlight: tuple[str, ...] = ()
    task: Task | None = None
    question: Question | None = None
    numbers: Mapping[str, Number] = field(default_factory=dict)
    digits: int = 3
    formulas: tuple[Piece, ...] = ()
    hides_mistake: bool = False

    def written(self, look: Look) -> str:
        """The text with its numbers."""
        return self.text.format(**{name: figure(of(look), self.digits) for name, of in self.numbers.items()})

    def is_done(self, look: Look, reply: Any) -> bool:
        """Whether the student has done what the step asks."""
        answered = self.question is None or (reply is not None and self.question.is_right(look, reply))
        return answered and (self.task is None or self.task.done(look))


@dataclass(frozen=True)
class Lesson:
    """A guided lesson."""

    name: str
    title: str
    steps: tuple[Step, ...]


def figure(number: float, digits: int) -> str:
    """A number with so many digits."""
    return f"{number:.{digits}g}"
