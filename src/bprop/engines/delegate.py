"""A run that hands its work to another run: the base of runs that count, watch or change engines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bprop.engines.engine import Run, Stretch


class Delegate(Run):
    """Does what `run` does. Override the methods that differ."""

    def __init__(self, run: Run):
        self.run = run
        self.turn: int = run.turn

    @property
    def engine(self) -> str:  # type: ignore[override]
        return self.run.engine

    @property
    def apart(self) -> bool:  # type: ignore[override]
        return self.run.apart

    @property
    def reason(self) -> str:  # type: ignore[override]
        return self.run.reason

    @property
    def hindered(self) -> bool:  # type: ignore[override]
        return self.run.hindered

    @property
    def state(self) -> Any:  # type: ignore[override]
        return self.run.state

    @state.setter
    def state(self, saved: Any) -> None:
        self.run.state = saved

    def surroundings(self) -> dict[str, str]:
        return self.run.surroundings()

    def set_order(self, order: np.ndarray, running: list[list[float]] | None = None) -> None:
        self.run.set_order(order, running)

    def steps(self, start: int, count: int, t: int) -> Stretch:
        return self.run.steps(start, count, t)

    def compile_seconds(self) -> float:
        return self.run.compile_seconds()

    def evaluate(self, which: str) -> dict[str, float]:
        return self.run.evaluate(which)

    def penalty(self) -> float:
        return self.run.penalty()

    def params(self) -> dict[str, np.ndarray]:
        return self.run.params()

    def rule_arrays(self) -> list[np.ndarray]:
        return self.run.rule_arrays()

    def restore(self, params: Mapping[str, np.ndarray], rule_arrays: list[np.ndarray] | None) -> None:
        self.run.restore(params, rule_arrays)
