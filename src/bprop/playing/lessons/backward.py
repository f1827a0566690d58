"""Lesson 2: backpropagation."""

from __future__ import annotations

from math import nan

from bprop.playing.lessons.lesson import Lesson, Question, Step, Task, compared
from bprop.playing.lessons.scenes import SMALL

BACKWARD = Lesson("backward", "Backpropagation", (
    Step(
        "Forward propagation is done: every box has its value. Backpropagation goes through the boxes in the reverse "
        "order. For each box it computes dL/d of its value: how fast the loss L grows when this value grows.\n\n"
        "It begins at the loss itself, where this number is 1.",
        (*SMALL, {"do": "run_pass", "phase": "fprop"}),
        ("forward", "loss"),
        Task("Make the next move.", lambda look: look.position > look.fprops),
        Question("What is the loss of this example?", lambda look: look.value("loss")),
    ),
    Step(
        "Each box has a method bprop. It takes the gradient that arrives at the box, and sends to each child the "
        "gradient with respect to that child.\n\n"
        "The loss and softmax are computed as one box here. It sends f - e(y) to the scores a2. e(y) is 1 for the "
        "class y and 0 for the others. The third lesson shows why.",
        ({"do": "go", "position": 6},),
        ("forward", "a2"),
        Task("Make the next move.", lambda look: look.position >= look.after("loss", "bprop")),
        Question("What is dL/da2[0]?", lambda look: look.gradient("a2", 0)),
    ),
    Step(
        "The box a2 = h1 W2 + b2 has three children, and sends a gradient to each. A weight gets what its unit below "
        "gave, times what arrives at its unit above: dL/dW2[0, 0] = h1[0] times dL/da2[0]. A bias gets what arrives. "
        "Here h1[0] is {h}, and dL/da2[0] is {g}.",
        ({"do": "go", "position": 7},),
        ("forward", "W2", "b2"),
        Task("Make the next move.", lambda look: look.position >= look.after("a2", "bprop")),
        Question("What is dL/dW2[0, 0]?", lambda look: look.gradient("W2", 0, 0)),
        {"h": lambda look: look.value("h1", 0), "g": lambda look: look.gradient("a2", 0)},
    ),
    Step(
        "A unit of h1 feeds both scores. So the gradients of both come back to it, each times its weight, and they "
        "are added up: dL/dh1[0] = W2[0, 0] dL/da2[0] + W2[0, 1] dL/da2[1].",
        ({"do": "go", "position": 8},),
        ("h1", "W2"),
        question=Question("What is dL/dh1[0]?", lambda look: look.gradient("h1", 0)),
    ),
    Step(
        "The box h1 = tanh(a1) multiplies the gradient by its slope, 1 - h1^2. Where h1 is close to 1 or -1, the slope "
        "is close to 0, and little comes through. Here h1[0] is {h}.",
        ({"do": "go", "position": 8},),
        ("forward", "a1"),
        Task("Make the next move.", lambda look: look.position >= look.after("h1", "bprop")),
        Question("What is the slope of the first unit, 1 - h1[0]^2?", lambda look: 1 - look.value("h1", 0) ** 2),
        {"h": lambda look: look.value("h1", 0)},
    ),
    Step(
        "The same happens in the first layer. After that every parameter has its gradient, and the pass is done.",
        ({"do": "go", "position": 9},),
        ("forward", "W1", "b1"),
        Task("Make moves until the pass is done.", lambda look: look.position == look.moves),
        Question("What is dL/dW1[0, 0]?", lambda look: look.gradient("W1", 0, 0)),
    ),
    Step(
        "These gradients are those of one example. Training takes the mean over the examples of a batch. Click the "
        "weight W1[0, 0]: its gradient is shown for each example, and their mean.",
        ({"do": "run_pass"}, {"do": "choose"}),
        ("W1", "choose"),
        Task("Choose the weight W1[0, 0].", lambda look: look.chosen == ("W1", (0, 0))),
        Question(
            "What is the mean of its gradients over all examples?", lambda look: look.mean_gradient("W1", 0, 0), 0.002,
        ),
    ),
    Step(
        "An update moves each weight against its gradient: w becomes w - rate times gradient. So the loss becomes "
        "smaller. Before this step the mean loss is {loss}.",
        ({"do": "choose", "parameter": "W1", "index": [0, 0]}, {"do": "batch_size", "size": 200}),
        ("step",),
        Task("Make one update.", lambda look: look.updates >= 1),
        Question(
            "Is the mean loss smaller or larger after the update?",
            lambda look: nan if look.updates < 1 else compared(look.loss, look.loss_of(look.begun)),
            choices=lambda look: ["smaller", "larger"],
        ),
        {"loss": lambda look: look.loss_of(look.begun)},
    ),
))  # fmt: skip
