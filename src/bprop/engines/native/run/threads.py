"""Several threads in one compiled loop: they share each kernel, and wait for each other between kernels.

They wait by spinning, because the next kernel is never more than microseconds away.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress

import numpy as np

from bprop.engines.native.emit.gate import Gate
from bprop.engines.native.run.helpers import Helper, elsewhere
from bprop.engines.native.schedule.shares import MOST_THREADS as MOST_THREADS
from bprop.engines.surroundings import cores as cores

_helpers: list[Helper] = []
_latest: Gate | None = None
"""Of the last call that others help with."""


class Call:
    """code(table, i, threads, *rest) for each thread i. It owns all that a helper may still read that comes late."""

    table: np.ndarray
    threads: int
    rest: tuple[int, ...]

    code: Callable[..., None]

    def __init__(self, code: Callable[..., None], table: np.ndarray, threads: int, rest: tuple[int, ...]):
        self.code, self.table, self.threads, self.rest = code, table.copy(), threads, rest
        self.gate: Gate = Gate()
        self.table[-1] = self.gate.address

    def __call__(self, i: int) -> None:
        self.code(self.table.ctypes.data, i, self.threads, *self.rest)


def run_together(code: Callable[..., None], table: np.ndarray, threads: int, *rest: int) -> int:
    """code(table, i, threads, *rest) for i = 0 here and i = 1, 2, ... on other threads, at the same time.

    table : addresses. The last is that of a gate, which is shut: the threads of a call get a gate of their own.

    Returns the number of threads: 1 if the helpers are at work for another call. If an exception comes meanwhile, all
    of the work is done or nothing of it, and no thread is left waiting (see `emit/gate.py`).
    """
    global _latest
    busy = _latest is not None and _latest.in_use
    working = [] if threads == 1 or busy else helpers(threads - 1)
    if not working or len(working) < threads - 1:
        code(table.ctypes.data, 0, 1, *rest)
        return 1
    call = Call(code, table, threads, rest)
    try:
        cores = elsewhere()
        for i, helper in enumerate(working, start=1):
            helper.begin(cores, call, i)
        _latest = call.gate  # only now: a helper knows of the gate, and shuts it if nobody else does
        call(0)
    finally:
        call.gate.shut()
    return threads


def helpers(count: int) -> list[Helper]:
    """The first `count` threads that help; fewer if the system allows no more. A forked process makes its own."""
    for i, helper in enumerate(_helpers):
        if not helper.alive:
            _helpers[i] = Helper(helper.name)
    with suppress(RuntimeError, MemoryError):  # what Python raises then
        while len(_helpers) < count:
            _helpers.append(Helper(f"bprop-{len(_helpers) + 1}"))
    return _helpers[:count]


def _forget() -> None:
    global _latest
    _helpers.clear()
    _latest = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
