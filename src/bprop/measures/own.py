"""Metrics of one's own: named measures, and functions of (outputs, targets) or (outputs, targets, weights)."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import numpy as np

from bprop.data import DataSet
from bprop.errors import SettingError, UnknownNameError
from bprop.graph import Graph
from bprop.measures.heads import Answers, Heads
from bprop.names import known
from bprop.record import VALIDATION

TAKEN = ("loss", "penalty", "objective", "epoch", "updates", "learning_rate", "seconds", "examples_per_second", "best")
"""Names of other columns of a history."""
TRUTH_FIRST = ("y_true", "true", "truth", "y", "target", "targets", "label", "labels", "actual")
"""Names that say that a function takes the targets first, as those of scikit-learn and Keras do."""
SHAPE = "metric(outputs, targets) or metric(outputs, targets, weights)"


class Own:
    """The metrics of one's own of a graph.

    metrics : a name, a function, several, or {name: function or name}. Names: "f1", "balanced_accuracy", "r2", ... A
    function gets the outputs as `predict` gives them, an array (N, ...) or {name: array}; the targets, an array or
    {input: array}; and, if it takes a third argument, the weights of the examples (N,). It returns a number.

    but : names that are measured already.

    Raises SettingError for a function that cannot be called so, UnknownNameError for a name that fits no loss.
    """

    def __init__(
        self, graph: Graph, metrics: Any, notes: Mapping[str, Any] | None = None, but: Collection[str] = ()
    ):  # fmt: skip
        self.metrics: dict[str, Any] = {
            name: metric for name, metric in read_metrics(metrics).items() if name not in but
        }
        self.heads: Heads | None = Heads(graph, notes or {}) if self.metrics else None
        for metric in self.metrics.values():
            if isinstance(metric, str):
                self._need_known(metric)

    def _need_known(self, name: str) -> None:
        assert self.heads is not None
        every = self.heads.measures
        if name not in every:
            raise UnknownNameError(f"no metric of this graph is called {name!r}; there is {known(name, every)}")

    @property
    def names(self) -> list[str]:
        """The names of the values, as they stand in records."""
        if self.heads is None:
            return []
        heads, names = self.heads.heads, []
        for name, metric in self.metrics.items():
            if not isinstance(metric, str):
                names.append(name)
                continue
            for head in heads:
                spelled = [] if head.question is None else head.question.spelled(metric)
                names += [_called(one, metric, name, head.name, len(heads)) for one in spelled]
        return names

    def measure(
        self, params: Mapping[str, np.ndarray], dtype: np.dtype, examples: DataSet, raw: Mapping[str, Any] | None = None
    ) -> dict[str, float]:  # fmt: skip
        """{name: value} on examples; see `Heads.answers`."""
        if self.heads is None:
            return {}
        answers, count = self.heads.answers(params, dtype, examples, raw), len(examples)
        weights = np.ones(count) if examples.weights is None else np.asarray(examples.weights, np.float64)
        return self.of(answers, weights)

    def of(self, answers: Answers, weights: np.ndarray) -> dict[str, float]:
        """{name: value} of answers."""
        values: dict[str, float] = {}
        for name, metric in self.metrics.items():
            if isinstance(metric, str):
                values |= _named(name, metric, answers, weights)
            else:
                values[name] = called(name, metric, answers.outputs, answers.targets, weights)
        return values


def _named(name: str, metric: str, answers: Answers, weights: np.ndarray) -> dict[str, float]:
    values = {}
    for head, (f, y) in zip(answers.heads, answers.pairs, strict=True):
        if head.question is not None and metric in head.question.names:
            for one, measure in head.question.named([metric], f, y).items():
                values[_called(one, metric, name, head.name, len(answers.heads))] = float(measure(weights))
    return values


def _called(one: str, metric: str, name: str, head: str, heads: int) -> str:
    """f1, rmse[column] of several columns; f1[nll_1] of several losses."""
    return name + one.removeprefix(metric) + (f"[{head}]" if heads > 1 else "")


def read_metrics(metrics: Any) -> dict[str, Any]:
    """{name: a name of a measure, or a function}. Raises SettingError."""
    if metrics is None:
        return {}
    if isinstance(metrics, Mapping):
        pairs = list(metrics.items())
    else:
        each = [metrics] if isinstance(metrics, str) or callable(metrics) else metrics
        if not isinstance(each, Iterable):
            raise SettingError(f"metrics are names such as 'f1', or functions {SHAPE}, not {metrics!r:.200}")
        pairs = [(one if isinstance(one, str) else _name_of(one), one) for one in each]
    for name, metric in pairs:
        if not isinstance(name, str) or name in TAKEN or name.startswith((VALIDATION, "val_")) or "[" in name:
            raise SettingError(f"a metric cannot be called {name!r}: give it another name, metrics={{'mine': ...}}")
        if not isinstance(metric, str):
            _need_callable(name, metric)
    if len({name for name, _ in pairs}) < len(pairs):
        raise SettingError(f"two metrics have one name: {', '.join(name for name, _ in pairs)}")
    return dict(pairs)


def _name_of(function: Any) -> str:
    name = getattr(function, "__name__", "<lambda>")
    if not callable(function) or not name.isidentifier():
        raise SettingError(f"{function!r:.200} has no name to record it by: metrics={{'mine': function}}")
    return name


def _need_callable(name: str, function: Any) -> None:
    """Raise SettingError unless a function takes (outputs, targets)."""
    if not callable(function) or isinstance(function, type):
        raise SettingError(f"the metric {name!r} is a function, {SHAPE}, not {function!r:.200}")
    names, most = _arguments(function)
    if names is None:
        return
    if names and names[0] in TRUTH_FIRST:
        more = ", ".join(names[:2])
        raise SettingError(
            f"the metric {name!r} takes ({more}), the targets first; a metric is called as {SHAPE}: write one that "
            f"calls it, such as metrics={{'{name}': lambda f, y: {name}(y, f.argmax(axis=1))}} of class labels"
        )
    if most < 2:
        raise SettingError(f"the metric {name!r} takes ({', '.join(names)}); a metric is called as {SHAPE}")


def _arguments(function: Callable[..., Any]) -> tuple[list[str] | None, int]:
    """(the names of the arguments by place, how many there may be); None where Python cannot tell."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None, 2
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    needed = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty]
    several = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    return names, 0 if needed else 3 if several else len(names)


def called(name: str, function: Callable[..., Any], outputs: Any, targets: Any, weights: np.ndarray) -> float:
    """The value of a metric. Raises SettingError where it is no number; an error of the function names the metric."""
    names, most = _arguments(function)
    weighted = names is not None and most > 2 and (len(names) < 3 or "weight" in names[2])
    try:
        value = function(outputs, targets, weights) if weighted else function(outputs, targets)
    except Exception as error:
        error.add_note(f"in the metric {name!r}, called as {SHAPE}")
        raise
    number = np.asarray(value)
    if number.size != 1 or number.dtype.kind not in "fiub":
        shape = f"an array of shape {number.shape}" if number.dtype.kind in "fiub" else repr(value)
        raise SettingError(f"the metric {name!r} gives {shape:.200}, and not one number")
    return float(number.reshape(()))
