"""The examples with the largest loss, for the page: their inputs, targets and predictions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from bprop.measures.judge import Question
from bprop.measures.scores import predictions
from bprop.model import Model
from bprop.notes import table, word, words
from bprop.reporting.about import Facts
from bprop.reporting.looking import Pass
from bprop.reporting.pictures import Pictures
from bprop.reporting.plain import DIGITS, digits_for, number, shortened, text
from bprop.scaling import Units, with_older

WORST = 12
MOST_CELLS = 30  # of an example
TOP = 3
FEW_DIGITS = 6


class Answer(NamedTuple):
    """The question of a model with one head, its predictions f and the targets y."""

    question: Question
    f: np.ndarray
    y: np.ndarray


def in_units(model: Model, predicted: np.ndarray, truth: np.ndarray) -> tuple[list[str], np.ndarray, np.ndarray]:
    """(names, predictions, targets) as columns, in the units of the table."""
    predicted, truth = predicted.reshape(len(truth), -1), truth.reshape(len(truth), -1)
    names = list(words(table(model.notes) or {}, "targets") or [word(model.notes, "target") or "y"])
    if len(names) != truth.shape[1]:
        names = [f"y{k + 1}" for k in range(truth.shape[1])]
    units = Units.of(with_older(model.notes))
    return names, units.restored("y", predicted), units.restored("y", truth)


def worst_of(
    model: Model, shown: Mapping[str, np.ndarray], outputs: Pass, losses: np.ndarray, answer: Answer | None,
    facts: Facts,
) -> list[dict[str, Any]]:  # fmt: skip
    """The examples of the largest losses (N,), the worst first. shown : their inputs, in the units of the table."""
    pictures = Pictures.of(shown, model.notes)
    order = np.argsort(-np.nan_to_num(losses, nan=np.inf), kind="stable")[:WORST]
    examples = []
    for row in map(int, order):
        place, cells = _cells(shown, row, model, facts)
        compared = _by_loss(model, outputs, row) if answer is None else _compared(answer, row)
        examples.append(
            {
                "row": text(place), "loss": number(outputs.losses[row]), **compared,
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


def _compared(answer: Answer, row: int) -> dict[str, Any]:
    """The target and the prediction of an example, and the probabilities of the classes or labels that matter most."""
    question, f, y = answer
    if question.classes is not None:
        scores, names = f[row], [shortened(name, 30) for name in question.classes]
        best = np.argsort(-scores)[:TOP]
        top = [[names[k], number(scores[k])] for k in best] if question.probabilities else []
        taken = int(predictions(f[row : row + 1], question.decision)[0])
        return {"truth": names[int(y[row])], "predicted": names[taken], "top": top}
    if question.task == "multilabel" and question.probabilities:
        return _labels(question, f[row], y[row])
    return _values(list(question.columns), f[row : row + 1], y[row : row + 1], digits_for(y))


def _labels(question: Question, p: np.ndarray, y: np.ndarray) -> dict[str, Any]:
    """The labels that hold and those that are predicted, by name; and the probabilities that are furthest off."""
    names = [shortened(name, 30) for name in question.columns]
    truth, predicted = (
        ", ".join(name for name, there in zip(names, labels, strict=True) if there) or "none of the labels"
        for labels in (y > 0.5, p > 0.5)
    )
    off = np.argsort(-np.abs(p - y), kind="stable")[:TOP]
    return {
        "truth": text(truth, 200),
        "predicted": text(predicted, 200),
        "top": [[names[k], number(p[k])] for k in off],
    }


def _by_loss(model: Model, outputs: Pass, row: int) -> dict[str, Any]:
    """The two things that the loss compares, where it is one box, and they have one size."""
    if outputs.predicted is None or outputs.truth is None:
        return {"truth": None, "predicted": None, "top": []}
    names, predicted, truth = in_units(model, outputs.predicted[row : row + 1], outputs.truth[row : row + 1])
    return _values(names, predicted, truth, DIGITS)


def _values(names: list[str], predicted: np.ndarray, truth: np.ndarray, digits: int) -> dict[str, Any]:
    predicted, truth = predicted.reshape(len(truth), -1), truth.reshape(len(truth), -1)
    if len(names) == 1 and truth.shape[1] == 1:
        if digits > FEW_DIGITS:  # numbers far from 0, which four digits do not tell apart
            return {
                "truth": f"{truth[0, 0]:.{digits - 1}g}",
                "predicted": f"{predicted[0, 0]:.{digits - 1}g}",
                "top": [],
            }
        return {"truth": number(truth[0, 0]), "predicted": number(predicted[0, 0]), "top": []}
    shown = [", ".join(f"{value:.{digits - 1}g}" for value in array[0, :MOST_CELLS]) for array in (truth, predicted)]
    return {"truth": shown[0], "predicted": shown[1], "top": []}


def _cells(inputs: Mapping[str, np.ndarray], row: int, model: Model, facts: Facts) -> tuple[str, list[list[str]]]:
    """(the place of an example, its cells). Without a table, the cells are its numbers."""
    if facts.cells is not None:
        place, cells = facts.cells(row)
        return place, [[shortened(name, 40), shortened(value, 40)] for name, value in list(cells)[:MOST_CELLS]]
    columns = words(model.notes, "columns")
    cells = []
    for name, array in inputs.items():
        values = array[row].ravel()[:MOST_CELLS].tolist()
        names = columns if len(columns) == array[row].size else [f"{name}[{k}]" for k in range(len(values))]
        cells += [[shortened(n, 40), f"{v:.4g}"] for n, v in zip(names, values, strict=False)]
    return f"row {row + 1}", cells[:MOST_CELLS]
