"""How a model does on each of its targets, for its page: what `bprop evaluate` computes, and curves of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from bprop.data import DataSet
from bprop.measures.baseline import beside, by_chance
from bprop.measures.class_scores import per_class
from bprop.measures.curves import at_thresholds, precision_recall, reliability, roc_curve, thinned
from bprop.measures.heads import Heads
from bprop.measures.judge import Question, judged
from bprop.measures.labels import label
from bprop.measures.scores import calibration_error, predictions
from bprop.model import Model
from bprop.notes import table, word, words
from bprop.reporting.looking import finite_rows
from bprop.reporting.plain import digits_for, number, numbers, shortened, text

RESAMPLES = 500
"""Of the intervals, as `bprop evaluate` draws them."""
MOST_WORK = 2e7
"""Resamples times rows times classes. Where 500 resamples are more, the intervals are left out: they take seconds."""
MOST_CLASSES = 40
MOST_POINTS = 150  # of a curve
MANY_POINTS = 50  # of the curves of more than two classes
STEPS = 100
BARS = 30


class Judged(NamedTuple):
    """The question of a head, its predictions and targets; usable : (N,) which predictions are finite."""

    name: str
    question: Question
    f: np.ndarray
    y: np.ndarray
    usable: np.ndarray


def judged_of(model: Model, examples: DataSet, raw: Mapping[str, Any] | None) -> list[Judged]:
    """The predictions for examples and their targets, by head. raw : the examples in the units of the table."""
    if not model.graph.losses:
        return []
    answers = Heads(model.graph, model.notes).answers(model.params, model.dtype, examples, raw)
    alone = len(answers.heads) == 1
    return [
        Judged(head.name, question_of(model, head.question, alone), f, y, finite_rows(f))
        for head, (f, y) in zip(answers.heads, answers.pairs, strict=True)
        if head.question is not None
    ]


def question_of(model: Model, question: Question, alone: bool) -> Question:
    """The question of a head, with the names that the notes have for its targets. alone : it is the only head."""
    if not alone:
        return question
    noted = words(table(model.notes) or {}, "targets") or words(model.notes, "targets")
    names = noted or ((target,) if (target := word(model.notes, "target")) else ())
    if len(names) != len(question.columns):
        return question
    return replace(question, target=", ".join(names), columns=list(names))


def head_results(
    question: Question, f: np.ndarray, y: np.ndarray, w: np.ndarray, evaluation: Mapping[str, float]
) -> dict[str, Any]:
    """The scores with their intervals and baselines, and the charts, of finite predictions f for targets y."""
    resamples = resamples_for(f)
    result = judged(question, f, y, w, evaluation, resamples)
    more: dict[str, Any] = {}
    if question.classes is not None:
        more = _of_classes(question, f, y, w, result)
    elif question.task == "multilabel" and question.probabilities:
        more = _of_switches(question, f, y, w)
    else:
        more = {"errors": _errors(question, f, y)}
    scores = _scores(result, by_chance(question, y, w))
    return {
        "name": shortened(question.target, 60),
        "task": question.task,
        "scores": scores,
        "resamples": resamples,
        **more,
    }


def resamples_for(f: np.ndarray) -> int:
    """The resamples of the intervals of measures of predictions f: 0 where they would take seconds."""
    return RESAMPLES if RESAMPLES * f.size <= MOST_WORK else 0


def _scores(result: Mapping[str, Any], chance: Mapping[str, float]) -> list[list[Any]]:
    """[name, value, low, high, baseline in words] of each measure."""
    spans, remarks = result["more"]["intervals"], beside(result["more"]["baseline"])
    remarks |= {name: f"by chance: {value:.4g}" for name, value in chance.items() if not name.startswith("r2")}
    remarks |= {name: "always the mean: 0" for name in chance if name.startswith("r2")}
    return [
        [
            shortened(label(name), 60),
            number(value),
            *numbers(spans.get(name, (None, None))),
            text(remarks.get(name, ""), 80),
        ]
        for name, value in result["scores"].items()
    ]


def _of_classes(
    question: Question, f: np.ndarray, y: np.ndarray, w: np.ndarray, result: Mapping[str, Any]
) -> dict[str, Any]:  # fmt: skip
    assert question.classes is not None
    names = [shortened(name, 30) for name in question.classes]
    each = list(result["more"]["classes"].values())
    right = (f.argmax(axis=1) == y) * 1.0
    sure = f.max(axis=1)
    return {
        "per_class": _per_class(names, each), "more_classes": max(0, len(names) - MOST_CLASSES),
        "curves": _curves(question, names, f, y, w),
        "calibration": _calibration("the predicted class", sure, right, w) if question.probabilities else None,
        "threshold": _threshold(question, names, f, y, w) if len(names) == 2 and question.probabilities else None,
    }  # fmt: skip


def _per_class(names: list[str], each: list[dict[str, Any]]) -> list[list[Any]]:
    """[class, examples, precision, recall, F1]; of many classes, those with the least F1 among those with examples."""
    shown = list(range(len(names)))
    if len(names) > MOST_CLASSES:
        worst = sorted(shown, key=lambda k: (each[k]["rows"] == 0, each[k]["f1"] if each[k]["f1"] is not None else 2.0))
        shown = worst[:MOST_CLASSES]
    return [
        [names[k], each[k]["rows"], *numbers(each[k][what] for what in ("precision", "recall", "f1"))] for k in shown
    ]


def _curves(question: Question, names: list[str], f: np.ndarray, y: np.ndarray, w: np.ndarray) -> list[dict[str, Any]]:
    """The curves of the positive class of two, or of each class against the others."""
    if len(names) == 2:
        positive = question.positive(y)
        scores = f[:, positive] if question.probabilities else f[:, positive] - f[:, 1 - positive]
        chosen = [(names[positive], scores, y == positive)]
    else:
        common = np.argsort(-np.bincount(y, minlength=len(names)), kind="stable")[:MOST_CLASSES]
        chosen = [(names[c], f[:, c], y == c) for c in sorted(common)]
    most = MOST_POINTS if len(chosen) == 1 else MANY_POINTS
    return [_curve(name, scores, positive, w, most) for name, scores, positive in chosen if _both(positive, w)]


def _both(positive: np.ndarray, w: np.ndarray) -> bool:
    return bool(w @ positive > 0 and w @ ~positive > 0)


def _curve(name: str, scores: np.ndarray, positive: np.ndarray, w: np.ndarray, most: int) -> dict[str, Any]:
    """The ROC curve and the precision-recall curve of one class, with the share of its examples."""
    roc, pr = roc_curve(scores, positive, w), precision_recall(scores, positive, w)
    some = [curve[place] for curves in (roc, pr) for place in [thinned(*curves, most)] for curve in curves]
    false, hit, recall, precision = map(numbers, some)
    return {
        "name": name, "roc": [false, hit], "pr": [recall, precision], "share": number(w @ positive / w.sum()),
    }  # fmt: skip


def _calibration(of: str, sure: np.ndarray, right: np.ndarray, w: np.ndarray) -> dict[str, Any]:
    bins = [
        [number(one[key]) for key in ("low", "high", "rows", "confidence", "right")]
        for one in reliability(sure, right, w)
    ]
    return {"of": of, "bins": bins, "error": number(calibration_error(sure, right)(w))}


def _threshold(question: Question, names: list[str], f: np.ndarray, y: np.ndarray, w: np.ndarray) -> dict[str, Any]:
    """The true and the false positives at each of some thresholds, and at the model's own."""
    positive = question.positive(y)
    scores, is_positive = f[:, positive], y == positive
    steps = np.linspace(0, 1, STEPS + 1)
    rare = np.quantile(scores, steps).round(4)  # where a class is rare, all that matters is between 0 and 0.01
    own = None if question.decision is None else question.decision.threshold
    t = np.unique(np.concatenate([steps.round(4), rare, [0.5 if own is None else own]]).clip(0, 1))
    up, down = at_thresholds(scores, is_positive, w, t)
    called = predictions(f, question.decision) == positive
    return {
        "positive": names[positive], "negative": names[1 - positive], "first": positive == 0,
        "own": 0.5 if own is None else own,
        "chosen": own is not None, "t": [float(f"{one:.6g}") for one in t], "tp": numbers(up), "fp": numbers(down),
        "positives": number(w @ is_positive), "negatives": number(w @ ~is_positive),
        "now": numbers([w @ (called & is_positive), w @ (called & ~is_positive)]),
    }  # fmt: skip


def _of_switches(question: Question, f: np.ndarray, y: np.ndarray, w: np.ndarray) -> dict[str, Any]:
    """Of several columns of yes and no: each as two classes, of which yes is the positive one."""
    names = [shortened(name, 30) for name in question.columns[:MOST_CLASSES]]
    each = [per_class((f[:, k] > 0.5) * 1, y[:, k].astype(np.int64), w, 2)[1] for k in range(len(names))]
    curves = [
        _curve(name, f[:, k], y[:, k] == 1, w, MANY_POINTS)
        for k, name in enumerate(names)
        if _both(y[:, k] == 1, w)
    ]  # fmt: skip
    sure, right = np.maximum(f, 1 - f), ((f > 0.5) == y) * 1.0
    weights = np.repeat(w, f.shape[1])
    calibration = _calibration("each label, all labels together", sure.ravel(), right.ravel(), weights)
    return {
        "per_class": _per_class(names, each), "more_classes": max(0, len(question.columns) - MOST_CLASSES),
        "curves": curves, "calibration": {**calibration, "error": None},  # the score is the mean of each label's own
        "threshold": None,
    }  # fmt: skip


def _errors(question: Question, f: np.ndarray, y: np.ndarray) -> list[dict[str, Any]]:
    """A histogram of prediction - target for each column."""
    f, y = (np.asarray(array, np.float64).reshape(len(y), -1) for array in (f, y))
    charts = []
    for k, name in enumerate(question.columns[:4]):
        with np.errstate(over="ignore"):
            error = f[:, k] - y[:, k]
        low, high = np.quantile(error, [0.005, 0.995]) if len(error) > 200 else (error.min(), error.max())
        if not (np.isfinite(low) and np.isfinite(high) and high > low):
            continue
        counts, edges = np.histogram(error.clip(low, high), bins=BARS, range=(float(low), float(high)))
        charts.append(
            {"name": shortened(name, 40), "edges": numbers(edges, digits_for(edges)), "counts": counts.tolist()}
        )
    return charts
