"""Numbers that stand side by side: the inputs of arrays and images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from bprop.errors import DataError
from bprop.sources.columns.kind import Kind
from bprop.sources.frame import Frame


@dataclass(frozen=True)
class Matrix(Kind, named=False):
    """D numbers a row, as they stand: they are scaled together, and bytes stay bytes.

    names : of the D numbers. A table with columns of these names is taken, too.
    """

    names: tuple[str, ...]
    kind = "matrix"

    @classmethod
    def fit(cls, name: str, frame: Frame) -> Self:
        return cls(name, frame.column(name).names)

    def encode(self, frame: Frame) -> np.ndarray:
        block = frame.block
        if block is None:
            frame.need(self.names)
            return np.stack([frame.finite(name, "input") for name in self.names], axis=1)
        if len(block.names) != len(self.names):
            raise DataError(f"{frame.label}: {len(block.names)} input columns, but the model takes {len(self.names)}")
        return block.cells

    @property
    def columns(self) -> tuple[str, ...]:
        return self.names

    @property
    def features(self) -> tuple[str, ...]:
        return self.names

    @property
    def scaled(self) -> tuple[bool, ...]:
        return (True,) * len(self.names)

    def to_notes(self) -> dict[str, Any]:
        raise AssertionError("the notes of a model name the columns of its block, and no kinds")
