"""Which engine a fit is worth: NumPy where the fit is so short that compiling would cost more than it saves.

The rule compares two numbers: the seconds that all updates would take on NumPy, and those that compiling takes.
"""

from __future__ import annotations

from math import prod

from bprop.engines import Engine, choose
from bprop.engines.engine import Job
from bprop.errors import SettingError
from bprop.rules import Foreign

COMPILING = 0.6
"""Seconds that it takes, about, to compile a step."""
PER_BOX = 1.2e-5
"""Seconds that a box and its gradient take NumPy on a small batch."""
PER_ARRAY = 2.5e-5
"""Seconds that an update rule takes for a small parameter."""
PER_PRODUCT = {4: 6e-11, 8: 1.2e-10}
"""Seconds of a multiplication and an addition, by bytes of a number."""
PER_WEIGHT = 6e-9
"""Seconds that an update rule takes for a weight."""


def engine_for(job: Job, updates: int, engine: str, device: str | None) -> Engine:
    """The engine that makes `updates` updates of a job (those made before, which compiling would have served, too)."""
    if device == "gpu":
        if engine not in ("auto", "xla"):
            raise SettingError(f"device='gpu' needs engine='xla', not {engine!r}")
        return choose("xla")
    if engine == "auto" and not isinstance(job.rule, Foreign) and numpy_seconds(job, updates) < COMPILING:
        return choose("numpy")
    return choose(engine)


def numpy_seconds(job: Job, updates: int) -> float:
    """About how long NumPy takes for so many updates."""
    weights = sum(prod(box.shape) for box in job.graph.parameters.values())
    rows = min(job.batch_size, len(job.data))
    small = PER_BOX * len(job.graph.order) + PER_ARRAY * len(job.graph.trainable)
    return updates * (small + weights * (3 * rows * PER_PRODUCT[min(job.dtype.itemsize, 8)] + PER_WEIGHT))
