"""Metrics as reducers: a number for each example, a weighted mean over examples, a last function of it."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

from bprop.namespace import Array


@dataclass(frozen=True)
class Metric:
    """mean_t m(prediction_t, y_t), then `finish`. `higher_is_better` says which way early stopping looks."""

    per_example: Callable[[Array, Array], Array]
    finish: Callable[[float], float] = float
    higher_is_better: bool = False


def _examples_mean(a: Array) -> Array:
    return a.mean(axis=tuple(range(1, a.ndim))) if a.ndim > 1 else a


def right(prediction: Array, y: Array) -> Array:
    """Share of the outputs of each example that are right: scores (N, ..., C) by argmax, else by equality.

    Where a score is NaN nothing is right.
    """
    if prediction.ndim == y.ndim + 1:
        best = prediction.max(axis=-1)
        return _examples_mean(((prediction.argmax(axis=-1) == y) & (best == best)) * 1.0)
    return _examples_mean((prediction == y) * 1.0)


def squared(prediction: Array, y: Array) -> Array:
    """Mean squared difference over the outputs of each example."""
    return _examples_mean((prediction - y) ** 2)


def absolute(prediction: Array, y: Array) -> Array:
    """Mean absolute difference over the outputs of each example."""
    return _examples_mean(abs(prediction - y))


METRICS: dict[str, Metric] = {
    "accuracy": Metric(right, higher_is_better=True),
    "rmse": Metric(squared, finish=lambda mean: sqrt(mean) if mean >= 0 else mean),
    "mae": Metric(absolute),
}


def higher_is_better(name: str) -> bool:
    """Whether a larger value of the metric `name` ("accuracy", "accuracy[nll_1]") is better."""
    found = METRICS.get(name.partition("[")[0])
    return found is not None and found.higher_is_better
