"""How a network takes the columns of a table: features of numbers, and dropout of categories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from bprop.box import Box
from bprop.errors import SettingError, UnknownNameError
from bprop.names import known
from bprop.scaling import Units
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation
from bprop.sources.scaling import network_arrays, numbers_in
from bprop.sources.thresholds import MOST_ROWS
from bprop.tables.features import FEATURES, with_features

MOST_COLUMNS = {"bins": 200, "waves": 64}
"""Numbers in an example up to which they have features: for more, they cost more time than they are worth."""
MOST_CLASSES = 64
"""Classes that bins are learned for, the most frequent of them."""


@dataclass(frozen=True)
class Inputs:
    """How a network takes the columns of a table.

    features : names of `FEATURES`, of its numbers. category_dropout : the share of categories that is dropped in
    training; None: there is no such box. Raises UnknownNameError and SettingError.
    """

    features: tuple[str, ...] = ()
    category_dropout: float | None = None

    def __post_init__(self) -> None:
        for name in self.features:
            if name not in FEATURES:
                raise UnknownNameError(f"no features are called {name!r}; there are: {known(str(name), FEATURES)}")
        if self.category_dropout is not None and not 0 <= self.category_dropout < 1:
            raise SettingError(f"category_dropout must be in [0, 1), not {self.category_dropout}")

    def fitting(self, preparation: Preparation) -> Inputs:
        """Those that there are for the columns of a table: none for arrays, and for images."""
        if not preparation.is_table:
            return Inputs()
        measures = int(preparation.scaled.sum())
        names = tuple(name for name in self.features if 0 < measures <= MOST_COLUMNS[name])
        return Inputs(names, self.category_dropout if has_categories(preparation) else None)

    def learned(self, rows: Frame, preparation: Preparation, units: Units) -> Callable[[Box], Box] | None:
        """A function from the box of the numbers to that of numbers and features, whose bins are learned from rows."""
        measures = preparation.scaled
        if not self.features and (self.category_dropout is None or measures.all()):
            return None
        some = rows.rows(np.unique(np.linspace(0, len(rows) - 1, min(len(rows), MOST_ROWS)).astype(np.intp)))
        arrays = network_arrays(some, preparation, units)
        X = numbers_in(arrays, len(some))
        return partial(
            with_features, names=self.features, X=X, measures=measures, targets=_targets(arrays["y"], preparation),
            rate=self.category_dropout,
        )  # fmt: skip

    def __str__(self) -> str:
        numbers = f"{' and '.join(self.features)} of numbers" if self.features else "numbers as they are"
        return numbers if self.category_dropout is None else f"{numbers}, dropout {self.category_dropout} of categories"


def has_categories(preparation: Preparation) -> bool:
    """Whether a table has columns of categories."""
    return bool(preparation.embeddings) or not preparation.scaled.all()


def _targets(y: np.ndarray, preparation: Preparation) -> np.ndarray:
    """(N, K) targets, or (N, C) classes as 0 and 1, of which the most frequent."""
    if preparation.classes is None or y.ndim > 1 or y.dtype.kind == "f":
        return y.reshape(len(y), -1).astype(np.float64)
    classes, counts = np.unique(y, return_counts=True)
    frequent = classes[np.argsort(-counts, kind="stable")[:MOST_CLASSES]]
    return (y[:, None] == frequent).astype(np.float64)
