"""How predictions do against targets: the measures, their intervals, a baseline, and the confusion matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bprop.errors import UnknownNameError
from bprop.measures import scores
from bprop.measures.baseline import baseline
from bprop.measures.class_scores import f_scores, per_class
from bprop.names import known

EVERY = (
    "accuracy", "balanced_accuracy", "roc_auc", "average_precision", "log_loss", "calibration_error", "f1", "precision",
    "recall", "rmse", "mae", "r2",
)  # fmt: skip
"""The names of all measures."""
MORE = ("f1", "precision", "recall")
"""Measures of classes that are there where they are asked for. Of two classes without a decision, the second is
positive, as in scikit-learn."""


@dataclass(frozen=True)
class Question:
    """The targets, and the kind of predictions of them.

    task : "classification", "multilabel", "regression" or "counts", as on the command line. columns : the names of the
    targets. classes : of a classification. decision : between two classes (a `sources.decision.Decision`), or None.
    probabilities : whether f are probabilities: of the classes, or of 1 for each of several columns of 0 and 1.
    """

    target: str
    task: str
    columns: Sequence[str]
    classes: Sequence[Any] | None = None
    decision: Any = None
    probabilities: bool = False

    def positive(self, y: np.ndarray) -> int:
        """The number of the positive one of two classes: that of the decision, else the rarer in y, else the second."""
        if self.decision is not None:
            return self.decision.positive
        counts = np.bincount(y, minlength=2)
        return 0 if counts[0] < counts[1] else 1

    @property
    def names(self) -> list[str]:
        """The names of the measures that there are."""
        if self.classes is not None:
            sure = ["log_loss", "calibration_error"] if self.probabilities else []
            return ["accuracy", "balanced_accuracy", "roc_auc", "average_precision", *sure, *MORE]
        if self.task == "multilabel" and self.probabilities:
            return ["accuracy", "log_loss", "roc_auc", "calibration_error"]
        return ["rmse", "mae", "r2"]

    def spelled(self, name: str) -> list[str]:
        """The names that a measure has: of several columns, one for each."""
        if name not in self.names:
            return []
        if self.classes is not None or len(self.columns) == 1 or name not in ("rmse", "mae", "r2"):
            return [name]
        return [f"{name}[{column}]" for column in self.columns]

    def measures(self, f: np.ndarray, y: np.ndarray) -> dict[str, scores.Measure]:
        """The measures of predictions f for targets y."""
        if self.classes is not None:
            positive = self.positive(y) if len(self.classes) == 2 else 1
            return scores.of_classes(f, y, self.probabilities, self.decision, positive)
        if self.task == "multilabel" and self.probabilities:
            return scores.of_switches(f, y)
        return scores.of_columns(f, y, self.columns)

    def named(self, names: Sequence[str], f: np.ndarray, y: np.ndarray) -> dict[str, scores.Measure]:
        """Some of the measures, by name, also those of `MORE`. Raises UnknownNameError."""
        every = self.measures(f, y)
        if self.classes is not None:
            positive = 1 if self.decision is None else self.decision.positive
            every |= f_scores(scores.predictions(f, self.decision), y, len(self.classes), positive)
        chosen = {}
        for name in names:
            of_it = [one for one in every if name in (one, one.partition("[")[0])]  # rmse of several columns
            if not of_it:
                raise UnknownNameError(
                    f"no measure of {self.target!r} is called {name!r}; there is {known(name, every)}"
                )
            chosen |= {one: every[one] for one in of_it}
        return chosen

    def details(self, f: np.ndarray, y: np.ndarray, weights: np.ndarray) -> dict[str, Any]:
        """Of classes, {"classes": measures of each, "confusion"}; of two also {"positive", "threshold"}."""
        if self.classes is None:
            return {}
        names = [str(name) for name in self.classes]
        predicted = scores.predictions(f, self.decision)
        each = per_class(predicted, y, weights, len(names))
        counts = scores.confusion(predicted, y, len(names)).tolist()
        more = {"classes": dict(zip(names, each, strict=True)), "confusion": {"classes": names, "counts": counts}}
        if len(names) != 2:
            return more
        threshold = None if self.decision is None else self.decision.threshold
        return {**more, "positive": names[self.positive(y)], "threshold": threshold}


def judged(
    question: Question, f: np.ndarray, y: np.ndarray, weights: np.ndarray, evaluation: Mapping[str, float],
    resamples: int = 0, seed: int = 0, names: Sequence[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """{"values": measures, "scores": these with the loss and the metrics of the graph, "more": {"intervals": ...,
    "baseline": ..., "confusion": ...}} of predictions f for targets y.

    evaluation : the loss and the metrics of the graph. names : of further measures.
    """
    of = {**question.measures(f, y), **question.named(names, f, y)}
    measured = {name: measure(weights) for name, measure in of.items()}
    values = {name: value if value == value else None for name, value in measured.items()}
    every = {**values, **evaluation}
    if question.decision is not None and question.decision.threshold is not None:
        every["accuracy"] = values["accuracy"]  # the graph's own is of the more probable class
    spans = scores.intervals(of, weights, resamples, seed)
    more = {
        "intervals": {name: list(span) for name, span in spans.items()}, "baseline": baseline(question, y, weights),
        "target": question.target, "task": question.task, **question.details(f, y, weights),
    }  # fmt: skip
    return {"values": values, "scores": every, "more": more}
