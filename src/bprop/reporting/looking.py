"""One pass of a model over examples: the loss of each, and what the loss compares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from bprop.boxes.loss import Loss
from bprop.model import Model

PART = 4096  # rows computed at a time


class Pass(NamedTuple):
    """The results of one pass over the examples: the loss (N,) of each, predictions and targets of the loss box."""

    losses: np.ndarray
    predicted: np.ndarray | None
    truth: np.ndarray | None

    @property
    def finite(self) -> np.ndarray:
        """(N,) True for finite predictions."""
        if self.predicted is None:
            return np.ones(len(self.losses), bool)
        return finite_rows(self.predicted)


def finite_rows(predicted: np.ndarray) -> np.ndarray:
    """(N,) True for the examples whose predictions are all finite."""
    return np.asarray(np.isfinite(predicted).reshape(len(predicted), -1).all(axis=1))


def look(model: Model, arrays: Mapping[str, np.ndarray]) -> Pass:
    """The pass over examples, as the network takes them."""
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
