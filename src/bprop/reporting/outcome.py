"""How a model does on rows that it was not trained on: measures, confusion or residuals, worst examples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from bprop.boxes.loss import ClassLoss, Loss
from bprop.data import DataSet
from bprop.health.constant import no_better
from bprop.model import Model
from bprop.notes import table, word, words
from bprop.reporting.facts import Facts
from bprop.reporting.pictures import Pictures
from bprop.reporting.plain import number, numbers, spread, text
from bprop.scaling import Units, with_older

PART = 4096  # rows computed at a time
MOST_CLASSES = 40  # of a confusion matrix; of more, the most frequent mistakes
MOST_PAIRS = 40
MOST_POINTS = 1500  # of a residual plot
MOST_COLUMNS = 4  # plots of residuals
WORST = 12
MOST_CELLS = 30  # of an example
TOP = 3


class Seen(NamedTuple):
    """What one pass over the examples gave: the loss (N,) of each, and what the loss box compared."""

    losses: np.ndarray
    predicted: np.ndarray | None
    truth: np.ndarray | None


def outcome(
    model: Model, data: Mapping[str, Any] | DataSet, weights: Any, name: str, facts: Facts
) -> dict[str, Any]:  # fmt: skip
    """The part of a page about the examples `data`, called `name` there. Raises as `Model.evaluate` does."""
    examples = model.examples(data, weights)
    count, w = len(examples), examples.weights
    measured = model.evaluate(examples)
    found = {
        "name": text(name), "count": count, "measures": {key: _measure(value) for key, value in measured.items()},
        "note": whose(model), "warnings": [], "confusion": None, "residuals": None, "worst": [],
    }  # fmt: skip
    if model.stopped == "diverged":
        return found
    seen = _look(model, examples.arrays)
    classes = class_names(model, seen)
    found["warnings"] = [*_not_finite(seen), *_constant(model, examples.arrays, measured, w, name)]
    if seen.predicted is not None and seen.truth is not None:
        usable = _finite_rows(seen)
        predicted, truth = seen.predicted[usable], seen.truth[usable]
        if classes is not None:
            found["confusion"] = _confusion(predicted.argmax(axis=1), truth, classes)
        elif "accuracy" not in measured and truth.ndim <= 2:
            found["residuals"] = _residuals(model, predicted, truth)
    counted = seen.losses if w is None else np.where(w > 0, seen.losses, -np.inf)
    if isinstance(data, DataSet):
        data = {key: model.units.restored(key, array) for key, array in data.arrays.items()}
    arrays = {key: np.asarray(data[key]) for key in examples.arrays}
    found["worst"] = _worst(model, arrays, seen, counted, classes, facts)
    return found


def _measure(value: float) -> float | str:
    found = number(value)
    return "not finite" if found is None else found


def whose(model: Model) -> str:
    """Which weights the results are of, where that is not plain; "" where they are those of the last epoch."""
    if model.kept_epoch is not None and model.kept_epoch != len(model.history):
        return f"These results are of the weights of epoch {model.kept_epoch}, the best on the validation set."
    if model.stopped == "interrupted":
        return f"These results are of the weights when training was interrupted{_updates(model)}."
    if model.stopped == "diverged":
        return (
            f"Training diverged. These results are of the weights just before the update that failed{_updates(model)}. "
            "What such a network predicts means little, so single examples are not shown."
        )
    return ""


def _updates(model: Model) -> str:
    updates = getattr(model, "updates", None)
    return "" if updates is None else f", after {updates:,} update{'' if updates == 1 else 's'}"


def _finite_rows(seen: Seen) -> np.ndarray:
    """(N,) True where the prediction is finite."""
    assert seen.predicted is not None
    return np.asarray(np.isfinite(seen.predicted).reshape(len(seen.predicted), -1).all(axis=1))


def _not_finite(seen: Seen) -> list[str]:
    """A warning where predictions are NaN or infinite: they are in no matrix and no plot."""
    count = 0 if seen.predicted is None else int((~_finite_rows(seen)).sum())
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


def _look(model: Model, arrays: Mapping[str, np.ndarray]) -> Seen:
    graph = model.graph
    loss = graph.need_loss()
    judge = judge_of(model)
    compared = () if judge is None else judge.children[:2]
    parts: list[list[np.ndarray]] = []
    rows = len(next(iter(arrays.values())))
    size = PART if graph.mixing(training=False) is None else rows
    for start in range(0, rows, size):
        part = {name: array[start : start + size] for name, array in arrays.items()}
        with np.errstate(all="ignore"):  # also of a network that has diverged
            values = graph.fprop(model.params, part, training=False)
        parts.append([np.asarray(values[box]) for box in (loss, *compared)])
    found = [np.concatenate(arrays) for arrays in zip(*parts, strict=True)]
    return Seen(found[0], None, None) if judge is None else Seen(found[0], judge.prediction(found[1]), found[2])


def judge_of(model: Model) -> Loss | None:
    """The box that compares predictions with targets, where there is only one."""
    losses = list(model.graph.losses.values())
    return losses[0] if len(losses) == 1 else None


def class_names(model: Model, seen: Seen) -> list[str] | None:
    """The names of the classes, where the examples are of one class each."""
    if not isinstance(judge_of(model), ClassLoss) or seen.predicted is None or seen.predicted.ndim != 2:
        return None
    names = words(model.notes, "classes")
    count = seen.predicted.shape[1]
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
    """(names, predictions, targets) as columns, in the units of the table that the model was trained from."""
    predicted, truth = predicted.reshape(len(truth), -1), truth.reshape(len(truth), -1)
    names = list(words(table(model.notes) or {}, "targets") or [word(model.notes, "target") or "y"])
    if len(names) != truth.shape[1]:
        names = [f"y{k + 1}" for k in range(truth.shape[1])]
    units = Units.of(with_older(model.notes))
    return names, units.restored("y", predicted), units.restored("y", truth)


def _worst(
    model: Model, arrays: Mapping[str, np.ndarray], seen: Seen, losses: np.ndarray, classes: list[str] | None,
    facts: Facts,
) -> list[dict[str, Any]]:  # fmt: skip
    shown = inputs_of(model, arrays)
    pictures = Pictures.of(shown, model.notes)
    order = np.argsort(-np.nan_to_num(losses, nan=np.inf), kind="stable")[:WORST]
    found = []
    for row in map(int, order):
        place, cells = _cells(shown, row, model, facts)
        found.append(
            {
                "row": text(place), "loss": number(seen.losses[row]), **_said(model, seen, row, classes),
                "image": pictures.picture(row) if pictures else None, "cells": [] if pictures else cells,
            }
        )  # fmt: skip
    return found


def inputs_of(model: Model, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What the network predicts from: the inputs that its outputs need, or else all but the targets of its losses."""
    graph = model.graph
    if graph.outputs:
        return {name: array for name, array in arrays.items() if name in graph.predictor.inputs}
    targets = {graph.names[child] for loss in graph.losses.values() for child in loss.children[1:]}
    return {name: array for name, array in arrays.items() if name not in targets}


def _said(model: Model, seen: Seen, row: int, classes: list[str] | None) -> dict[str, Any]:
    """What is true of an example, and what was predicted."""
    if seen.predicted is None or seen.truth is None:
        return {"truth": None, "predicted": None, "top": []}
    if classes is not None:
        scores, label = seen.predicted[row], int(seen.truth[row])
        best = np.argsort(-scores)[:TOP]
        share = bool((scores >= 0).all() and abs(scores.sum() - 1) < 1e-3)
        top = [[classes[k], number(scores[k])] for k in best] if share else []
        return {"truth": classes[label], "predicted": classes[int(best[0])], "top": top}
    names, predicted, truth = _in_units(model, seen.predicted[row : row + 1], seen.truth[row : row + 1])
    if len(names) == 1:
        return {"truth": number(truth[0, 0]), "predicted": number(predicted[0, 0]), "top": []}
    shown = [", ".join(f"{value:.4g}" for value in array[0, :MOST_CELLS]) for array in (truth, predicted)]
    return {"truth": shown[0], "predicted": shown[1], "top": []}


def _cells(inputs: Mapping[str, np.ndarray], row: int, model: Model, facts: Facts) -> tuple[str, list[list[str]]]:
    """The place and the cells of an example: those of its table, or else its numbers."""
    if facts.cells is not None:
        place, cells = facts.cells(row)
        return place, [[text(name, 40), text(value, 40)] for name, value in list(cells)[:MOST_CELLS]]
    columns = words(model.notes, "columns")
    found = []
    for name, array in inputs.items():
        values = array[row].ravel()[:MOST_CELLS].tolist()
        names = columns if len(columns) == array[row].size else [f"{name}[{k}]" for k in range(len(values))]
        found += [[text(n, 40), f"{v:.4g}"] for n, v in zip(names, values, strict=False)]
    return f"row {row + 1}", found[:MOST_CELLS]
