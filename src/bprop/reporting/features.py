"""Where a model errs: its mean error for the values of each feature."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from bprop.reporting.plain import digits_for, number, shortened, spread

MOST_ROWS = 20_000
MOST_FEATURES = 200  # that have a chart at the most
SHOWN = 12
BINS = 10
CATEGORIES = 12
FEWEST = 20  # rows: with fewer, means say little


def errors_by_feature(
    error: np.ndarray, w: np.ndarray, features: Mapping[str, Callable[[], np.ndarray]]
) -> list[dict[str, Any]]:  # fmt: skip
    """[{"name", "numeric", "bins": [[what, low, high, rows, mean error]], "explained"}], the features along which the
    error differs most first. explained : the share of the variance of the errors that lies between the bins.

    error : (N,). features : {name: a function that gives its values (N,), numbers or texts}.
    """
    if len(error) < FEWEST or not np.isfinite(error).all() or not error.var() > 0:
        return []
    some = np.array(spread(len(error), MOST_ROWS))
    error, w = error[some], w[some]
    charts = []
    for name, values_of in list(features.items())[:MOST_FEATURES]:
        values = np.asarray(values_of())[some]
        numeric = values.dtype.kind in "fiub"
        place, labels = _numeric_bins(values.astype(np.float64)) if numeric else _categories(values)
        if len(labels) < 2:
            continue
        weight, rows = np.bincount(place, w, len(labels)), np.bincount(place, minlength=len(labels))
        means = np.bincount(place, w * error, len(labels)) / np.where(weight > 0, weight, 1.0)
        mean = np.average(error, weights=w)
        explained = float(weight @ (means - mean) ** 2 / (w @ (error - mean) ** 2))
        bins = [[*labels[k], int(rows[k]), number(means[k])] for k in range(len(labels)) if weight[k] > 0]
        charts.append({"name": shortened(name, 60), "numeric": numeric, "bins": bins, "explained": number(explained)})
    charts.sort(key=lambda chart: -(chart["explained"] or 0.0))
    return charts[:SHOWN]


Labels = list[list[Any]]


def _numeric_bins(values: np.ndarray) -> tuple[np.ndarray, Labels]:
    """(the bin of each row, [text, low, high] of each bin): single values where they are few, else bins of about as
    many rows each. Missing ones have a bin of their own."""
    gone = ~np.isfinite(values)
    there = values[~gone]
    distinct = np.unique(there)
    if len(distinct) <= BINS:
        digits = digits_for(distinct) - 1
        edges, labels = distinct, [[f"{v:.{digits}g}", float(v), float(v)] for v in distinct]
        place = np.searchsorted(edges, values)
    else:
        edges = np.unique(np.quantile(there, np.linspace(0, 1, BINS + 1)))
        place = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
        digits = digits_for(edges) - 1
        labels = [[f"{low:.{digits}g} to {high:.{digits}g}", float(low), float(high)] for low, high in pairwise(edges)]
    if gone.any():
        place = np.where(gone, len(labels), place)
        labels.append(["missing", None, None])
    return place, labels


def _categories(values: np.ndarray) -> tuple[np.ndarray, Labels]:
    """(the category of each row, [text, None, None] of each): the most frequent ones, and the rest together."""
    names, place = np.unique([str(value) for value in values], return_inverse=True)
    order = np.argsort(-np.bincount(place.ravel()), kind="stable")
    rank = np.empty(len(names), np.intp)
    rank[order] = np.arange(len(names))
    labels: Labels = [[shortened(names[k], 40), None, None] for k in order[:CATEGORIES]]
    if len(names) > CATEGORIES:
        labels.append([f"{len(names) - CATEGORIES:,} others", None, None])
    return np.minimum(rank[place.ravel()], len(labels) - 1), labels
