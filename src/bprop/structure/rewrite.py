"""Rewrites: pairs of boxes that are computed as one box, which is numerically stable.

A rule takes a box and returns the box to compute in its place, or None. A graph lists its rewrites
(`graph.rewrites`) and prints them.
"""

from collections.abc import Callable

from bprop.box import Box
from bprop.boxes.activations import Sigmoid
from bprop.boxes.bernoulli import BernoulliCrossEntropy, BernoulliNll
from bprop.boxes.class_losses import CrossEntropy, Nll
from bprop.boxes.elementwise import Log
from bprop.boxes.probabilities import LogSoftmax, Softmax

Rule = Callable[[Box], Box | None]


def computes_as(box: Box, kind: type[Box]) -> bool:
    """True for a box of this class, and of one derived from it that has neither an fprop nor a bprop of its own."""
    return isinstance(box, kind) and type(box).fprop is kind.fprop and type(box).bprop is kind.bprop


def nll_of_softmax(box: Box) -> Box | None:
    """nll(softmax(a), y) -> cross_entropy(a, y), whose gradient before activation is f(x) - e(y)."""
    if computes_as(box, Nll) and computes_as(box.children[0], Softmax):
        f, y = box.children
        return CrossEntropy(*f.children, y, name=box.name)
    return None


def log_of_softmax(box: Box) -> Box | None:
    """log(softmax(a)) -> log_softmax(a)."""
    if computes_as(box, Log) and computes_as(box.children[0], Softmax):
        return LogSoftmax(*box.children[0].children, name=box.name)
    return None


def bernoulli_of_sigmoid(box: Box) -> Box | None:
    """bernoulli_nll(sigmoid(a), y) -> bernoulli_cross_entropy(a, y), whose gradient before activation is f(x) - y."""
    if isinstance(box, BernoulliNll) and isinstance(box.children[0], Sigmoid):
        f, y = box.children
        return BernoulliCrossEntropy(*f.children, y, name=box.name)
    return None


RULES: tuple[Rule, ...] = (nll_of_softmax, log_of_softmax, bernoulli_of_sigmoid)


def rewritten(box: Box) -> Box | None:
    """The replacement of the box by the first rule that applies, or None."""
    for rule in RULES:
        replacement = rule(box)
        if replacement is not None:
            return replacement
    return None
