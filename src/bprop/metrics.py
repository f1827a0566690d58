"""Metrics as reducers: a number for each example, a weighted mean over the examples, a last function of the mean."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

from bprop.namespace import Array


@dataclass(frozen=True)
class Metric:
    """finish(mean_t m(prediction_t, y_t)), with m = `per_example`.

    higher_is_better : True if early stopping waits for a larger value.
    """

    per_example: Callable[[Array, Array], Array]
    finish: Callable[[float], float] = float
    higher_is_better: bool = False


def _examples_mean(a: Array) -> Array:
    return a.mean(axis=tuple(range(1, a.ndim))) if a.ndim > 1 else a


def right(prediction: Array, y: Array) -> Array:
    """The share of each example's outputs that are right.

    Shapes: prediction (N, ...) or scores (N, ..., C), y (N, ...) -> (N,). Scores are right if the largest is at y;
    scores with a NaN are wrong. Other predictions are right if they equal y.
    """
    if prediction.ndim == y.ndim + 1:
        best = prediction.max(axis=-1)
        return _examples_mean(((prediction.argmax(axis=-1) == y) & (best == best)) * 1.0)
    return _examples_mean((prediction == y) * 1.0)


def squared(prediction: Array, y: Array) -> Array:
    """mean over the outputs of (prediction - y)^2. Shapes: (N, ...), (N, ...) -> (N,)."""
    return _examples_mean((prediction - y) ** 2)


def absolute(prediction: Array, y: Array) -> Array:
    """mean over the outputs of |prediction - y|. Shapes: (N, ...), (N, ...) -> (N,)."""
    return _examples_mean(abs(prediction - y))


METRICS: dict[str, Metric] = {
    "accuracy": Metric(right, higher_is_better=True),
    "rmse": Metric(squared, finish=lambda mean: sqrt(mean) if mean >= 0 else mean),
    "mae": Metric(absolute),
}


LARGER = ("balanced_accuracy", "roc_auc", "average_precision", "f1", "precision", "recall", "r2")
SMALLER = ("loss", "log_loss", "calibration_error")
"""Measures of `bprop.measures` of which a larger value is better, and of which a smaller one is."""


def direction(name: str) -> bool | None:
    """True if a larger value of the metric `name` ("accuracy", "accuracy[nll_1]") is better, False if a smaller one is;
    None where bprop does not know it."""
    first = name.partition("[")[0]
    if first in METRICS:
        return METRICS[first].higher_is_better
    return True if first in LARGER else False if first in SMALLER else None


def higher_is_better(name: str) -> bool:
    """True if a larger value of the metric `name` is better."""
    return direction(name) is True
