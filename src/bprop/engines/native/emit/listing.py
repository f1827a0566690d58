"""The kernels of a long step as a list in memory, and the loop that calls them one by one.

A step of hundreds of layers calls few kernels many times, with other arrays. Written as so many calls it would be one
function of great length, for which LLVM takes time that grows with the square. The list takes none. An entry of it has
these words of 32 bits, then the place in the table of each array that the kernel takes:
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import ir

from bprop.engines.native.emit.emitter import I8, I32, I64, POINTER, Emitter, Value

KERNEL, LENGTH, MEET, SHARES, WORDS = range(5)
"""KERNEL: which one. LENGTH: words of this entry. MEET: 1 where the threads wait for each other first. SHARES: into how
many the kernel is cut; where it is 1, thread 0 does it alone."""


class Listing:
    """Entries for calls of kernels, and the code that goes through them."""

    def __init__(self):
        self.functions: dict[ir.Function, int] = {}
        self.rooms: dict[ir.Function, int] = {}
        self.words: list[int] = []
        self.entries: int = 0

    def add(self, function: ir.Function, places: Sequence[int], shares: int, meet: bool, room: int = 0) -> None:
        """A call of a kernel with the arrays at these places of the table. room : bytes of each thread's part of the
        last of them; 0 where threads have no parts of their own."""
        kernel = self.functions.setdefault(function, len(self.functions))
        self.rooms[function] = room
        self.words += [kernel, WORDS + len(places), int(meet), shares, *places]
        self.entries += 1

    def emit(self, e: Emitter, who: tuple[Value, Value, Value], meet: Callable[[], None]) -> None:
        """Emit the loop. who: (table, thread, threads). meet: emits a barrier."""
        words = self.constant(e.module)
        table, thread, threads = who
        mine = e.b.icmp_signed("==", thread, I64(0))

        def call(_: Any, carry: Sequence[Value]) -> list[Value]:
            entry = e.address(words, carry[0], I32)
            kernel, length, meets, shares = (e.load(entry, i, I32) for i in range(WORDS))
            with e.b.if_then(e.b.icmp_signed("!=", meets, I32(0))):
                meet()
            shared = e.b.icmp_signed("!=", shares, I32(1))
            with e.b.if_then(e.b.or_(shared, mine)):
                self.choose(e, (table, entry, thread), kernel, self.bounds(e, shared, shares, thread, threads))
            return [e.b.add(carry[0], e.b.zext(length, I64))]

        e.repeat(I64(0), I64(self.entries), [I64(0)], call)

    def bounds(self, e: Emitter, shared: Value, shares: Value, thread: Value, threads: Value) -> list[Value]:
        """The shares of this thread, from and to. A kernel that is not shared does not read them."""
        before, count = e.b.block, e.b.zext(shares, I64)
        with e.b.if_then(shared):
            mine = [e.b.udiv(e.b.mul(count, one), threads) for one in (thread, e.b.add(thread, I64(1)))]
            inside = e.b.block
        bounds = [e.b.phi(I64), e.b.phi(I64)]
        for phi, whole, part in zip(bounds, (0, 1), mine, strict=True):
            phi.add_incoming(I64(whole), before)
            phi.add_incoming(part, inside)
        return bounds

    def choose(self, e: Emitter, at: tuple[Value, Value, Value], kernel: Value, bounds: Sequence[Value]) -> None:
        """Call the kernel of an entry with these shares. at: (table, entry, thread)."""
        table, entry, thread = at
        after = e.b.append_basic_block("called")
        switch = e.b.switch(kernel, after)
        for function, number in self.functions.items():
            block = e.b.append_basic_block("call")
            switch.add_case(I32(number), block)
            e.b.position_at_end(block)
            places = [e.b.zext(e.load(entry, WORDS + i, I32), I64) for i in range(len(function.args) - 2)]
            pointers = [e.b.load(e.address(table, place, POINTER), typ=POINTER, align=8) for place in places]
            if self.rooms[function]:
                pointers[-1] = e.address(pointers[-1], e.b.mul(thread, I64(self.rooms[function])), I8)
            e.b.call(function, [*pointers, *bounds])
            e.b.branch(after)
        e.b.position_at_end(after)

    def constant(self, module: ir.Module) -> Value:
        """The words, as a constant of the module."""
        raw = bytearray(np.array(self.words, np.int32).tobytes())
        kind = ir.ArrayType(I8, len(raw))
        words: Any = ir.GlobalVariable(module, kind, "listing")
        words.global_constant, words.linkage, words.align = True, "internal", 8
        words.initializer = ir.Constant(kind, raw)
        return words
