"""How many threads the next calls of a step run on, as `ThreadTuner` finds it, asked once in many calls."""

from __future__ import annotations

from typing import Any

from bprop.engines.native.emit.perform import CALLS, NANOSECONDS, THREADS
from bprop.engines.native.run.loaded import Loaded
from bprop.engines.native.run.team import TEAM

MANY = 10_000
"""Calls at most between two looks."""


class Pacer:
    """For the calls of one block. The machine code counts them, and their time."""

    loaded: Loaded
    threads: int
    left: int

    def __init__(self, loaded: Loaded):
        self.loaded, self.threads, self.left = loaded, 1, 0

    def choose(self, words: Any) -> None:
        """Note how long the calls took, and choose for the next `left` ones. words : those of the block."""
        tuner = self.loaded.tuner
        if words[CALLS]:
            tuner.note(self.threads, words[CALLS], words[NANOSECONDS] * 1e-9)
            self.loaded.routine.speeds.update(tuner.seconds)
            words[CALLS] = words[NANOSECONDS] = 0
        self.threads, self.left = tuner.next(MANY)
        words[THREADS] = self.threads
        if self.threads > 1:
            TEAM.keep_apart()
