"""The targets of estimators on tables: as the command line encodes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bprop.estimators.targets import Labels, Numbers
from bprop.scaling import Scaling


@dataclass(frozen=True, eq=False)
class TableLabels(Labels):
    """One label an example, with an output for each of two classes and more, as the command line has it."""

    @property
    def task(self) -> str:  # type: ignore[override]
        return "binary" if len(self.classes) < 2 else "multiclass"

    def strata(self, y: np.ndarray) -> np.ndarray | None:
        return y if len(self.classes) == 2 and np.bincount(y, minlength=2).min() > 1 else None


@dataclass(frozen=True, eq=False)
class ScaledNumbers(Numbers):
    """Numbers, of which the network sees (y - mean) / deviation."""

    scaling: Scaling | None = None

    def encode(self, y: np.ndarray) -> np.ndarray:
        numbers = super().encode(y)
        return numbers if self.scaling is None else self.scaling.scaled(numbers)

    def decode(self, f: np.ndarray) -> np.ndarray:
        return super().decode(f if self.scaling is None else self.scaling.restored(f))
