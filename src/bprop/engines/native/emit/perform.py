"""A step as one call that takes one address: that of a block of words which says everything.

    perform(block) -> 0, or 1 where a number of the batch is out of its limits: then nothing has been done

It takes the batch in, sets words to what they are before a step, does the step, alone or with a team, and computes the
mean loss. The block has these words, then four for each intake and two for each preset:
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir

from bprop.engines.native.emit.emitter import FLOATS, I64, POINTER, Emitter, Value
from bprop.engines.native.emit.intake import PAIRS, intake_function
from bprop.engines.native.emit.team import emit_code, emit_now, emit_team

(
    CODE, ALONE, TOGETHER, T, THREADS, TEAM, TURNS, NANOSECONDS, CALLS, HELPED, LOSS, RESULT, SUMS, INTAKES, PRESETS,
    WORDS,
) = range(16)  # fmt: skip
"""CODE, ALONE, TOGETHER: the addresses of the step, of its table with a gate that is shut, and of that with the gate of
the team. THREADS: how many may do it. TURNS: see team.py. NANOSECONDS, CALLS: of the steps done, added up. HELPED: the
calls that helpers came to. LOSS: the bytes of a number of the loss. RESULT: where to write it. SUMS: the address of
four addresses: of the sum of the loss, of that of the weights, each followed by its correction. INTAKES, PRESETS: how
many there are."""
INTAKE = 5
"""Words of an intake: function, source, target, count, limits."""
PRESET = 2
"""Words of a preset: where, what."""
TAKE: Any = ir.FunctionType(I64, [POINTER, POINTER, I64, POINTER])


def performing_module(lanes: int, most: int, clock: int) -> ir.Module:
    """The module with `perform`, `attend` and the intakes. most: helpers of a team. clock: the number of the clock."""
    module = ir.Module("perform")
    for source, target in PAIRS:
        intake_function(module, lanes, source, target)
    together = emit_team(module, lanes, most, clock)
    function = ir.Function(module, ir.FunctionType(I64, [POINTER]), "perform")
    e = Emitter(module, ir.IRBuilder(function.append_basic_block("entry")), lanes)
    (block,) = function.args
    intakes = e.load(block, INTAKES, I64)
    with e.b.if_then(e.b.icmp_signed("==", emit_intakes(e, block, intakes), I64(0))):
        e.b.ret(I64(1))
    emit_presets(e, block, e.add(e.mul(intakes, INTAKE), WORDS))
    begun = emit_now(e, clock)
    emit_step(e, block, together)
    emit_count(e, block, NANOSECONDS, e.b.sub(emit_now(e, clock), begun))
    emit_count(e, block, CALLS, I64(1))
    for dtype in ("float32", "float64"):
        size = np.dtype(dtype).itemsize
        with e.b.if_then(e.b.icmp_signed("==", e.load(block, LOSS, I64), I64(size))):
            emit_loss(e, block, FLOATS[dtype])
    e.b.ret(I64(0))
    return module


def pointer(e: Emitter, block: Value, place: Any) -> Value:
    """The address that a word of the block holds."""
    return e.b.inttoptr(e.load(block, place, I64), POINTER)


def emit_intakes(e: Emitter, block: Value, intakes: Value) -> Value:
    """Take the batch in. Returns 1 if all numbers are within their limits, else 0."""

    def take(i: Value, well: list[Value]) -> list[Value]:
        start = e.add(e.mul(i, INTAKE), WORDS)
        function, count = (e.load(block, e.add(start, k), I64) for k in (0, 3))
        source, target, limits = (pointer(e, block, e.add(start, k)) for k in (1, 2, 4))
        return [e.b.and_(well[0], e.call_at(function, TAKE, [source, target, count, limits]))]

    return e.repeat(I64(0), intakes, [I64(1)], take)[0]


def emit_presets(e: Emitter, block: Value, start: Value) -> None:
    with e.loop(I64(0), e.load(block, PRESETS, I64)) as i:
        at = e.add(start, e.mul(i, PRESET))
        e.store(e.load(block, e.add(at, 1), I64), pointer(e, block, at), 0)


def emit_step(e: Emitter, block: Value, together: ir.Function) -> None:
    """The step: with the team if threads are wanted and they come, else alone."""
    code, alone, table, t, threads, turns = (
        e.load(block, place, I64) for place in (CODE, ALONE, TOGETHER, T, THREADS, TURNS)
    )
    done = e.scratch(I64, 1)
    e.store(I64(1), done, 0)
    with e.b.if_then(e.b.icmp_signed(">", threads, I64(1))):
        e.store(e.b.call(together, [pointer(e, block, TEAM), code, table, threads, t, turns]), done, 0)
    helped = e.b.icmp_signed(">", e.load(done, 0, I64), I64(1))
    emit_count(e, block, HELPED, e.b.zext(helped, I64))
    with e.b.if_then(e.b.icmp_signed("==", e.load(done, 0, I64), I64(1))):
        emit_code(e, code, [alone, I64(0), I64(1), t])


def emit_count(e: Emitter, block: Value, place: int, more: Value) -> None:
    e.store(e.b.add(e.load(block, place, I64), more), block, place)


def emit_loss(e: Emitter, block: Value, type_: Any) -> None:
    """(sum of the loss - its correction) / (sum of the weights - its correction)."""
    sums = pointer(e, block, SUMS)
    loss, loss_rest, weight, weight_rest = (e.load(pointer(e, sums, i), 0, type_) for i in range(4))
    mean = e.b.fdiv(e.b.fsub(loss, loss_rest), e.b.fsub(weight, weight_rest))
    e.store(mean, pointer(e, block, RESULT), 0)
