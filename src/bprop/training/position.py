"""Where a run of training is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Position:
    """Where a run is: all that a checkpoint must hold beside theta and the rule's state."""

    epoch: int = 0  # epochs finished
    step: int = 0  # steps done of the current epoch
    updates: int = 0
    seconds: float = 0.0  # spent on the current epoch
    running: list[list[float]] | None = None  # sums over the current epoch, as the engine keeps them
