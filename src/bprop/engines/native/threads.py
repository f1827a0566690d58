"""Several threads in one compiled loop: they share out the units of each kernel and wait for each other between.

Waiting is spinning: the next kernel is never more than microseconds away.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Lock

from llvmlite import binding

from bprop.engines.native.emitter import I32, I64, VOID, Emitter, Value
from bprop.engines.native.helpers import Helper, elsewhere
from bprop.engines.surroundings import cores as cores

PATIENCE = 4000
"""Turns of waiting after which a thread lets others run, in case there are fewer cores than threads."""
ENOUGH = 20_000
"""Multiplications and additions of a kernel from which on it is worth sharing."""
MOST = 8

_helpers: list[Helper] = []
_claimed = Lock()


def run(function: Callable[..., None], threads: int, *rest: int) -> int:
    """function(i, threads, *rest) for i = 0 here and i = 1, 2, ... on other threads, at the same time.

    The number of threads that it was done with: 1 where the others are at work for somebody else, since threads that
    spin until all of theirs are there must never wait for each other's turn.
    """
    if threads == 1 or not _claimed.acquire(blocking=False):
        function(0, 1, *rest)
        return 1
    try:
        cores, working = elsewhere(), helpers(threads - 1)
        for i, helper in enumerate(working, start=1):
            helper.begin(cores, function, i, threads, *rest)
        try:
            function(0, threads, *rest)
        finally:
            errors = [helper.wait() for helper in working]
    finally:
        _claimed.release()
    for error in filter(None, errors):
        raise error
    return threads


def helpers(count: int) -> list[Helper]:
    """The first `count` threads that help. A forked process makes its own."""
    while len(_helpers) < count:
        _helpers.append(Helper(f"bprop-{len(_helpers) + 1}"))
    return _helpers[:count]


def _forget() -> None:
    global _claimed
    _helpers.clear()
    _claimed = Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def emit_barrier(emitter: Emitter, arrived: Value, threads: Value, passed: Value) -> None:
    """Wait until all threads have come here. `arrived` counts arrivals; `passed` (this thread's own) the barriers."""
    b = emitter.b
    wait, after = b.append_basic_block("wait"), b.append_basic_block("together")
    count = b.add(b.load(passed, typ=I64), I64(1))
    b.store(count, passed)
    goal = b.mul(count, threads)
    b.atomic_rmw("add", arrived, I64(1), "acq_rel")
    before = b.block
    b.branch(wait)
    b.position_at_end(wait)
    turns = b.phi(I64)
    turns.add_incoming(I64(0), before)
    here = b.load_atomic(arrived, "acquire", 8, typ=I64)
    more = b.add(turns, I64(1))
    emit_pause(emitter)
    with b.if_then(b.icmp_signed("==", b.urem(more, I64(PATIENCE)), I64(0))):
        emit_yield(emitter)
    turns.add_incoming(more, b.block)
    b.cbranch(b.icmp_signed(">=", here, goal), after, wait)
    b.position_at_end(after)


def emit_pause(emitter: Emitter) -> None:
    """Tell the core that this is a loop of waiting."""
    triple = binding.get_default_triple()
    if triple.startswith(("x86_64", "i686")):
        emitter.call("llvm.x86.sse2.pause", [], VOID)
    elif triple.startswith(("aarch64", "arm64")):
        emitter.call("llvm.aarch64.hint", [I32(1)], VOID)


def emit_yield(emitter: Emitter) -> None:
    """Let another thread run on this core, where the system's library can be asked to."""
    if binding.address_of_symbol("sched_yield"):
        emitter.call("sched_yield", [], I32)
