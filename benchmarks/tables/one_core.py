"""One core for everybody: a process that uses no more, whatever its libraries would like."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

VARIABLES = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "POLARS_MAX_THREADS", "LOKY_MAX_CPU_COUNT",
)  # fmt: skip


@contextmanager
def single_threads() -> Iterator[None]:
    """Processes that start inside have libraries with one thread each. They read this when they are imported.

    bprop finds no compiled programs of earlier processes: the time to compile is a part of its time.
    """
    settings = {**dict.fromkeys(VARIABLES, "1"), "BPROP_CACHE": "off"}
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def stay_on_one_core() -> None:
    """This process and its threads stay on the last of its cores, where the system can hold them there."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
