"""A team: helpers that wait awake, for a moment, for the next call of a step.

A call of one step is over in less time than it takes to wake a thread. So a helper does not sleep at once: it waits in
`attend`, turning, until a call is posted or its patience ends. Caller and helpers meet in a memory of words:

    LOCK     the team has a caller
    CLOSED   the process ends: no more calls
    GATE     the gate of the call (see gate.py)
    CALL     what the call is: the addresses of code and table, threads, t
    STATE i  of helper i: AWAY (it sleeps), READY (it waits awake), POSTED (it has been called, and has not come home)

The memory lives as long as the process. A helper reads the table of a call only after it has passed the gate, and the
caller waits until all who have passed it are home: then nothing of the caller's is in anybody's hands. Nothing here can
be interrupted. A team of other callers, or helpers that do not come in time, leave the caller to work alone.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir

from bprop.engines.native.emit.emitter import I32, I64, POINTER, VOID, Emitter, Value
from bprop.engines.native.emit.gate import (
    ARRIVED,
    DOOR,
    PATIENCE,
    WORDS,
    emit_pause,
    emit_shut,
    emit_turn,
    gate_function,
    load,
    swap,
)

LINE = 8
"""Words of a cache line."""
LOCK, CLOSED, GATE = 0, 1, LINE
CALL = GATE + WORDS
CODE, TABLE, THREADS, T = range(CALL, CALL + 4)
STATES = CALL + LINE
AWAY, READY, POSTED = 0, 1, 2
LONGEST = PATIENCE
"""Turns of waiting for helpers that are awake, before the caller goes on alone: about 0.1 ms."""
LOOK = 32
"""Turns between two looks at the clock."""
RUN: Any = ir.FunctionType(VOID, [POINTER, *[I64] * 5])
"""The type of the code of a call: see assemble.py."""


def state_word(helper: int) -> int:
    """The place of the state of helper 1, 2, ... Each has a cache line of its own."""
    return STATES + LINE * (helper - 1)


def team_words(helpers: int) -> int:
    """The length of the memory of a team."""
    return state_word(helpers + 1)


def emit_code(e: Emitter, code: Value, arguments: list[Value]) -> None:
    """A call of the code at an address, one step long: arguments are table, thread, threads, t."""
    table, thread, threads, t = arguments
    e.call_at(code, RUN, [e.b.inttoptr(table, POINTER), thread, threads, I64(0), I64(1), t])


def write(b: ir.IRBuilder, pointer: Value, value: int) -> None:
    """Write a word after all that was written before it."""
    b.atomic_rmw("xchg", pointer, I64(value), "acq_rel")


def emit_now(e: Emitter, clock: int) -> Value:
    """Nanoseconds on the system's clock of that number."""
    time = e.scratch(I64, 2)
    e.call("clock_gettime", [I32(clock), time], I32)
    seconds, more = (e.load(time, i, I64) for i in range(2))
    return e.b.add(e.b.mul(seconds, I64(10**9)), more)


class Attending:
    """Emits attend(team, helper, patience): a helper waits for calls and does them, until none has come for `patience`
    nanoseconds."""

    enter: ir.Function
    clock: int
    function: Any
    team: Value
    helper: Value
    patience: Value

    def __init__(self, module: ir.Module, lanes: int, enter: ir.Function, clock: int):
        kind = ir.FunctionType(VOID, [POINTER, I64, I64])
        function = ir.Function(module, kind, "attend")
        self.e: Emitter = Emitter(module, ir.IRBuilder(function.append_basic_block("entry")), lanes)
        self.enter, self.clock, self.function = enter, clock, function
        self.team, self.helper, self.patience = function.args
        e = self.e
        place = e.add(e.mul(e.b.sub(self.helper, I64(1)), LINE), I64(STATES))
        self.state: Value = e.address(self.team, place, I64)
        self.emit()

    def emit(self) -> None:
        b = self.e.b
        begin, wait, work, idle = (b.append_basic_block(name) for name in ("begin", "wait", "work", "idle"))
        b.branch(begin)
        b.position_at_end(begin)
        write(b, self.state, READY)
        end = b.add(emit_now(self.e, self.clock), self.patience)
        last = b.block
        b.branch(wait)
        b.position_at_end(wait)
        turns = b.phi(I64)
        turns.add_incoming(I64(0), last)
        b.cbranch(b.icmp_signed("==", load(b, self.state), I64(POSTED)), work, idle)
        b.position_at_end(work)
        self.work()
        b.branch(begin)
        b.position_at_end(idle)
        emit_pause(self.e)
        more = b.add(turns, I64(1))
        with b.if_then(b.icmp_signed("==", b.urem(more, I64(LOOK)), I64(0))):
            late = b.icmp_signed(">", emit_now(self.e, self.clock), end)
            closed = b.icmp_signed("!=", load(b, self.e.address(self.team, CLOSED, I64)), I64(0))
            with b.if_then(b.or_(late, closed)), b.if_then(swap(b, self.state, I64(READY), I64(AWAY))):
                b.ret_void()
        turns.add_incoming(more, b.block)
        b.branch(wait)

    def work(self) -> None:
        """The call that is posted, if the gate is not shut meanwhile."""
        e = self.e
        code, table, threads, t = (e.load(self.team, place, I64) for place in (CODE, TABLE, THREADS, T))
        gate = e.address(self.team, GATE, I64)
        with e.b.if_then(e.b.icmp_signed(">", e.b.call(self.enter, [gate, self.helper, threads]), I64(0))):
            emit_code(e, code, [table, self.helper, threads, t])


class Together:
    """Emits together(team, code, table, threads, t, turns): the number of threads that did a step, or 1 if nobody helps
    and it is not done. `turns`: how long to wait for helpers that are being woken."""

    enter: ir.Function
    most: int
    team: Value
    code: Value
    table: Value
    threads: Value
    t: Value
    turns: Value

    def __init__(self, module: ir.Module, lanes: int, enter: ir.Function, most: int):
        kind = ir.FunctionType(I64, [POINTER, *[I64] * 5])
        self.function: Any = ir.Function(module, kind, "together")
        self.e: Emitter = Emitter(module, ir.IRBuilder(self.function.append_basic_block("entry")), lanes)
        self.enter, self.most = enter, most
        self.team, self.code, self.table, self.threads, self.t, self.turns = self.function.args
        self.emit()

    def emit(self) -> None:
        e, b = self.e, self.e.b
        lock = e.address(self.team, LOCK, I64)
        closed = load(b, e.address(self.team, CLOSED, I64))
        with b.if_then(b.icmp_signed("!=", closed, I64(0))):
            b.ret(I64(1))
        with b.if_else(swap(b, lock, I64(0), I64(1))) as (mine, others):
            with mine:
                done = e.scratch(I64, 1)
                e.store(I64(1), done, 0)
                with b.if_then(self.all_ready()):
                    self.post(done)
                write(b, lock, 0)
                b.ret(e.load(done, 0, I64))
            with others:
                b.ret(I64(1))
        b.unreachable()

    def state(self, helper: Any) -> Value:
        return self.e.address(self.team, self.e.add(self.e.mul(helper, LINE), STATES - LINE), I64)

    def all_ready(self) -> Value:
        """Truth: nobody is on the way home from an earlier call, and the helpers that are needed are awake."""
        e, b = self.e, self.e.b
        nobody: Value = ir.IntType(1)(1)
        for helper in range(1, self.most + 1):  # also one that is not needed: it may still come to the gate
            nobody = b.and_(nobody, b.icmp_signed("!=", load(b, self.state(helper)), I64(POSTED)))
        left = e.scratch(I64, 1)
        e.store(self.turns, left, 0)
        (ready,) = e.repeat(I64(1), self.threads, [nobody], lambda i, so: [b.and_(so[0], self.is_ready(i, left))])
        return ready

    def is_ready(self, helper: Any, left: Value) -> Value:
        """Truth: a helper is awake, after at most as many turns of waiting as are left."""
        e, b = self.e, self.e.b
        wait, turn, after = (b.append_basic_block(name) for name in ("wait", "turn", "after"))
        b.branch(wait)
        b.position_at_end(wait)
        ready = b.icmp_signed("==", load(b, self.state(helper)), I64(READY))
        more = e.load(left, 0, I64)
        b.cbranch(b.or_(ready, b.icmp_signed("<=", more, I64(0))), after, turn)
        b.position_at_end(turn)
        e.store(b.sub(more, I64(1)), left, 0)
        emit_pause(e)
        b.branch(wait)
        b.position_at_end(after)
        return ready

    def post(self, done: Value) -> None:
        """Call the helpers, and do the step with them if all of them come."""
        e, b = self.e, self.e.b
        gate = e.address(self.team, GATE, I64)
        for place, value in ((CODE, self.code), (TABLE, self.table), (THREADS, self.threads), (T, self.t)):
            e.store(value, self.team, place)
        write(b, e.address(gate, ARRIVED, I64), 0)
        write(b, e.address(gate, DOOR, I64), 0)
        post = lambda i, so: [b.and_(so[0], swap(b, self.state(i), I64(READY), I64(POSTED)))]  # noqa: E731
        (posted,) = e.repeat(I64(1), self.threads, [ir.IntType(1)(1)], post)
        with b.if_then(b.not_(posted)):  # one has just gone to sleep: the others go home
            emit_shut(b, gate)
        count = b.call(self.enter, [gate, I64(0), self.threads])
        with b.if_then(b.icmp_signed(">", count, I64(1))):
            emit_code(e, self.code, [self.table, I64(0), self.threads, self.t])
            with e.loop(I64(1), self.threads) as i:
                self.come_home(i)
            e.store(count, done, 0)

    def come_home(self, helper: Any) -> None:
        """Wait until a helper has left the code of the call."""
        b = self.e.b
        wait, turn, after = (b.append_basic_block(name) for name in ("home", "turn", "after"))
        before = b.block
        b.branch(wait)
        b.position_at_end(wait)
        turns = b.phi(I64)
        turns.add_incoming(I64(0), before)
        b.cbranch(b.icmp_signed("==", load(b, self.state(helper)), I64(POSTED)), turn, after)
        b.position_at_end(turn)
        turns.add_incoming(emit_turn(self.e, turns), b.block)
        b.branch(wait)
        b.position_at_end(after)


def emit_team(module: ir.Module, lanes: int, most: int, clock: int) -> ir.Function:
    """Emit `attend`, and return the function `together`."""
    enter = gate_function(module, lanes, LONGEST)
    Attending(module, lanes, enter, clock)
    return Together(module, lanes, enter, most).function
