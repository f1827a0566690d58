"""Rewrites: pairs of boxes that are computed as one, because the one is numerically stable.

Each rule looks at one box and gives the box to compute in its place, or None. A graph lists what was
rewritten (`graph.rewrites`) and prints it.
"""

from collections.abc import Callable

from bprop.box import Box
from bprop.boxes.class_losses import CrossEntropy, Nll
from bprop.boxes.elementwise import Log
from bprop.boxes.probabilities import LogSoftmax, Softmax

Rule = Callable[[Box], Box | None]


def nll_of_softmax(box: Box) -> Box | None:
    """nll(softmax(a), y) -> cross_entropy(a, y), whose gradient before activation is f(x) - e(y)."""
    if isinstance(box, Nll) and isinstance(box.children[0], Softmax):
        f, y = box.children
        return CrossEntropy(*f.children, y, name=box.name)
    return None


def log_of_softmax(box: Box) -> Box | None:
    """log(softmax(a)) -> log_softmax(a)."""
    if isinstance(box, Log) and isinstance(box.children[0], Softmax):
        return LogSoftmax(*box.children[0].children, name=box.name)
    return None


RULES: tuple[Rule, ...] = (nll_of_softmax, log_of_softmax)


def rewritten(box: Box) -> Box | None:
    """What the first rule that applies makes of the box, or None."""
    for rule in RULES:
        found = rule(box)
        if found is not None:
            return found
    return None
