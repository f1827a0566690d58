"""A run that hands its work to another run: the base of runs that count, watch or change engines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bprop.engines.engine import Run, Stretch


def handed_on(name: str) -> Any:
    """An attribute that is that of the other run."""

    def put(delegate: Delegate, value: Any) -> None:
        setattr(delegate.run, name, value)

    return property(lambda delegate: getattr(delegate.run, name), put)


class Delegate(Run):
    """Does what `run` does. Override the methods that differ."""

    engine: str = handed_on("engine")
    reason: str = handed_on("reason")
    hindered: bool = handed_on("hindered")
    apart: bool = handed_on("apart")
    state: Any = handed_on("state")

    def __init__(self, run: Run):
        self.run = run
        self.turn: int = run.turn

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
