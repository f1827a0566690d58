"""The result of `bprop train` on the test rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from bprop.cli.by_class import class_lines
from bprop.cli.prepared import Prepared
from bprop.cli.show import measures
from bprop.health.constant import no_better
from bprop.measures.baseline import baseline, beside
from bprop.measures.class_scores import average_precision, balanced_accuracy, per_class
from bprop.measures.scores import predictions
from bprop.sources.preparation import Preparation
from bprop.tables.outputs import f_of
from bprop.tables.scores import in_table_units
from bprop.training import Fit

MOST_JUDGED = 10_000_000
"""The most rows of a test set larger than memory that are compared with a constant, which reads the set again."""
MOST_SCORES = 50_000_000
"""The most rows times classes of a test set for which each class is judged, which holds all scores in memory."""


@dataclass(frozen=True)
class Verdict:
    """The scores, the lines on each class, and a warning if the network does no better than a constant, or None."""

    scores: str
    lines: tuple[str, ...] = ()
    warning: str | None = None


def judge_of(prepared: Prepared) -> Callable[[Fit, Preparation], Verdict] | None:
    """A function that measures a fit on the test rows; None where there are none."""
    test = prepared.test
    if test is None:
        return None

    def judge(fit: Fit, preparation: Preparation) -> Verdict:
        measured = fit.evaluate(test)
        y = _targets(fit, prepared, preparation)
        weights = np.ones(len(test)) if test.weights is None else np.asarray(test.weights, np.float64)
        scores, lines, predicted = dict(measured), [], None
        if preparation.classes is None and preparation.task != "multilabel":
            scores = in_table_units(measured, f_of(fit, test), y, weights, preparation)
        elif preparation.classes is not None and len(test) * len(preparation.classes) <= MOST_SCORES:
            f = f_of(fit, test)
            predicted = predictions(f, preparation.decision)
            lines = _each_class(f, predicted, y, weights, preparation)
            if preparation.decision is not None and preparation.decision.threshold is not None:
                scores["accuracy"] = float(np.average(predicted == y, weights=weights))
        text = measures(scores, fit.graph, beside(baseline(preparation.answer, y, weights)))
        warning = _warning(fit, replace(prepared, preparation=preparation), measured, predicted)
        return Verdict(f"{text} on {len(test):,} examples", tuple(lines), warning)

    return judge


def _targets(fit: Fit, prepared: Prepared, preparation: Preparation) -> np.ndarray:
    """The targets of the test rows in the units of the table."""
    assert prepared.test is not None
    if prepared.held is not None:
        return preparation.y(prepared.held)
    y = prepared.test.arrays["y"]
    return fit.units.restored("y", y) if preparation.task == "regression" else np.asarray(y)


def _each_class(
    f: np.ndarray, predicted: np.ndarray, y: np.ndarray, w: np.ndarray, preparation: Preparation
) -> list[str]:  # fmt: skip
    """The lines on each class, and the measures that a rare class does not get lost in."""
    classes, decision = preparation.classes, preparation.decision
    assert classes is not None
    count = len(classes)
    balanced = balanced_accuracy(predicted, y, count)(w)
    lines = class_lines(classes, per_class(predicted, y, w, count))
    text = f"  balanced accuracy, the mean recall: {balanced:.1%} (by chance {1 / count:.1%})"
    if decision is not None:
        positive = y == decision.positive
        area = average_precision(f[:, decision.positive], positive)(w)
        chance = float(np.average(positive, weights=w))
        text += f"; average precision (PR-AUC) of {classes[decision.positive]}: {area:.3f} (by chance {chance:.3f})"
    return [*lines, text]


def _warning(fit: Fit, prepared: Prepared, measured: dict[str, float], predicted: np.ndarray | None) -> str | None:
    """A warning if the network does no better than a constant. Where classes are weighted, or a threshold is set, on
    rows weighted so that all classes weigh the same.

    predicted : (N,) the classes of the test rows; None: not known.
    """
    test = prepared.test
    assert test is not None
    if not test.in_memory and len(test) > MOST_JUDGED:
        return None
    judged, weights, name = fit.units.judged(test.arrays), test.weights, f"the {len(test):,} test"
    decision = prepared.preparation.decision
    shifted = prepared.of_class is not None or (decision is not None and decision.threshold is not None)
    if shifted and predicted is not None:
        labels = np.asarray(test.arrays["y"])
        w = np.ones(len(labels)) if weights is None else weights
        weights = w / np.bincount(labels, w)[labels]
        measured = {"accuracy": float(np.average(predicted == labels, weights=weights))}
        name += " (weighted so that all classes weigh the same)"
    return no_better(fit.graph, judged, measured, weights, name)
