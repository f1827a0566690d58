"""The gate of a call: either all of its threads go to work, or the caller alone, who then does it all.

A call of compiled code by several threads is begun in Python, where an exception may come between any two
instructions: Ctrl-C, a time limit, no memory. So no thread touches an array before all of them are in machine code,
where no exception comes. The helpers that arrive are counted at the door. The caller, thread 0, opens it when all are
there; who waits too long shuts it. Each call has a gate of its own, so a helper that comes late, to a call that is
over, finds the door shut and goes home.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir

from bprop.engines.native.emit.emitter import I32, I64, POINTER, VOID, Emitter, Value
from bprop.engines.native.emit.symbols import YIELDS, address_of
from bprop.engines.native.emit.target import is_arm, is_intel, triple

PATIENCE = 4000
"""Turns of waiting after which a thread lets others run, in case there are fewer cores than threads."""
LONGEST = 100 * PATIENCE
"""Turns of waiting at the gate after which it is shut: tens of milliseconds, longer on a machine with much to do."""

DOOR, ARRIVED, WORDS = 0, 8, 16
"""Words of 8 bytes: each of the two has a cache line of its own. ARRIVED counts the arrivals at barriers."""
SHUT, AT_WORK = -1, -2
"""Values of the door. Others are the number of helpers that have come."""


class Gate:
    """The memory of a gate. Hold the object as long as anybody may use its address."""

    def __init__(self):
        raw = np.zeros(WORDS + ARRIVED, np.int64)
        start = -raw.ctypes.data // raw.itemsize % ARRIVED
        self.words: np.ndarray = raw[start : start + WORDS]
        self.address: int = self.words.ctypes.data

    @property
    def in_use(self) -> bool:
        """Whether helpers may be waiting here, or are at work."""
        return bool(self.words[DOOR] != SHUT)

    def shut(self) -> None:
        """Send home all helpers, those that wait and those still to come. Do not call it while they are at work."""
        self.words[DOOR] = SHUT


def gate_function(module: ir.Module, lanes: int, longest: int = LONGEST) -> ir.Function:
    """enter(gate, thread, threads): the number of threads that do the work. For a helper, 0 means: go home.

    longest : turns of waiting after which it is shut. Who finds the threads at work is one of them, that has come
    through this gate before.
    """
    function = ir.Function(module, ir.FunctionType(I64, [POINTER, I64, I64]), "enter")
    function.attributes.add("noinline")
    emitter = Emitter(module, ir.IRBuilder(function.append_basic_block("entry")), lanes)
    b = emitter.b
    gate, thread, threads = function.args
    come, go_in, inside, together, none = (
        b.append_basic_block(name) for name in ("come", "go_in", "inside", "together", "none")
    )
    with b.if_then(b.icmp_signed("==", load(b, gate), I64(AT_WORK))):
        b.ret(threads)
    caller = b.icmp_signed("==", thread, I64(0))
    wanted = b.select(caller, b.sub(threads, I64(1)), I64(AT_WORK))
    b.cbranch(caller, inside, come)

    b.position_at_end(come)  # a helper is counted
    value = load(b, gate)
    b.cbranch(b.icmp_signed("<", value, I64(0)), none, go_in)
    b.position_at_end(go_in)
    b.cbranch(swap(b, gate, value, b.add(value, I64(1))), inside, come)

    b.position_at_end(inside)
    emit_wait(emitter, gate, wanted, longest, together, none)
    b.position_at_end(together)
    b.ret(threads)
    b.position_at_end(none)
    b.ret(b.zext(caller, I64))
    return function


def emit_wait(emitter: Emitter, gate: Value, wanted: Value, longest: int, to_work: ir.Block, home: ir.Block) -> None:
    """Wait until the door has the wanted value, then open it. Go home if it is shut; shut it after too many turns."""
    b = emitter.b
    before, wait, turn, late = b.block, *(b.append_basic_block(name) for name in ("wait", "turn", "late"))
    b.branch(wait)
    b.position_at_end(wait)
    turns = b.phi(I64)
    turns.add_incoming(I64(0), before)
    value = load(b, gate)
    with b.if_then(b.icmp_signed("==", value, wanted)), b.if_then(swap(b, gate, value, I64(AT_WORK))):
        b.branch(to_work)
    b.cbranch(b.icmp_signed("==", value, I64(SHUT)), home, turn)
    b.position_at_end(turn)
    more = emit_turn(emitter, turns)
    turns.add_incoming(more, b.block)
    b.cbranch(b.icmp_signed(">=", more, I64(longest)), late, wait)
    b.position_at_end(late)
    turns.add_incoming(more, late)
    b.cbranch(swap(b, gate, value, I64(SHUT)), home, wait)


def load(b: ir.IRBuilder, pointer: Value) -> Value:
    """The value of a word, as the other threads have written it."""
    return b.load_atomic(pointer, "acquire", 8, typ=I64)


def swap(b: ir.IRBuilder, pointer: Value, old: Value, new: Value) -> Value:
    """Write `new` if the word is still `old`; whether it was."""
    return b.extract_value(b.cmpxchg(pointer, old, new, "acq_rel", "acquire"), 1)


def emit_shut(b: ir.IRBuilder, gate: Value) -> None:
    """Shut the door when the work is done: the helpers are free for other calls."""
    b.atomic_rmw("xchg", gate, I64(SHUT), "acq_rel")


def emit_barrier(emitter: Emitter, gate: Value, threads: Value, passed: Value) -> None:
    """Wait until all threads have come here. `passed` (this thread's own) counts the barriers."""
    b = emitter.b
    arrived = emitter.address(gate, ARRIVED, I64)
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
    here = load(b, arrived)
    turns.add_incoming(emit_turn(emitter, turns), b.block)
    b.cbranch(b.icmp_signed(">=", here, goal), after, wait)
    b.position_at_end(after)


def emit_turn(emitter: Emitter, turns: Value) -> Value:
    """Emit one more turn of waiting. Returns the number of turns, this one included."""
    b = emitter.b
    more = b.add(turns, I64(1))
    emit_pause(emitter)
    with b.if_then(b.icmp_signed("==", b.urem(more, I64(PATIENCE)), I64(0))):
        emit_yield(emitter)
    return more


def emit_pause(emitter: Emitter) -> None:
    """Tell the core that this is a loop of waiting."""
    if is_intel(triple()):
        emitter.call("llvm.x86.sse2.pause", [], VOID)
    elif is_arm(triple()):
        emitter.call("llvm.aarch64.hint", [I32(1)], VOID)


def emit_yield(emitter: Emitter) -> None:
    """Let another thread run on this core, if the system's library has a function for it."""
    name = next((name for name in YIELDS if address_of(name)), None)
    if name is not None:
        emitter.call(name, [], I32)
