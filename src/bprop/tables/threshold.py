"""Another threshold between two classes than a model was trained with."""

from __future__ import annotations

from bprop.boxes import Softmax
from bprop.errors import SettingError
from bprop.graph import Graph
from bprop.sources.decision import parsed
from bprop.sources.preparation import Preparation


def with_threshold(graph: Graph, preparation: Preparation, word: str | None) -> Preparation:
    """The preparation of a model with another threshold. Raises SettingError where a threshold has no effect."""
    if word is None:
        return preparation
    threshold = parsed(word)
    assert isinstance(threshold, float)
    need_two_classes(graph, preparation, word)
    return preparation.with_threshold(threshold)


def need_two_classes(graph: Graph, preparation: Preparation, word: str) -> None:
    """Raise SettingError for a model that gives no probabilities of two classes."""
    classes = preparation.classes
    if classes is None or len(classes) != 2:
        what = f"the task is {preparation.task}" if classes is None else f"there are {len(classes)} classes"
        raise SettingError(f"--threshold {word} chooses between two classes, and {what}: leave it out")
    if not isinstance(graph.outputs["f"], Softmax):
        raise SettingError(f"--threshold {word} is a probability, and this loss gives scores: leave it out")
