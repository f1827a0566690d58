"""Lesson 5: checking a gradient."""

from __future__ import annotations

from bprop.check.slope import KINK, RIGHT, WRONG
from bprop.formulas.names import identifier
from bprop.formulas.pieces import added, called, divided, multiplied, number, subtracted
from bprop.playing.lessons.lesson import Lesson, Question, Step, Task
from bprop.playing.lessons.look import Look
from bprop.playing.lessons.scenes import SMALL, network
from bprop.playing.mistakes import MISTAKES

WEIGHT = {"parameter": "W1", "index": [0, 0]}
W, EPS = identifier("w"), identifier("eps")
SLOPE = divided(
    subtracted(called("J", [added([W, EPS])]), called("J", [subtracted(W, EPS)])), multiplied(number(2), EPS, " ")
)
OFFERED = ("tanh_without_its_square", "linear_without_its_transpose", "loss_with_its_sign_turned")


def judged(look: Look, verdict: str) -> bool:
    """Whether the chosen weight has been checked, with this verdict."""
    return "parameter" in look.check and look.check["verdict"] == verdict


def planted(look: Look) -> str:
    """The box with the mistake."""
    return "" if look.work.mistake is None else look.work.mistake[1]


def boxes(look: Look) -> list[str]:
    return [node.name for node in look.whole.plan.nodes]


def text_of(look: Look) -> str:
    return "" if look.work.mistake is None else MISTAKES[look.work.mistake[0]].text


CHECKING = Lesson("checking", "Checking a gradient", (
    Step(
        "Backpropagation is code, and code has mistakes. A gradient can be checked without it. Change one weight w by "
        f"a small number eps, up and down, and compute the loss J both times. Then\n\n{SLOPE.text}\n\n"
        "is the slope of the line through both points. It is close to the gradient dJ/dw.",
        (*SMALL, {"do": "choose", **WEIGHT}),
        ("check", "W1"),
        Task("Check the gradient of the chosen weight, W1[0, 0].", lambda look: judged(look, RIGHT)),
        formulas=(SLOPE,),
    ),
    Step(
        "The picture shows J as a curve of w, the line through both points, and the tangent with the slope that "
        "backpropagation gives. With eps = 0.1, J is {high} at w + eps and {low} at w - eps.",
        (*SMALL, {"do": "check", **WEIGHT, "epsilon": 0.1}),
        ("check",),
        question=Question(
            f"What is {SLOPE.text}?", lambda look: look.check.get("slope", float("nan")), 0.001,
        ),
        numbers={
            "high": lambda look: look.check["secant"][1][1] if look.check else float("nan"),
            "low": lambda look: look.check["secant"][0][1] if look.check else float("nan"),
        },
        digits=6,
    ),
    Step(
        "With a smaller eps, the line comes closer to the tangent: the error shrinks with eps^2. But do not make eps "
        "too small. The two losses would then agree in almost all their digits, and their difference would be "
        "rounding noise.",
        (*SMALL, {"do": "check", **WEIGHT, "epsilon": 0.1}),
        ("check",),
        Task(
            "Check again with an eps of at most 0.01.",
            lambda look: judged(look, RIGHT) and look.check["epsilon"] <= 0.01,
        ),
        Question(
            "Is the slope of the line now closer to that of the tangent?",
            lambda look: "yes" if abs(look.check.get("slope", 0) - look.check.get("tangent", 0)) < 1e-3 else "no",
            choices=lambda look: ["yes", "no"],
        ),
    ),
    Step(
        "Now one box has a mistake in its bprop. Its values are right, so forward propagation shows nothing. Training "
        "would run, only worse.\n\n"
        "The check of every box compares its bprop with its own fprop. So it names the box that is wrong.",
        (*SMALL, {"do": "mistake", "name": "tanh_without_its_square", "box": "h1"}),
        ("check_boxes",),
        Task("Check every box.", lambda look: WRONG in look.checked_boxes.values()),
        Question("Which box is wrong?", planted, choices=boxes),
        hides_mistake=True,
    ),
    Step(
        "Look at the bprop of h1 with its formula. The derivative of tanh is 1 - h^2. Compare it with what is "
        "computed here.",
        (
            *SMALL,
            {"do": "mistake", "name": "tanh_without_its_square", "box": "h1"},
            {"do": "go", "position": 9},
        ),
        ("h1",),
        question=Question(
            "What is the mistake?", text_of, choices=lambda look: [MISTAKES[name].text for name in OFFERED],
        ),
        hides_mistake=True,
    ),
    Step(
        "A relu has a kink at 0: its slope is 0 to the left and 1 to the right. Here the weights and the bias of the "
        "first unit are 0, so its pre-activation is exactly 0 for every example. Then J has two slopes at the bias "
        "b1[0]. Any number between them is a legal gradient, and nothing is wrong.",
        (
            *network((2, "relu")),
            *({"do": "set_weight", "parameter": "W1", "index": [row, 0], "value": 0.0} for row in (1, 0)),
            {"do": "choose", "parameter": "b1", "index": [0]},
        ),
        ("check", "b1"),
        Task("Check the gradient of the chosen weight, b1[0].", lambda look: judged(look, KINK)),
        Question(
            "What is the slope to the right?",
            lambda look: float("nan") if look.check.get("right") is None else look.check["right"], 0.005,
        ),
    ),
    Step(
        "Without a mistake and away from kinks, every box is right. Check new boxes in this way before you train "
        "with them: bp.check_box and bp.check_gradients do it in Python.",
        (*SMALL,),
        ("check_boxes",),
        Task(
            "Check every box once more.",
            lambda look: bool(look.checked_boxes) and WRONG not in look.checked_boxes.values(),
        ),
    ),
))  # fmt: skip
