"""The choice of engine: NumPy for fits so short that compiling would cost more than it saves.

The rule compares the seconds that all updates would take on NumPy (those of earlier calls of partial_fit, too) with
those that compiling takes, and those of this call with what a compiled run takes to start. It depends on nothing but
sizes, so that the same fit always runs on the same engine. Measured on two cores of an AMD EPYC that were in use.
"""

from __future__ import annotations

from bprop.engines import Engine, choose
from bprop.engines.engine import Job
from bprop.errors import SettingError
from bprop.rules import Foreign

COMPILING = 0.6
"""Seconds that it takes, about, to compile a step."""
STARTING = 2e-3
"""Seconds that a compiled run takes before its first step."""
PER_BOX = 1.2e-5
"""Seconds that a box and its gradient take NumPy on a small batch."""
PER_ARRAY = 2.5e-5
"""Seconds that an update rule takes for a small parameter."""
PER_PRODUCT = {4: 6e-11, 8: 1.2e-10}
"""Seconds of a multiplication and an addition, by bytes of a number."""
PER_WEIGHT = 6e-9
"""Seconds that an update rule takes for a weight."""


def engine_for(job: Job, updates: int, engine: str | Engine, device: str | None, before: int = 0) -> Engine:
    """The engine that makes `updates` updates of a job, after `before` that were made by earlier calls."""
    if device == "gpu":
        if engine not in ("auto", "xla"):
            raise SettingError(f"device='gpu' needs engine='xla', not {engine!r}")
        return choose("xla")
    return choose("numpy" if engine == "auto" and is_short(job, updates, before) else engine)


def is_short(job: Job, updates: int, before: int) -> bool:
    """True if NumPy would finish before compiled code."""
    if isinstance(job.rule, Foreign):
        return False
    return numpy_seconds(job, updates) < STARTING or numpy_seconds(job, before + updates) < COMPILING


def numpy_seconds(job: Job, updates: int) -> float:
    """An estimate of NumPy's time for these updates, in seconds."""
    weights = job.graph.weight_count
    rows = min(job.batch_size, len(job.data))
    small = PER_BOX * len(job.graph.order) + PER_ARRAY * len(job.graph.trainable)
    return updates * (small + weights * (3 * rows * PER_PRODUCT[min(job.dtype.itemsize, 8)] + PER_WEIGHT))
