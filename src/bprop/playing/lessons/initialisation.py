"""Lesson 4: initialisation and vanishing gradients."""

from __future__ import annotations

from math import log10, sqrt

from bprop.playing.lessons.lesson import Lesson, Question, Step, Task
from bprop.playing.lessons.look import Look
from bprop.playing.lessons.scenes import Scene, network

FIRST, LAST = "a1", "a6"
POWERS = {f"about {10**k:,} times": k for k in (1, 3, 5, 8)}


def deep(activation: str, initialisation: str) -> Scene:
    """Five hidden layers of 8 units, nothing trained."""
    return network(*[(8, activation)] * 5, subject="moons", initialisation=initialisation)


def shrinking(look: Look) -> float:
    """How many times smaller the gradient at the first layer is than at the last."""
    return look.gradient_size(LAST) / look.gradient_size(FIRST)


def as_power(ratio: float) -> str:
    """The choice that is nearest to a ratio."""
    return min(POWERS, key=lambda words: abs(POWERS[words] - log10(ratio)))


def learns(look: Look) -> str:
    """The parameter whose gradient is the largest, for the example."""
    gradients = look.whole.gradients
    return max(look.work.theta, key=lambda name: float(abs(gradients[name]).max()))


INITIALISATION = Lesson("initialisation", "Initialisation and vanishing gradients", (
    Step(
        "This network has five hidden layers of 8 units. All its weights and biases are 0. So every unit of a layer "
        "computes the same, and the value of every unit is 0. Only the two probabilities are 0.5.\n\n"
        "The gradient of a weight is the value below it times the gradient above it. The pass of this example is done: "
        "press Boxes to see all gradients.",
        (*deep("tanh", "zeros"), {"do": "run_pass"}),
        ("initialisation",),
        question=Question(
            "Look at the gradients of the parameters. Only one of them is not 0. Which one?",
            learns, choices=lambda look: [name for name in look.work.theta if name.endswith(("1", "6"))],
        ),
    ),
    Step(
        "So weights begin with random numbers, and units of a layer differ. Here they are small: from a normal "
        "distribution with the deviation 0.01. Each layer makes the values smaller. At a1 they have the size "
        "{low}, at a6 only {high}.",
        deep("tanh", "normal"),
        ("initialisation",),
        question=Question(
            "Gradients shrink too, on their way down. Compare their sizes at a6 and at a1 in the table below Progress. "
            "How many times smaller is the gradient at a1?",
            lambda look: as_power(shrinking(look)), choices=lambda look: list(POWERS),
        ),
        numbers={"low": lambda look: look.value_size(FIRST), "high": lambda look: look.value_size(LAST)},
    ),
    Step(
        "Glorot and Bengio chose the range so that values and gradients keep their size from layer to layer: each "
        "weight lies between -b and b. Here b = sqrt(6) / sqrt(units below + units above).",
        deep("tanh", "glorot_uniform"),
        ("initialisation", "W2"),
        question=Question("What is b for W2, with 8 units below and 8 above?", lambda look: sqrt(6) / sqrt(8 + 8)),
    ),
    Step(
        "With this initialisation the gradient at a6 has the size {high}, and the gradient at a1 the size {low}.",
        (),
        ("initialisation",),
        question=Question("How many times smaller is the gradient at a1?", shrinking, 0.1),
        numbers={"high": lambda look: look.gradient_size(LAST), "low": lambda look: look.gradient_size(FIRST)},
    ),
    Step(
        "The activation matters too. The slope of sigmoid is h (1 - h). It is the largest at a = 0, where h is 0.5. "
        "Backpropagation multiplies by this slope in each layer.",
        deep("sigmoid", "glorot_uniform"),
        ("activation",),
        question=Question("What is the largest slope of sigmoid?", lambda look: 0.25, 0.001),
    ),
    Step(
        "Five layers of sigmoid multiply five such slopes. The gradient at a6 has the size {high}, the gradient at a1 "
        "only {low}. The first layers hardly learn. This is the vanishing gradient.",
        deep("sigmoid", "glorot_uniform"),
        ("activation",),
        question=Question(
            "How many times smaller is the gradient at a1?", lambda look: as_power(shrinking(look)),
            choices=lambda look: list(POWERS),
        ),
        numbers={"high": lambda look: look.gradient_size(LAST), "low": lambda look: look.gradient_size(FIRST)},
    ),
    Step(
        "The slope of relu is 1 wherever a unit is active. He and others give it somewhat larger weights, for half of "
        "its units are off. The gradient at a6 has the size {high}, the gradient at a1 the size {low}: it arrives.",
        deep("relu", "he_normal"),
        ("train", "epoch", "step"),
        Task("Train until the mean loss is below 0.2.", lambda look: look.updates > 0 and look.lowest_loss < 0.2),
        numbers={"high": lambda look: look.begun_size(LAST), "low": lambda look: look.begun_size(FIRST)},
    ),
))  # fmt: skip
