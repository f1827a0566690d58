"""The heads of a graph: each of its losses, with the output and the targets that it compares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.boxes import Sigmoid, Softmax, concat, reshape, softmax
from bprop.boxes.loss import Loss
from bprop.data import DataSet
from bprop.graph import Graph
from bprop.leaves import Input
from bprop.measures.judge import Question
from bprop.notes import threshold
from bprop.scaling import Units


@dataclass(frozen=True)
class Positive:
    """Which of two classes is the positive one, and the probability from which on it is predicted; None: where it is
    the more probable one."""

    positive: int
    threshold: float | None = None

    def labels(self, f: np.ndarray) -> np.ndarray:
        """(N,) for scores f (N, 2)."""
        if self.threshold is None:
            return f.argmax(axis=1)
        return np.where(f[:, self.positive] >= f.dtype.type(self.threshold), self.positive, 1 - self.positive)


@dataclass(frozen=True)
class Head:
    """A loss, the part of its output that is judged, f (an output of the graph, called `output`, or the box that the
    loss reads), and its targets y. question : None where only the loss itself says how well f does."""

    name: str
    f: Box
    y: Box
    output: str
    question: Question | None

    @classmethod
    def of(cls, graph: Graph, name: str, loss: Loss, notes: Mapping[str, Any]) -> Head:
        """That of a loss of a graph, whose model has these notes."""
        read, y = loss.children[:2]
        outputs = graph.outputs
        near = [key for key, box in outputs.items() if box is read or read in box.children]
        alone = len(graph.losses) == 1 and "f" in outputs
        output = "f" if alone else near[0] if near else ""
        f = outputs[output] if output else read
        target = str(y.name or name)
        count, numbers = _count(y), _count(f)
        labels, sigmoid = y.spec.kind == "int", isinstance(f, Sigmoid)
        if labels and count == 1 and (numbers > 1 or sigmoid) and len(f.dims) <= 2:
            f = f if numbers > 1 else _pair(f)
            classes = _classes(notes, max(2, numbers))
            decision = _decision(notes) if len(classes) == 2 else None
            question = Question(target, "classification", (target,), classes, decision, isinstance(f, Softmax))
        elif numbers != count:
            question = None
        else:
            columns = [target] if count == 1 else [f"{target}{k}" for k in range(1, count + 1)]
            question = Question(
                target, "multilabel" if labels and sigmoid else "regression", columns, None, None, sigmoid
            )
        return cls(name, f, y, output, question)


def _count(box: Box) -> int:
    """The numbers of an example."""
    return prod(size for size in box.dims[1:] if isinstance(size, int))


def _pair(p: Box) -> Box:
    """(1 - p, p) of the probability p of the second of two classes."""
    a = reshape(p.children[0], (-1, 1))
    return softmax(concat([0.0 * a, a]))


def _classes(notes: Mapping[str, Any], count: int) -> list[Any]:
    named = notes.get("classes")
    return list(named) if isinstance(named, list | tuple) and len(named) == count else list(range(count))


def _decision(notes: Mapping[str, Any]) -> Positive | None:
    if (noted := threshold(notes)) is not None:
        return Positive(*noted)
    decision = notes.get("decision")
    positive = decision.get("positive") if isinstance(decision, Mapping) else None
    return Positive(positive) if positive in (0, 1) and not isinstance(positive, bool) else None


class Answers:
    """The answers of a graph to examples, and the right ones: for each head, f and y.

    outputs, targets : as people write functions of them: an array, or {name: array} of several.
    """

    heads: list[Head]
    pairs: list[tuple[np.ndarray, np.ndarray]]
    outputs: Any

    def __init__(
        self, heads: list[Head], pairs: list[tuple[np.ndarray, np.ndarray]], outputs: Any,
        others: Mapping[str, np.ndarray] | None = None,
    ):  # fmt: skip
        """others : the targets of a graph without heads."""
        self.heads, self.pairs, self.outputs = heads, pairs, outputs
        named = {str(head.y.name or head.name): y for head, (_, y) in zip(heads, pairs, strict=True)}
        named |= others or {}
        self.targets: dict[str, np.ndarray] | np.ndarray = named if len(named) != 1 else next(iter(named.values()))


class Heads:
    """All heads of a graph. Its answers are computed by NumPy, in the units of the table if there is one.

    A graph whose loss is made of other boxes has no head. Its targets are the inputs that its outputs do not need.
    """

    graph: Graph
    units: Units

    def __init__(self, graph: Graph, notes: Mapping[str, Any]):
        self.graph, self.units = graph, Units.of(notes)
        self.heads: list[Head] = [Head.of(graph, name, loss, notes) for name, loss in graph.losses.items()]
        boxes = {f"f{k}": head.f for k, head in enumerate(self.heads)}
        boxes |= {f"y{k}": head.y for k, head in enumerate(self.heads) if not isinstance(head.y, Input)}
        self.answering: Graph | None = Graph(outputs=boxes) if boxes else None

    @property
    def measures(self) -> list[str]:
        """The names of the measures of all heads."""
        return list(dict.fromkeys(n for head in self.heads if head.question is not None for n in head.question.names))

    def answers(
        self, params: Mapping[str, np.ndarray], dtype: np.dtype, examples: DataSet, raw: Mapping[str, Any] | None = None
    ) -> Answers:  # fmt: skip
        """Those to examples, which are the network's inputs. raw : the same in the units of the table."""
        values = {} if self.answering is None else self._outputs(self.answering, params, dtype, examples)
        restored, pairs = self.units.restored, []
        for k, head in enumerate(self.heads):
            f = restored(head.output, values[f"f{k}"]) if head.output else values[f"f{k}"]
            if not isinstance(head.y, Input):
                y = values[f"y{k}"]
            elif raw is not None:
                y = np.asarray(raw[str(head.y.name)])
            else:
                y = restored(str(head.y.name), np.asarray(examples.arrays[str(head.y.name)]))
            pairs.append(self._shaped(head, f, y))
        if not self.graph.outputs:
            outputs = {head.name: f for head, (f, _) in zip(self.heads, pairs, strict=True)}
        else:
            outputs = self._outputs(self.graph, params, dtype, examples)
            outputs = {name: restored(name, array) for name, array in outputs.items()}
        others = {} if self.heads else self._targets(examples)
        return Answers(self.heads, pairs, outputs if len(outputs) != 1 else next(iter(outputs.values())), others)

    def _targets(self, examples: DataSet) -> dict[str, np.ndarray]:
        """The inputs that no output needs, in the units of the table."""
        needed = self.graph.predictor.inputs if self.graph.outputs else ()
        others = {name: np.asarray(array) for name, array in examples.arrays.items() if name not in needed}
        return {name: self.units.restored(name, array) for name, array in others.items()}

    def _shaped(self, head: Head, f: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """As measures take them: f (N, C) or (N, K) or (N,), and y (N,) or (N, K)."""
        if head.question is None:
            return f, y
        several = len(head.question.columns) > 1
        y = y.reshape(len(y), -1) if several or y.ndim > 2 else y.reshape(len(y))
        return (f if f.ndim < 3 and not several else f.reshape(len(f), -1)), y

    def _outputs(self, graph: Graph, params: Any, dtype: np.dtype, examples: DataSet) -> dict[str, np.ndarray]:
        predictor, parts = graph.predictor, []
        start = predictor.start(dict(params), dtype)
        with np.errstate(all="ignore"):  # measures tell which are not finite
            for cut in examples.cuts():
                arrays = {name: np.asarray(examples.arrays[name][cut]) for name in predictor.inputs}
                part = predictor.outputs(start, arrays)
                parts.append(part if isinstance(part, dict) else {predictor.names[0]: part})
        return {name: np.concatenate([np.asarray(part[name]) for part in parts]) for name in parts[0]}
