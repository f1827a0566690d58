"""A run that hands its work to another run: the base of runs that count, watch or change engines."""

from __future__ import annotations

from typing import Any

from bprop.engines.engine import Run


class Delegate(Run):
    """Does what `run` does. Override the methods that differ."""

    def __init__(self, run: Run):
        self.run = run
        self.turn = run.turn

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

    def surroundings(self):
        return self.run.surroundings()

    def set_order(self, order, running=None):
        self.run.set_order(order, running)

    def steps(self, start, count, t):
        return self.run.steps(start, count, t)

    def compile_seconds(self):
        return self.run.compile_seconds()

    def evaluate(self, which):
        return self.run.evaluate(which)

    def penalty(self):
        return self.run.penalty()

    def params(self):
        return self.run.params()

    def rule_arrays(self):
        return self.run.rule_arrays()

    def restore(self, params, rule_arrays):
        self.run.restore(params, rule_arrays)
