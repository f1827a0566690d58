"""Lesson 3: why the gradient is f - e(y)."""

from __future__ import annotations

from math import nan

from bprop.playing.lessons.lesson import Lesson, Question, Step, Task, compared
from bprop.playing.lessons.look import Look
from bprop.playing.lessons.scenes import SMALL, network


def other(look: Look) -> int:
    """The class that is not the label."""
    return 1 - look.label


OUTPUT_GRADIENT = Lesson("output_gradient", "Why the gradient is f - e(y)", (
    Step(
        "The network answers with the probabilities f = softmax(a2) of two classes. The target y says which class is "
        "right. Forward propagation is done for this example.",
        (*SMALL, {"do": "run_pass", "phase": "fprop"}),
        ("f", "y"),
        question=Question("Which class is right? Read y.", lambda look: look.label, 0.0),
    ),
    Step(
        "The loss is L = -log f[y]: only the probability of the right class counts. The derivative of -log is "
        "minus one over its argument, so dL/df[y] = -1 / f[y]. For every other class it is 0. Here f[y] is {share}.",
        (),
        ("f", "loss"),
        question=Question("What is -1 / f[y]?", lambda look: -1 / look.value("f", look.label), 0.02),
        numbers={"share": lambda look: look.value("f", look.label)},
    ),
    Step(
        "Softmax comes before. When the score of the right class grows, f[y] grows with the slope f[y] (1 - f[y]). "
        "The product of both is the gradient at this score:\n\n"
        "-1 / f[y] times f[y] (1 - f[y]) = f[y] - 1. The fractions are gone.",
        (),
        ("a2", "f"),
        question=Question("What is f[y] - 1?", lambda look: look.value("f", look.label) - 1),
    ),
    Step(
        "When the score of another class c grows, f[y] falls, with the slope -f[y] f[c]. The product is\n\n"
        "-1 / f[y] times -f[y] f[c] = f[c].",
        (),
        ("a2", "f"),
        question=Question(
            "So what is the gradient at the score of the other class?", lambda look: look.value("f", other(look)),
        ),
    ),
    Step(
        "Both cases are one formula: the gradient at the scores is f - e(y). e(y) is 1 for the class y and 0 for the "
        "others. It is the answer minus the right answer.\n\nMake moves until the loss has sent its gradient, and "
        "compare.",
        ({"do": "run_pass", "phase": "fprop"},),
        ("forward", "a2"),
        Task(
            "Make moves until a2 has its gradient.", lambda look: look.position >= look.after("loss", "bprop"),
        ),
        Question("What is dL/da2[y], the gradient at the right class?", lambda look: look.gradient("a2", look.label)),
    ),
    Step(
        "The probabilities add up to 1, and so does e(y). What one class gains, another class loses.",
        (),
        ("a2",),
        question=Question(
            "What do dL/da2[0] and dL/da2[1] add up to?",
            lambda look: look.gradient("a2", 0) + look.gradient("a2", 1),
        ),
    ),
    Step(
        "Say that the other class is right: change the target of this example to {other} by hand. The probabilities "
        "stay. The gradient at the scores changes at once, for e(y) has changed.",
        ({"do": "example", "row": 0}, {"do": "run_pass"}),
        ("target", "y"),
        Task(
            "Set the target to the other class.",
            lambda look: look.label != int(look.work.subject.data["y"][look.state.view.row]),
        ),
        Question("What is dL/da2[0] now?", lambda look: look.gradient("a2", 0)),
        {"other": lambda look: 1 - int(look.work.subject.data["y"][look.state.view.row])},
    ),
    Step(
        "A network that is right and certain has f close to e(y), and a gradient close to 0: nothing is left to "
        "learn. At the beginning the gradient at the scores has the size {size} over all examples.",
        (*network((4, "tanh")), {"do": "run_pass"}),
        ("train", "epoch"),
        Task("Train until the mean loss is below 0.1.", lambda look: look.lowest_loss < 0.1),
        Question(
            "Is the size of the gradient at a2 smaller or larger than before?",
            lambda look: nan if look.updates < 1 else compared(look.gradient_size("a2"), look.begun_size("a2")),
            choices=lambda look: ["smaller", "larger"],
        ),
        {"size": lambda look: look.begun_size("a2")},
    ),
))  # fmt: skip
