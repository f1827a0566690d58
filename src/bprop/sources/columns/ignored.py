"""A column that is left out, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from bprop.sources.columns.kind import Kind
from bprop.sources.frame import Frame


@dataclass(frozen=True)
class Ignored(Kind):
    """A column that is left out, and why."""

    why: str
    kind = "ignored"

    @classmethod
    def fit(cls, name: str, frame: Frame) -> Self:
        return cls(name, "as asked")

    def encode(self, frame: Frame) -> np.ndarray:
        return np.empty((len(frame), 0))

    @property
    def columns(self) -> tuple[str, ...]:
        return ()

    def __str__(self) -> str:
        return f"{self.name} ({self.why})"
