"""The results of a model on examples: measures, confusion matrix or residuals, the worst examples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from bprop.boxes.loss import ClassLoss, Loss
from bprop.data import DataSet
from bprop.health.constant import no_better
from bprop.model import Model
from bprop.notes import best_epochs, table, threshold, word, words
from bprop.reporting.about import Facts
from bprop.reporting.importance import importance_in
from bprop.reporting.pictures import Pictures
from bprop.reporting.plain import number, numbers, spread, text
from bprop.scaling import Units, with_older

PART = 4096  # rows computed at a time
MOST_CLASSES = 40  # of a confusion matrix; with more, the most frequent mistakes
MOST_PAIRS = 40
MOST_POINTS = 1500  # of a residual plot
MOST_COLUMNS = 4  # plots of residuals
WORST = 12
MOST_CELLS = 30  # of an example
TOP = 3


class Pass(NamedTuple):
    """The results of one pass over the examples: the loss (N,) of each, predictions and targets of the loss box."""

    losses: np.ndarray
    predicted: np.ndarray | None
    truth: np.ndarray | None


def outcome(
    model: Model, data: Any, weights: Any, name: str, facts: Facts
) -> dict[str, Any]:  # fmt: skip
    """The part of a page about the examples `data`, with the name `name`. Raises the errors of `Model.evaluate`."""
    examples = model.examples(data, weights)
    count, w = len(examples), examples.weights
    measured = model.evaluate(examples)
    results = {
        "name": text(name), "count": count, "measures": {key: _measure(value) for key, value in measured.items()},
        "note": whose(model), "warnings": [], "confusion": None, "residuals": None, "importance": None,
        "worst": [],
    }  # fmt: skip
    if model.stopped == "diverged":
        return results
    outputs = _look(model, examples.arrays)
    classes = class_names(model, outputs)
    results["warnings"] = [*_not_finite(outputs), *_constant(model, examples.arrays, measured, w, name)]
    if outputs.predicted is not None and outputs.truth is not None:
        usable = _finite_rows(outputs)
        predicted, truth = outputs.predicted[usable], outputs.truth[usable]
        if classes is not None:
            taken = chosen(model, predicted)
            results["confusion"] = _confusion(taken, truth, classes)
            if "accuracy" in measured and threshold(model.notes) is not None:
                share = np.average(taken == truth, weights=None if w is None else np.asarray(w)[usable])
                results["measures"]["accuracy"] = _measure(float(share))
                results["note"] = f"{results['note']} {_threshold_note(model, classes)}".strip()
        elif "accuracy" not in measured and truth.ndim <= 2:
            results["residuals"] = _residuals(model, predicted, truth)
    results["importance"] = importance_in(model, examples, facts)
    counted = outputs.losses if w is None else np.where(w > 0, outputs.losses, -np.inf)
    if isinstance(data, DataSet):
        arrays = {key: model.units.restored(key, array) for key, array in data.arrays.items()}
    else:
        arrays = model.graph.read(model.graph.named(data))
    results["worst"] = _worst(model, arrays, outputs, counted, classes, facts)
    return results


def chosen(model: Model, scores: np.ndarray) -> np.ndarray:
    """(N,) the numbers of the classes that scores (N, C) lead to: from the model's threshold on the positive one of
    two, else that of the largest score."""
    decision = threshold(model.notes)
    if decision is None or scores.shape[1] != 2:
        return scores.argmax(axis=1)
    positive, least = decision
    return np.where(scores[:, positive] >= scores.dtype.type(least), positive, 1 - positive)


def _threshold_note(model: Model, classes: list[str]) -> str:
    positive, least = threshold(model.notes) or (1, 0.5)
    return f"{classes[positive]} is predicted where its probability is {least:g} or more."


def _measure(value: float) -> float | str:
    finite = number(value)
    return "not finite" if finite is None else finite


def whose(model: Model) -> str:
    """A note on the weights behind the results; "" for those of the last epoch."""
    if epochs := best_epochs(model.notes):
        return (
            f"These results are of the mean of {len(epochs)} networks, each at the epoch that did best "
            f"on its validation rows ({', '.join(map(str, epochs))})."
        )
    if model.kept_epoch is not None and model.kept_epoch != len(model.history):
        return f"These results are of the weights of epoch {model.kept_epoch}, the best on the validation set."
    if model.stopped == "interrupted":
        return f"These results are of the weights when training was interrupted{_updates(model)}."
    if model.stopped == "diverged":
        return (
            f"Training diverged. These results are of the weights just before the update that failed{_updates(model)}. "
            "The predictions of such a network mean little, so single examples are not shown."
        )
    return ""


def _updates(model: Model) -> str:
    updates = getattr(model, "updates", None)
    return "" if updates is None else f", after {updates:,} update{'' if updates == 1 else 's'}"


def _finite_rows(outputs: Pass) -> np.ndarray:
    """(N,) True for finite predictions."""
    assert outputs.predicted is not None
    return np.asarray(np.isfinite(outputs.predicted).reshape(len(outputs.predicted), -1).all(axis=1))


def _not_finite(outputs: Pass) -> list[str]:
    """A warning if predictions are NaN or infinite: they are in no matrix and no plot."""
    count = 0 if outputs.predicted is None else int((~_finite_rows(outputs)).sum())
    if not count:
        return []
    whom = "one example is" if count == 1 else f"{count:,} examples are"
    return [f"the prediction for {whom} NaN or infinite: this page counts and plots the others alone"]


def _constant(
    model: Model, arrays: Mapping[str, np.ndarray], measured: Mapping[str, float], w: np.ndarray | None, name: str
) -> list[str]:
    targets = model.units.judged(arrays)
    warning = no_better(model.graph, targets, measured, w, f"the {len(next(iter(arrays.values()))):,} {text(name)}")
    return [] if warning is None else [warning]


def _look(model: Model, arrays: Mapping[str, np.ndarray]) -> Pass:
    graph = model.graph
    loss = graph.need_loss()
    judge = judge_of(model)
    compared = () if judge is None else judge.children[:2]
    parts: list[list[np.ndarray]] = []
    rows = len(next(iter(arrays.values())))
    size = PART if graph.mixing(training=False) is None else rows
    for start in range(0, rows, size):
        part = {name: array[start : start + size] for name, array in arrays.items()}
        with np.errstate(all="ignore"):  # the network may have diverged
            values = graph.fprop(model.params, part, training=False)
        parts.append([np.asarray(values[box]) for box in (loss, *compared)])
    whole = [np.concatenate(arrays) for arrays in zip(*parts, strict=True)]
    return Pass(whole[0], None, None) if judge is None else Pass(whole[0], judge.prediction(whole[1]), whole[2])


def judge_of(model: Model) -> Loss | None:
    """The box that compares predictions with targets; None if there are several or none."""
    losses = list(model.graph.losses.values())
    return losses[0] if len(losses) == 1 else None


def class_names(model: Model, outputs: Pass) -> list[str] | None:
    """The names of the classes, if each example has one class; else None."""
    if not isinstance(judge_of(model), ClassLoss) or outputs.predicted is None or outputs.predicted.ndim != 2:
        return None
    names = words(model.notes, "classes")
    count = outputs.predicted.shape[1]
    return [text(name, 30) for name in (names if len(names) == count else range(count))]


def _confusion(taken: np.ndarray, truth: np.ndarray, classes: list[str]) -> dict[str, Any]:
    count = len(classes)
    counts = np.bincount(truth.astype(np.int64) * count + taken, minlength=count**2).reshape(count, count)
    if count <= MOST_CLASSES:
        return {"classes": classes, "counts": counts.tolist(), "pairs": []}
    np.fill_diagonal(counts, 0)
    order = np.argsort(counts, axis=None)[::-1][:MOST_PAIRS]
    pairs = [(int(k) // count, int(k) % count) for k in order if counts.flat[k]]
    return {"classes": [], "counts": None, "pairs": [[classes[i], classes[j], int(counts[i, j])] for i, j in pairs]}


def _residuals(model: Model, predicted: np.ndarray, truth: np.ndarray) -> list[dict[str, Any]]:
    names, predicted, truth = _in_units(model, predicted, truth)
    rows = spread(len(truth), MOST_POINTS)
    return [
        {"name": text(name, 40), "predicted": numbers(predicted[rows, k]), "truth": numbers(truth[rows, k])}
        for k, name in enumerate(names[:MOST_COLUMNS])
    ]


def _in_units(model: Model, predicted: np.ndarray, truth: np.ndarray) -> tuple[list[str], np.ndarray, np.ndarray]:
    """(names, predictions, targets) as columns, in the units of the table."""
    predicted, truth = predicted.reshape(len(truth), -1), truth.reshape(len(truth), -1)
    names = list(words(table(model.notes) or {}, "targets") or [word(model.notes, "target") or "y"])
    if len(names) != truth.shape[1]:
        names = [f"y{k + 1}" for k in range(truth.shape[1])]
    units = Units.of(with_older(model.notes))
    return names, units.restored("y", predicted), units.restored("y", truth)


def _worst(
    model: Model, arrays: Mapping[str, np.ndarray], outputs: Pass, losses: np.ndarray, classes: list[str] | None,
    facts: Facts,
) -> list[dict[str, Any]]:  # fmt: skip
    shown = inputs_of(model, arrays)
    pictures = Pictures.of(shown, model.notes)
    order = np.argsort(-np.nan_to_num(losses, nan=np.inf), kind="stable")[:WORST]
    examples = []
    for row in map(int, order):
        place, cells = _cells(shown, row, model, facts)
        examples.append(
            {
                "row": text(place), "loss": number(outputs.losses[row]), **_compared(model, outputs, row, classes),
                "image": pictures.picture(row) if pictures else None, "cells": [] if pictures else cells,
            }
        )  # fmt: skip
    return examples


def inputs_of(model: Model, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The inputs that the outputs need. Without outputs, all inputs but the targets of the losses."""
    graph = model.graph
    if graph.outputs:
        return {name: array for name, array in arrays.items() if name in graph.predictor.inputs}
    targets = {graph.names[child] for loss in graph.losses.values() for child in loss.children[1:]}
    return {name: array for name, array in arrays.items() if name not in targets}


def _compared(model: Model, outputs: Pass, row: int, classes: list[str] | None) -> dict[str, Any]:
    """The target and the prediction of an example."""
    if outputs.predicted is None or outputs.truth is None:
        return {"truth": None, "predicted": None, "top": []}
    if classes is not None:
        scores, label = outputs.predicted[row], int(outputs.truth[row])
        best = np.argsort(-scores)[:TOP]
        share = bool((scores >= 0).all() and abs(scores.sum() - 1) < 1e-3)
        top = [[classes[k], number(scores[k])] for k in best] if share else []
        taken = int(chosen(model, scores[None])[0])
        return {"truth": classes[label], "predicted": classes[taken], "top": top}
    names, predicted, truth = _in_units(model, outputs.predicted[row : row + 1], outputs.truth[row : row + 1])
    if len(names) == 1:
        return {"truth": number(truth[0, 0]), "predicted": number(predicted[0, 0]), "top": []}
    shown = [", ".join(f"{value:.4g}" for value in array[0, :MOST_CELLS]) for array in (truth, predicted)]
    return {"truth": shown[0], "predicted": shown[1], "top": []}


def _cells(inputs: Mapping[str, np.ndarray], row: int, model: Model, facts: Facts) -> tuple[str, list[list[str]]]:
    """(the place of an example, its cells). Without a table, the cells are its numbers."""
    if facts.cells is not None:
        place, cells = facts.cells(row)
        return place, [[text(name, 40), text(value, 40)] for name, value in list(cells)[:MOST_CELLS]]
    columns = words(model.notes, "columns")
    cells = []
    for name, array in inputs.items():
        values = array[row].ravel()[:MOST_CELLS].tolist()
        names = columns if len(columns) == array[row].size else [f"{name}[{k}]" for k in range(len(values))]
        cells += [[text(n, 40), f"{v:.4g}"] for n, v in zip(names, values, strict=False)]
    return f"row {row + 1}", cells[:MOST_CELLS]
