"""Checks before a run: numbers that its precision does not hold, and too many rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bprop.data import DataSet
from bprop.engines.engine import Job
from bprop.errors import DataError, SettingError
from bprop.graph.representable import REMEDY, need_finite, need_leaves, need_weights
from bprop.rules import Foreign
from bprop.rules.runtime import numbers_of

MOST_ROWS = 2**31 - 2**16
"""The most rows of a data set: engines count them in 32 bits with a sign, in whole batches and blocks."""


def need_representable(job: Job, params: Mapping[str, np.ndarray]) -> None:
    """Raise DataError or SettingError for numbers that would become 0 or infinite in the precision of the job.

    Inputs may become 0, because numbers so small hardly ever matter. Weights, learning rates and whole parameters may
    not: they would silently train nothing.
    """
    graph, dtype = job.graph, job.dtype
    _need_countable(job)
    need_leaves(params, graph.parameters, "parameter", dtype)
    need_leaves({n: b.value for n, b in graph.constants.items()}, graph.constants, "constant", dtype)
    for data, name in ((job.data, "weights"), (job.validation, "validation_weights")):
        if data is not None:
            data = data.whole
            need_weights(data.weights, dtype, name)
            _need_inputs(data, dtype)
    if not isinstance(job.rule, Foreign):
        _need_numbers(job, dtype)


def _need_countable(job: Job) -> None:
    for data, name in ((job.data, "training"), (job.validation, "validation")):
        if data is not None and len(data) > MOST_ROWS:
            raise DataError(
                f"the {name} set has {len(data):,} rows, but engines count up to {MOST_ROWS:,}: give a part of it"
            )
    if job.steps_per_epoch * job.batch_size > 2**31 - 1:
        raise SettingError(
            f"{job.steps_per_epoch:,} batches of {job.batch_size:,} rows are more than the {2**31 - 1:,} that engines "
            "count: give a smaller batch_size"
        )


def _need_inputs(data: DataSet, dtype: np.dtype) -> None:
    for name, array in data.arrays.items():
        for cut in data.cuts():
            need_finite(f"input {name!r}", array[cut], dtype)


def _need_numbers(job: Job, dtype: np.dtype) -> None:
    for name, value in numbers_of(job.rule).items():
        if value and not float(np.finfo(dtype).tiny) <= abs(value) <= float(np.finfo(dtype).max):
            becomes = "0" if abs(value) < 1 else "infinite"
            raise SettingError(f"{type(job.rule).__name__}: {name}={value!r} becomes {becomes} in {dtype}: {REMEDY} it")


def precision_of(dtype: Any) -> tuple[np.dtype, str | None]:
    """(the dtype of theta, that of products where it is another): bfloat16, which NumPy does not know, is mixed."""
    if str(getattr(dtype, "__name__", dtype)) == "bfloat16":
        return np.dtype(np.float32), "bfloat16"
    try:
        precision = np.dtype(dtype).newbyteorder("=")
    except (TypeError, ValueError, SyntaxError):  # of text that is odd in one way or another
        precision = np.dtype(bool)
    if precision.kind != "f" or precision.itemsize < 4:
        raise SettingError(f"dtype must be float32, float64, longdouble or bfloat16, not {dtype!r}")
    return precision, None
