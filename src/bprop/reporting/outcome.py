"""The results of a model on examples: measures, charts, the worst examples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bprop.data import DataSet
from bprop.health.constant import no_better
from bprop.measures.scores import predictions
from bprop.model import Model
from bprop.notes import words
from bprop.reporting.about import Facts
from bprop.reporting.boundary import boundary_of
from bprop.reporting.features import errors_by_feature
from bprop.reporting.heads import Judged, head_results, judged_of
from bprop.reporting.importance import importance_in
from bprop.reporting.layers import first_layer
from bprop.reporting.looking import Pass, look
from bprop.reporting.pictures import Pictures
from bprop.reporting.plain import digits_for, number, numbers, shortened, spread, text
from bprop.reporting.whose import whose
from bprop.reporting.worst import Answer, in_units, inputs_of, worst_of

MOST_CLASSES = 40  # of a confusion matrix; with more, the most frequent mistakes
MOST_PAIRS = 40
MOST_POINTS = 1500  # of a residual plot
MOST_COLUMNS = 4  # plots of residuals
SENSES = 200  # features of an array that are permuted and charted one by one


def outcome(model: Model, data: Any, weights: Any, name: str, facts: Facts) -> dict[str, Any]:
    """The part of a page about the examples `data`, with the name `name`. Raises the errors of `Model.evaluate`."""
    examples = model.examples(data, weights)
    measured = model.evaluate(examples)
    results = {
        "name": text(name), "count": len(examples),
        "measures": {text(key, 200): _measure(value) for key, value in measured.items()},
        "note": whose(model), "warnings": [], "heads": [], "confusion": None, "residuals": None, "importance": None,
        "features": None, "boundary": None, "filters": None, "worst": [],
    }  # fmt: skip
    if model.stopped == "diverged":
        return results
    arrays = in_table_units(model, data)
    outputs = look(model, examples.arrays)
    w = np.ones(len(examples)) if examples.weights is None else np.asarray(examples.weights, np.float64)
    results["warnings"] = [*_not_finite(outputs), *_constant(model, examples, measured, name)]
    judged = judged_of(model, examples, None if isinstance(data, DataSet) else arrays)
    results["heads"] = _heads(judged, w, measured)
    _chart(results, model, outputs, judged, w)
    shown = inputs_of(model, arrays)
    results["importance"] = importance_in(model, examples, _columns(model, facts, shown))
    results["features"] = _features(model, facts, shown, outputs, judged, w)
    pictures = Pictures.of(shown, model.notes)
    if pictures is not None:
        results["filters"] = first_layer(model, pictures.array.shape[1:])
    alone = judged[0] if len(judged) == 1 else None
    if alone is not None and len(shown) == 1 and alone.usable.any():
        results["boundary"] = boundary_of(model, alone.question, next(iter(shown.values())), alone.y)
    answer = None if alone is None else Answer(alone.question, alone.f, alone.y)
    losses = np.where(w > 0, outputs.losses, -np.inf)
    results["worst"] = worst_of(model, shown, outputs, losses, answer, facts)
    return results


def _heads(judged: list[Judged], w: np.ndarray, measured: Mapping[str, float]) -> list[dict[str, Any]]:
    """The results of each head; those of several have a confusion matrix and residuals of their own."""
    heads = []
    for one in judged:
        rows = one.usable
        if not (w[rows] > 0).any():
            continue
        evaluation = measured if len(judged) == 1 and rows.all() else {}
        part = head_results(one.question, one.f[rows], one.y[rows], w[rows], evaluation)
        if len(judged) > 1:
            part |= {"name": shortened(one.name, 60), **_matrix_or_residuals(one)}
        heads.append(part)
    return heads


def _matrix_or_residuals(one: Judged) -> dict[str, Any]:
    f, y, question = one.f[one.usable], one.y[one.usable], one.question
    if question.classes is not None:
        names = [shortened(name, 30) for name in question.classes]
        return {"confusion": _confusion(predictions(f, question.decision), y, names)}
    if question.task == "multilabel" and question.probabilities:
        return {}
    return {"residuals": _residuals(list(question.columns), f, y)}


def _chart(results: dict[str, Any], model: Model, outputs: Pass, judged: list[Judged], w: np.ndarray) -> None:
    """The confusion matrix or the residuals of a single head, and what its threshold changes."""
    if len(judged) == 1:
        one = judged[0]
        results |= _matrix_or_residuals(one)
        decision = one.question.decision
        if decision is not None and decision.threshold is not None and one.question.classes is not None:
            if "accuracy" in results["measures"]:
                right = predictions(one.f, decision) == one.y
                share = np.average(right[one.usable], weights=w[one.usable])
                results["measures"]["accuracy"] = _measure(float(share))
            positive = shortened(one.question.classes[decision.positive], 30)
            note = f"{positive} is predicted where its probability is {decision.threshold:g} or more."
            results["note"] = f"{results['note']} {note}".strip()
    elif not judged and outputs.predicted is not None and outputs.truth is not None and outputs.truth.ndim <= 2:
        predicted, truth = outputs.predicted[outputs.finite], outputs.truth[outputs.finite]
        if "accuracy" not in results["measures"] and predicted.size == truth.size:
            results["residuals"] = _residuals(*in_units(model, predicted, truth))


def in_table_units(model: Model, data: Any) -> dict[str, np.ndarray]:
    if isinstance(data, DataSet):
        return {key: model.units.restored(key, array) for key, array in data.arrays.items()}
    return model.graph.read(model.graph.named(data))


def _columns(model: Model, facts: Facts, shown: Mapping[str, np.ndarray]) -> Mapping[str, Mapping[str, Any]]:
    """{column: {input: its features}}: as the facts have them; of arrays each number of an example, if they are few."""
    if facts.inputs:
        return facts.inputs
    if Pictures.of(shown, model.notes) is not None:
        return {}  # single pixels tell nothing
    flat = {key: array.shape[1] if array.ndim == 2 else 1 for key, array in shown.items() if array.ndim < 3}
    if sum(flat.values()) > SENSES or len(flat) < len(shown):
        return {}
    return {
        names[k]: {key: [k] if shown[key].ndim == 2 else None}
        for key, count in flat.items()
        for names in [_names(model, key, count)]
        for k in range(count)
    }


def _names(model: Model, key: str, count: int) -> list[str]:
    """The names of the features of an input."""
    noted = list(words(model.notes, "columns"))
    if len(noted) == count == len({*noted}):
        return noted
    return [key] if count == 1 else [f"{key}[{k}]" for k in range(count)]


def _features(
    model: Model, facts: Facts, shown: Mapping[str, np.ndarray], outputs: Pass, judged: list[Judged], w: np.ndarray
) -> dict[str, Any] | None:  # fmt: skip
    """{"error": what it is, "charts"}: the mean error for the values of each feature."""
    if facts.values is not None:
        values = {name: (lambda name=name: facts.values(name)) for name in facts.inputs}  # type: ignore[misc]
    else:
        columns = _columns(model, facts, shown)
        pairs = {name: next(iter(of.items())) for name, of in columns.items()}
        values = {name: _feature(shown[key], place) for name, (key, place) in pairs.items()}
    what, error = error_of(outputs, judged)
    charts = errors_by_feature(error, w, values)
    return {"error": what, "charts": charts} if charts else None


def _feature(array: np.ndarray, place: list[int] | None) -> Callable[[], np.ndarray]:
    return lambda: array.reshape(len(array), -1)[:, 0 if place is None else place[0]]


def error_of(outputs: Pass, judged: list[Judged]) -> tuple[str, np.ndarray]:
    """(what it is, (N,) the error of each example): whether it is wrong, or how far off, or its loss."""
    if len(judged) != 1:
        return "mean loss", outputs.losses
    _, question, f, y, _ = judged[0]
    if question.classes is not None:
        return "share of wrong predictions", (predictions(f, question.decision) != y) * 1.0
    if question.task == "multilabel" and question.probabilities:
        return "share of wrong labels", ((f > 0.5) != y).mean(axis=1)
    if len(question.columns) == 1:
        with np.errstate(all="ignore"):
            return "mean size of prediction − truth", np.abs(f.reshape(-1) - y.reshape(-1).astype(np.float64))
    return "mean loss", outputs.losses


def _measure(value: float) -> float | str:
    finite = number(value)
    return "not finite" if finite is None else finite


def _not_finite(outputs: Pass) -> list[str]:
    """A warning if predictions are NaN or infinite: they are in no matrix and no plot."""
    count = int((~outputs.finite).sum())
    if not count:
        return []
    whom = "one example is" if count == 1 else f"{count:,} examples are"
    return [f"the prediction for {whom} NaN or infinite: this page counts and plots the others alone"]


def _constant(model: Model, examples: DataSet, measured: Mapping[str, float], name: str) -> list[str]:
    targets = model.units.judged(examples.arrays)
    warning = no_better(model.graph, targets, measured, examples.weights, f"the {len(examples):,} {text(name)}")
    return [] if warning is None else [warning]


def _confusion(taken: np.ndarray, truth: np.ndarray, classes: list[str]) -> dict[str, Any]:
    count = len(classes)
    counts = np.bincount(truth.astype(np.int64) * count + taken, minlength=count**2).reshape(count, count)
    if count <= MOST_CLASSES:
        return {"classes": classes, "counts": counts.tolist(), "pairs": []}
    np.fill_diagonal(counts, 0)
    order = np.argsort(counts, axis=None)[::-1][:MOST_PAIRS]
    pairs = [(int(k) // count, int(k) % count) for k in order if counts.flat[k]]
    return {"classes": [], "counts": None, "pairs": [[classes[i], classes[j], int(counts[i, j])] for i, j in pairs]}


def _residuals(names: list[str], predicted: np.ndarray, truth: np.ndarray) -> list[dict[str, Any]]:
    predicted, truth = (np.asarray(array).reshape(len(truth), -1) for array in (predicted, truth))
    rows, charts = spread(len(truth), MOST_POINTS), []
    for k, name in enumerate(names[:MOST_COLUMNS]):
        f, y = (array[rows, k].astype(np.float64) for array in (predicted, truth))
        with np.errstate(all="ignore"):
            digits = digits_for(y, float(np.abs(f - y).max(initial=0.0)))
        charts.append({"name": shortened(name, 40), "predicted": numbers(f, digits), "truth": numbers(y, digits)})
    return charts
