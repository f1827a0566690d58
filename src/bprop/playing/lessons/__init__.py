"""Five guided lessons, which run on the real graph."""

from bprop.playing.lessons.backward import BACKWARD
from bprop.playing.lessons.checking import CHECKING
from bprop.playing.lessons.forward import FORWARD
from bprop.playing.lessons.initialisation import INITIALISATION
from bprop.playing.lessons.lesson import Lesson, Question, Step, Task
from bprop.playing.lessons.look import Look
from bprop.playing.lessons.output_gradient import OUTPUT_GRADIENT

__all__ = ["LESSONS", "Lesson", "Look", "Question", "Step", "Task"]

LESSONS = {lesson.name: lesson for lesson in (FORWARD, BACKWARD, OUTPUT_GRADIENT, INITIALISATION, CHECKING)}
"""The lessons by name, in the order in which they are taken."""
