"""Several jobs in training at once: on a core each, or in steps that an engine does for all of them together."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from bprop.engines import surroundings
from bprop.engines.engine import Run, Stretch

_here = threading.local()


@contextmanager
def on_one_core() -> Iterator[None]:
    """Within the context, what this thread computes stays in it: other threads compute something else meanwhile."""
    before = getattr(_here, "alone", False)
    _here.alone = True
    try:
        yield
    finally:
        _here.alone = before


def cores_here() -> int:
    """Cores that this thread may use."""
    return 1 if getattr(_here, "alone", False) else surroundings.cores()


class ManyRuns(ABC):
    """Runs that do the same steps at the same time, from the same update on.

    runs : one for each job. Their `steps` are done here, for all of them.
    """

    runs: Sequence[Run]

    @abstractmethod
    def set_orders(
        self, orders: Sequence[np.ndarray], running: Sequence[list[list[float]] | None]
    ) -> None:  # fmt: skip
        """Begin an epoch of each run: see `Run.set_order`."""

    @abstractmethod
    def steps(self, start: int, count: int, t: int) -> list[Stretch]:
        """Do steps of the epoch in every run: see `Run.steps`."""

    @abstractmethod
    def before(self, k: int) -> tuple[dict[str, np.ndarray], list[np.ndarray]]:
        """(theta, the rule's arrays) of run k before the last call of `steps`: to redo some of them by itself."""

    @abstractmethod
    def compile_seconds(self) -> float:
        """The seconds that the last call of `steps` spent on compiling code."""
