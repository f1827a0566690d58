"""Features of the numbers of a table, in the graph: bins and waves beside the numbers themselves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from bprop import init as initialisers
from bprop.box import Box
from bprop.boxes import clip, concat, dropout, linear_each, matmul, multiply, reshape, waves
from bprop.leaves import Constant, Parameter
from bprop.sources.thresholds import thresholds

FEATURES = ("bins", "waves")
BINS, ROWS_OF_A_BIN = 16, 16
WAVES, OF_A_NUMBER = 16, 3
FREQUENCY = 0.2 * np.pi
PHASES = 5.0
BIN_SIZE = 0.3
NARROWEST = 1e-6


def with_features(
    x: Box, names: Sequence[str], X: np.ndarray, measures: np.ndarray, targets: np.ndarray, rate: float | None = None
) -> Box:  # fmt: skip
    """A box (N, D'): the numbers x (N, D) and the features that `names` names.

    X : (N, D) the rows to train on, scaled as x is. measures : (D,) of bool, the columns that are scaled. Those with
    more than two values have features. targets : (N, K) numbers, or classes as 0 and 1, for the bins. rate : the share
    of the other columns, which are of categories, that is dropped in training; None: there is no such box.
    """
    columns = [i for i in np.flatnonzero(measures).tolist() if _several(X[:, i])]
    parts = [x] if rate is None or measures.all() else _dropped(x, measures, rate)
    for name in names if columns else ():
        box, width = (_bins if name == "bins" else _waves)(x, X, columns, targets)
        parts += [box] * bool(width)
    return parts[0] if len(parts) == 1 else concat(parts, name="numbers")


def _dropped(x: Box, measures: np.ndarray, rate: float) -> list[Box]:
    """The measures as they are, and the columns of categories with dropout."""
    count = len(measures)
    categories = dropout(_chosen(x, np.flatnonzero(~measures), count, "category"), rate, name="categories_dropped")
    return [*([_chosen(x, np.flatnonzero(measures), count, "measure")] if measures.any() else []), categories]


def _bins(x: Box, X: np.ndarray, columns: list[int], targets: np.ndarray) -> tuple[Box, int]:
    """0.3 clip((x - t_j) / (t_(j+1) - t_j), 0, 1) for the bins t_0 < t_1 < ... of each number, and as steep a ramp at
    each t_j as rounding allows. The factor keeps many bins from outweighing the number itself.

    Piecewise linear encoding: Gorishniy, Rubachev and Babenko, On Embeddings for Numerical Features (2022), sec. 3.1.
    """
    bins = [(i, begin, end) for i in columns for begin, end in _bins_of(X[:, i].astype(np.float64), targets)]
    if not bins:
        return x, 0
    index, begin, end = (np.array(column) for column in zip(*bins, strict=True))
    numbers = _chosen(x, index.astype(int), X.shape[1], "bin")
    width = Constant(end - begin, name="bin_width")
    ramps = clip((numbers - Constant(begin, name="bin_begin")) / width, 0.0, 1.0, name="ramps")
    return multiply(ramps, BIN_SIZE, name="bins"), len(bins)


def _bins_of(values: np.ndarray, targets: np.ndarray) -> list[tuple[float, float]]:
    """The bins of a number, from its smallest value in the rows to its largest, and a step at each cut; none where no
    cut serves."""
    cuts = thresholds(values, targets, BINS, ROWS_OF_A_BIN).tolist()
    if not cuts:
        return []
    edges = [float(values.min())]
    for cut in [*cuts, float(values.max())]:
        if cut - edges[-1] > narrowest(cut):
            edges.append(cut)
    steps = [(cut - narrowest(cut) / 2, cut + narrowest(cut) / 2) for cut in cuts]
    return [*pairwise(edges), *steps]


def narrowest(cut: float) -> float:
    """The width of the narrowest bin at a place, as far as float32 tells numbers apart there."""
    return NARROWEST * max(1.0, abs(cut))


def _waves(x: Box, X: np.ndarray, columns: list[int], targets: np.ndarray) -> tuple[Box, int]:
    """Three learned sums of 16 waves of each number: see `bprop.waves`."""
    count = len(columns)
    numbers = _chosen(x, np.array(columns), X.shape[1], "wave")
    v = Parameter("v", (count, WAVES), init=initialisers.normal(1.0))
    p = Parameter("p", (count, WAVES), init=initialisers.uniform(PHASES))
    A = Parameter("A", (count, WAVES, OF_A_NUMBER), init=initialisers.normal(WAVES**-0.5))
    sums = linear_each(waves(numbers, v, p, scale=FREQUENCY, name="waves"), A, name="wave_sums")
    return reshape(sums, (-1, count * OF_A_NUMBER)), count * OF_A_NUMBER


def _chosen(x: Box, index: np.ndarray, columns: int, name: str) -> Box:
    """Columns of x, as a product with a constant of 0 and 1."""
    if np.array_equal(index, np.arange(columns)):
        return x
    chosen = (np.arange(columns)[:, None] == index).astype(np.float64)
    return matmul(x, Constant(chosen, name=f"{name}_columns"), name=f"{name}_numbers")


def _several(values: np.ndarray) -> bool:
    """Whether a column has more than two values."""
    low, high = values.min(), values.max()
    return bool(((values > low) & (values < high)).any())
