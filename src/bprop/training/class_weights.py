"""Weights of classes: w_t = w(y_t), which multiply the weights of the examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any

import numpy as np

from bprop.boxes import ClassLoss
from bprop.data import DataSet
from bprop.errors import SettingError
from bprop.graph import Graph
from bprop.graph.validation import read_weights
from bprop.leaves import Input
from bprop.names import some

BALANCED = "balanced"


@dataclass(frozen=True)
class ClassWeights:
    """A weight for each class. target : the input with the labels. classes, weights : (C,), in increasing order."""

    target: str
    classes: np.ndarray
    weights: np.ndarray

    def times(self, examples: DataSet, name: str) -> DataSet:
        """The examples with the weights w_t w(y_t). Labels that are no class of the data weigh w_t.

        Raises DataError where all weigh 0, which calls the weights `name`.
        """
        labels = np.asarray(examples.arrays[self.target])
        places = np.searchsorted(self.classes, labels).clip(0, len(self.classes) - 1)
        each = np.where(self.classes[places] == labels, self.weights[places], 1.0)
        own = each if examples.weights is None else each * examples.weights
        return replace(examples, weights=read_weights(own, len(examples), name))


def class_weights(graph: Graph, choice: Any, examples: DataSet) -> ClassWeights:
    """The weights of the classes in the labels of `examples`.

    choice : "balanced", for N / (C N_c) with N_c examples of class c; or {class: weight}, all others 1.

    Raises SettingError for a graph without a target of classes, and for classes and weights that cannot be.
    """
    target = target_of(graph)
    if not examples.in_memory:
        raise SettingError("class_weight is for data in memory: bp.stream(..., weights=COLUMN) has weights of examples")
    classes, counts = np.unique(np.asarray(examples.arrays[target]), return_counts=True)
    if classes.dtype.kind == "f" and (classes != np.floor(classes)).any():
        raise SettingError(f"class_weight: input {target!r} holds fractions, not classes")
    if isinstance(choice, str) and choice == BALANCED:
        return ClassWeights(target, classes, counts.sum() / (counts * len(classes)))
    if not isinstance(choice, Mapping):
        raise SettingError(
            f"class_weight is 'balanced', or {{class: weight}} such as {{0: 1.0, 1: 5.0}}, not {choice!r}"
        )
    known = sorted({*classes.tolist(), *possible(graph, target)})
    weights = dict.fromkeys(known, 1.0)
    for label, weight in choice.items():
        if label not in weights:
            raise SettingError(f"class_weight: {label!r} is no class of input {target!r}; there are: {some(known)}")
        if isinstance(weight, bool | np.bool_) or not isinstance(weight, Real) or not 0 <= float(weight) < np.inf:  # type: ignore[arg-type]
            raise SettingError(f"class_weight: the weight of class {label!r} is a number, 0 or more, not {weight!r}")
        weights[label] = float(weight)  # type: ignore[arg-type]
    return ClassWeights(target, np.array(list(weights)), np.array(list(weights.values())))


def possible(graph: Graph, target: str) -> range:
    """The classes that the loss knows."""
    for box in graph.losses.values():
        if isinstance(box, ClassLoss) and box.children[1] is graph.inputs[target]:
            return range(box.classes)
    return range(0)


def target_of(graph: Graph) -> str:
    """The input with a label for each example. Raises SettingError where there is none, or several."""
    targets = {
        box.children[1].name
        for box in graph.losses.values()
        if "accuracy" in box.metrics or isinstance(box, ClassLoss)
        if isinstance(box.children[1], Input) and box.children[1].shape == ()
    }
    if len(targets) != 1:
        has = "several targets" if targets else "no target with one class for each example"
        raise SettingError(f"class_weight: the graph has {has}: give weights of examples, sample_weight=w")
    return str(targets.pop())
