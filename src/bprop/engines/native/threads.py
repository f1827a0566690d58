"""Several threads in one compiled loop: they share out the units of each kernel and wait for each other between.

Waiting is spinning: the next kernel is never more than microseconds away.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress

import numpy as np

from bprop.engines.native.gate import Gate
from bprop.engines.native.helpers import Helper, elsewhere
from bprop.engines.surroundings import cores as cores

ENOUGH = 20_000
"""Multiplications and additions of a kernel from which on it is worth sharing."""
MOST = 8

_helpers: list[Helper] = []
_latest: Gate | None = None
"""Of the last call that others help with."""


class Call:
    """code(table, i, threads, *rest) for each thread i. It holds all that a helper that is late may still look at."""

    def __init__(self, code: Callable[..., None], table: np.ndarray, threads: int, rest: tuple[int, ...]):
        self.code, self.table, self.threads, self.rest = code, table.copy(), threads, rest
        self.gate = Gate()
        self.table[-1] = self.gate.address

    def __call__(self, i: int) -> None:
        self.code(self.table.ctypes.data, i, self.threads, *self.rest)


def run(code: Callable[..., None], table: np.ndarray, threads: int, *rest: int) -> int:
    """code(table, i, threads, *rest) for i = 0 here and i = 1, 2, ... on other threads, at the same time.

    `table` : addresses, the last of them that of a gate, a shut one: the threads of a call get a gate of their own.

    The number of threads that it was asked of: 1 where the others are at work for somebody else. Whatever exception
    comes in between, all of it is done or nothing, and nobody is kept waiting (see gate.py): there is nothing to mend.
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
        _latest = call.gate  # not before a helper knows of it, who shuts it if nobody else does
        call(0)
    finally:
        call.gate.shut()
    return threads


def helpers(count: int) -> list[Helper]:
    """The first `count` threads that help; fewer where the system allows no more. A forked process makes its own."""
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
