"""Lesson 1: forward propagation."""

from __future__ import annotations

from bprop.playing.lessons.lesson import Lesson, Question, Step, Task
from bprop.playing.lessons.scenes import SMALL

FORWARD = Lesson("forward", "Forward propagation", (
    Step(
        "A network is a graph of boxes. This one takes a point x, which has two numbers. It computes two "
        "probabilities f, one for each class.\n\n"
        "What is not computed are its leaves: the input x, the target y, and the parameters. The parameters are the "
        "weights W1 and W2, the lines between the units, and the biases b1 and b2, the small squares. Training will "
        "change them. Nothing else is computed yet for this example.",
        SMALL,
        ("x", "W1", "b1", "W2", "b2"),
        question=Question(
            "How many numbers can training change? Count the weights and the biases.",
            lambda look: look.work.network.graph.weight_count, 0.0,
        ),
    ),
    Step(
        "Each box has a method fprop. It computes the value of the box from the values of its children.\n\n"
        "Make the first move: press Forward. The first box is computed.",
        ({"do": "go", "position": 0},),
        ("forward", "a1"),
        Task("Make the next move: press Forward.", lambda look: look.position >= look.after("a1", "fprop")),
    ),
    Step(
        "This box is the pre-activation of the first layer: a1 = x W1 + b1. Each unit multiplies the inputs by its "
        "weights, adds these products up, and adds its bias.\n\n"
        "The formula is shown with names, and below with the numbers of this example.",
        ({"do": "go", "position": 1},),
        ("a1",),
        question=Question("What is the value of a1[0], the first unit?", lambda look: look.value("a1", 0)),
    ),
    Step(
        "An activation function follows: h1 = tanh(a1). It bends the sum, so that the network can compute more than "
        "a plane. All its values lie between -1 and 1.",
        ({"do": "go", "position": 1},),
        ("forward", "h1"),
        Task("Make the next move: press Forward.", lambda look: look.position >= look.after("h1", "fprop")),
        Question("What is the value of h1[0]?", lambda look: look.value("h1", 0)),
    ),
    Step(
        "The output layer does the same with h1: a2 = h1 W2 + b2 is a score for each class. Then softmax turns the "
        "scores into probabilities: f = softmax(a2). A larger score gives a larger probability.",
        ({"do": "go", "position": 2},),
        ("forward", "a2", "f"),
        Task("Make moves until f is computed.", lambda look: look.position >= look.after("f", "fprop")),
        Question("What do the probabilities f[0] and f[1] add up to?", lambda look: float(look.vector("f").sum())),
    ),
    Step(
        "The target y of this example is class {label}. The loss says how bad the answer f is: it is -log f[y]. "
        "If f[y] is 1, the loss is 0. The smaller f[y] is, the larger is the loss. Here f[y] is {share}.",
        ({"do": "go", "position": 4},),
        ("forward", "loss"),
        Task("Make moves until the loss is computed.", lambda look: look.position >= look.fprops),
        Question("What is the loss of this example?", lambda look: look.value("loss")),
        {"label": lambda look: look.label, "share": lambda look: look.value("f", look.label)},
    ),
    Step(
        "Now change a weight of the last layer: click a line to the outputs and drag it, or type a number. Every box "
        "above it changes at once. The boxes below it stay as they are, for they do not depend on it.",
        ({"do": "run_pass", "phase": "fprop"}, {"do": "choose", "parameter": "W2", "index": [0, 0]}),
        ("set_weight", "W2"),
        Task("Change a weight of W2.", lambda look: look.moved("W2")),
        Question(
            "Which of these boxes does not change when W2 changes?", lambda look: "h1",
            choices=lambda look: ["h1", "a2", "f", "loss"],
        ),
    ),
))  # fmt: skip
