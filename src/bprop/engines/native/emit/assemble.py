"""A whole program as one LLVM module: a function for each kernel, and the loop of steps that calls them.

    run(table, thread, threads, first position, steps, t)

`table` holds the addresses of all arrays, in the order of `Assembler.table`. No array is touched before the gate has
let this thread in. Thread 0 does the work that is not shared.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import numpy as np
from llvmlite import ir

from bprop.engines.native.emit.emitter import I8, I32, I64, POINTER, VOID, Emitter, Type, Value, type_of
from bprop.engines.native.emit.folds import Folds
from bprop.engines.native.emit.gate import emit_barrier, emit_shut, gate_function
from bprop.engines.native.emit.gather import Gather
from bprop.engines.native.emit.inner_products import InnerProducts
from bprop.engines.native.emit.listing import Listing
from bprop.engines.native.emit.loops import Loops
from bprop.engines.native.emit.packed_products import PackedProducts
from bprop.engines.native.emit.products import BroadcastProducts, PartialProducts
from bprop.engines.native.emit.tensor_products import TensorProducts
from bprop.engines.native.emit.values import Memory
from bprop.engines.native.schedule import shares
from bprop.engines.native.schedule.blocks import cut
from bprop.engines.native.schedule.buffers import Layout, Room
from bprop.engines.native.schedule.contraction import contracted
from bprop.engines.native.schedule.forms import INNER, PACKED
from bprop.engines.native.schedule.fusion import Scheduler
from bprop.engines.native.schedule.kernels import Kernel, is_reduction
from bprop.engines.native.schedule.shares import Barriers, reduction_units, units
from bprop.engines.trace.tape import Traced
from bprop.engines.trace.tracer import ROWS_OF_BATCH, Trace

BYTE = np.dtype(np.uint8)
ORDER, ROWS, WEIGHTS, RATES, GATE = "order", "rows", "weights", "rates", "gate"
MANY = 160
"""So many kernels are called one by one; more stand in a list, for LLVM's time grows with the square of the length of a
function."""


class Assembler:
    """Makes the module of a trace. `data`: the dtype of each input's array in the data set.

    `layouts` has the layout of every array in memory: of leaves, and of arrays that kernels store. `table` lists whose
    addresses the program takes: these arrays, "data NAME" for every input, and WEIGHTS, ORDER, ROWS, RATES and GATE.
    """

    trace: Trace
    size: int
    lanes: int
    data: Mapping[str, np.dtype]
    weights: np.dtype | None

    def __init__(self, trace: Trace, batch_size: int, lanes: int, data: Mapping[str, np.dtype],
                 weights: np.dtype | None):  # fmt: skip
        self.trace, self.size, self.lanes = trace, batch_size, lanes
        self.data, self.weights = data, weights
        self.scheduler: Scheduler = Scheduler(contracted(trace.updates), lanes)
        self.kernels: list[Kernel] = self.scheduler.kernels()
        self.module: Any = ir.Module("bprop")
        roles = trace.state, trace.arguments, trace.clock, trace.pace, trace.batch
        leaves = [leaf for role in roles for leaf in role.values()]
        stored = [array for kernel in self.kernels for array, leaf in kernel.outputs if leaf is None]
        self.layouts: dict[Traced, Layout] = {
            array: Layout.padded(array.shape, array.dtype, lanes) for array in [*leaves, *stored]
        }
        self.room: Traced | None = self.make_room()
        self.table: list[Any] = [*self.layouts, *(f"data {name}" for name in data), WEIGHTS, ORDER, ROWS, RATES, GATE]
        self.shares: dict[Kernel, int] = {}
        self.functions: dict[Kernel, tuple[ir.Function, list[Traced]]] = {}
        self.made: dict[Hashable, tuple[ir.Function, int]] = {}

    def make_room(self) -> Traced | None:
        """The memory in which every thread packs what large products read, if there are any."""
        needs = [
            cut(form.sizes, self.lanes, dot.dtype.itemsize)[1].length * dot.dtype.itemsize
            for dot, form in self.scheduler.forms.items()
            if form.kind == PACKED
        ]
        if not needs:
            return None
        room = self.trace.tape.make("room", (), max(needs), (), BYTE)
        self.layouts[room] = Room.of(shares.MOST_THREADS, max(needs), BYTE)
        return room

    @property
    def row_of_room(self) -> int:
        """Bytes of it that each thread has."""
        return self.layouts[self.room].shape[1] if self.room is not None else 0

    def assemble(self) -> tuple[ir.Module, bool]:
        """(the module, whether some of its kernels are shared among threads)."""
        for kernel in self.kernels:
            self.functions[kernel] = self.kernel_function(kernel)
        self.run_function()
        return self.module, self.parallel

    @property
    def parallel(self) -> bool:
        return any(count > 1 for count in self.shares.values())

    def function(self, name: str, arguments: list[Type], pointers: int) -> tuple[ir.Function, Emitter]:
        function = ir.Function(self.module, ir.FunctionType(VOID, arguments), name)
        for argument in function.args[:pointers]:
            argument.add_attribute("noalias")
        return function, Emitter(self.module, ir.IRBuilder(function.append_basic_block("entry")), self.lanes)

    # --- one kernel ---

    def kernel_function(self, kernel: Kernel) -> tuple[ir.Function, list[Traced]]:
        """(the function of a kernel, the arrays that it takes). Kernels that do the same share a function."""
        key, arrays = self.pattern(kernel)
        if key not in self.made:
            name = f"kernel{len(self.made)}"
            function, emitter = self.function(name, [POINTER] * len(arrays) + [I64, I64], len(arrays))
            function.attributes.add("noinline")  # in the loop of steps they would only take LLVM's time
            known = {a: Memory(p, self.layouts[a]) for a, p in zip(arrays, function.args, strict=False)}
            count, work, emit = self.plan(kernel, emitter, known)
            shared = count if work >= shares.SHARED_FROM else 1
            emit((0, count) if shared == 1 else (function.args[-2], function.args[-1]))
            emitter.b.ret_void()
            self.made[key] = function, shared
        function, self.shares[kernel] = self.made[key]
        return function, arrays

    def pattern(self, kernel: Kernel) -> tuple[Hashable, list[Traced]]:
        """(a description of a kernel without the names of its arrays, these arrays in the order of the description)."""
        inside = self.scheduler.inside(kernel.outputs)
        numbers: dict[Traced, int] = {}
        parts: list[Hashable] = []

        def number(array: Traced) -> int:
            if array not in numbers:
                numbers[array] = len(numbers)
                known = array in self.layouts
                kind = "in memory" if known and array not in inside else array.op
                parts.append((kind, array.shape, array.dtype.str, None if known else repr(array.attr)))
            return numbers[array]

        nodes = sorted(inside, key=lambda a: a.number)
        parts += [(*(number(array) for array in (*node.args, node)), node.attr) for node in nodes]
        for node in nodes:
            if node in self.scheduler.forms:
                form = self.scheduler.forms[node]
                parts += [(number(o.base), o.strides, form.kind, form.swapped) for o in (form.A, form.B)]
            elif node in self.scheduler.tensor_forms:
                tensor = self.scheduler.tensor_forms[node]
                parts += [(number(o.base), o.strides, o.start) for o in (tensor.A, tensor.B)]
        parts += [tuple(-1 if array is None else number(array) for array in pair) for pair in kernel.outputs]
        arrays = [a for a in numbers if a in kernel.reads or a in kernel.writes]
        return tuple(parts), [*arrays, self.room] if self.room is not None and self.packs(kernel) else arrays

    def packs(self, kernel: Kernel) -> bool:
        """Whether it is a large product."""
        form = None if kernel.core is None else self.scheduler.forms.get(kernel.core)
        return form is not None and form.kind == PACKED

    def plan(self, kernel: Kernel, emitter: Emitter, known: dict[Traced, Memory]) -> tuple[int, int, Any]:
        """(shares that a kernel can be cut into, its work, the function that emits it)."""
        core = kernel.core
        loops = Loops(emitter, kernel, known)
        if core is None:
            count = 4 * sum(array.size for array, _ in kernel.outputs)
            return units(kernel.shape, self.lanes), count, lambda bounds: loops.elementwise(kernel, bounds)
        if core.op == "dot":
            form = self.scheduler.forms[core]
            product = (InnerProducts if form.kind == INNER else BroadcastProducts)(emitter, known, kernel, form)
            if form.kind == PACKED:
                assert self.room is not None
                product = PackedProducts(emitter, known, kernel, form, known[self.room].pointer)
            return product.units, core.size * core.args[0].shape[1], product.emit
        if core.op == "tensordot":
            tensors = TensorProducts(emitter, known, kernel, self.scheduler.tensor_forms[core])
            return tensors.units, tensors.form.work, tensors.emit
        if core.op == "partial_dots":
            sums = PartialProducts(emitter, known, kernel, self.scheduler.forms[core])
            return sums.units, core.size * core.attr, sums.emit
        if is_reduction(core):
            count = reduction_units(core, self.lanes)
            return count, core.args[0].size, lambda bounds: loops.reduction(kernel, bounds)
        if core.op == "fold":
            folds = Folds(loops, kernel)
            return folds.units, core.args[0].size, folds.emit
        emit = loops.place if core.op == "place" else loops.scatter
        return 1, 0, lambda bounds: emit(kernel, bounds)

    # --- the loop of steps ---

    def run_function(self) -> None:
        function, e = self.function("run", [POINTER, *[I64] * 5], 1)
        table, thread, wanted, first, steps, t = function.args
        listed = len(self.kernels) > MANY
        addresses = {
            key: e.b.load(e.address(table, i, POINTER), typ=POINTER, align=8)
            for i, key in enumerate(self.table)
            if not listed or isinstance(key, str) or key in self.new
        }
        passed = e.b.alloca(I64)
        e.b.store(I64(0), passed)
        mine = e.b.icmp_signed("==", thread, I64(0))
        count = e.b.call(gate_function(self.module, self.lanes), [addresses[GATE], thread, wanted])
        with e.b.if_then(e.b.icmp_signed("==", count, I64(0))):
            e.b.ret_void()
        meet = lambda: emit_barrier(e, addresses[GATE], count, passed)  # noqa: E731
        with e.loop(I64(0), steps) as i:
            self.batch(e, addresses, (mine, thread, count), e.b.add(first, i), i, e.b.add(t, i))
            meet_if_shared = meet if self.parallel else lambda: None
            if listed:
                self.listing().emit(e, (table, thread, count), meet_if_shared)
                meet_if_shared()
            else:
                barriers = self.barriers(meet_if_shared)
                for kernel in self.kernels:
                    self.call(e, addresses, kernel, barriers, (mine, thread, count))
                barriers.meet()
        with e.b.if_then(mine):
            emit_shut(e.b, addresses[GATE])
        e.b.ret_void()

    def barriers(self, wait: Callable[[], None]) -> Barriers:
        """Those of a step: the batch has been written, by thread 0 or by all."""
        barriers, batch = Barriers(wait), set(self.trace.batch.values())
        barriers.wrote(self.new - batch, "alone")
        barriers.wrote(batch, "shared" if self.gathered_together else "alone")
        return barriers

    @property
    def new(self) -> set[Traced]:
        """The leaves that are written for every step."""
        return {*self.trace.batch.values(), *self.trace.clock.values(), *self.trace.pace.values()}

    def how(self, kernel: Kernel) -> str:
        """Who computes a kernel: "alone" (thread 0) or "shared"."""
        return "alone" if self.shares[kernel] == 1 else "shared"

    def listing(self) -> Listing:
        """The calls of a step as a list."""
        places = {key: place for place, key in enumerate(self.table)}
        listing, met = Listing(), []
        barriers = self.barriers(lambda: met.append(True))
        for kernel in self.kernels:
            met.clear()
            barriers.before(kernel.reads, kernel.writes, self.how(kernel))
            function, arrays = self.functions[kernel]
            room = self.row_of_room if self.packs(kernel) else 0
            listing.add(function, [places[array] for array in arrays], self.shares[kernel], bool(met), room)
        return listing

    def call(
        self, e: Emitter, addresses: dict[Any, Any], kernel: Kernel, barriers: Barriers, who: tuple[Any, ...]
    ) -> None:
        function, arrays = self.functions[kernel]
        count = self.shares[kernel]
        barriers.before(kernel.reads, kernel.writes, self.how(kernel))
        mine, thread, threads = who
        pointers = [addresses[a] for a in arrays]
        if self.packs(kernel):
            pointers[-1] = e.address(pointers[-1], e.b.mul(thread, I64(self.row_of_room)), I8)
        if count > 1:
            e.b.call(function, [*pointers, *self.part_of(e, count, thread, threads)])
            return
        with e.b.if_then(mine):
            e.b.call(function, [*pointers, I64(0), I64(1)])

    @property
    def gathered_together(self) -> bool:
        """Whether all threads gather the rows of a batch, each its own part."""
        return self.parallel and sum(leaf.size for leaf in self.trace.batch.values()) >= shares.SHARED_FROM

    def batch(
        self, e: Emitter, addresses: dict[Any, Any], who: tuple[Any, ...], step: Value, i: Value, t: Value
    ) -> None:
        """The rows of a step, gathered, and the numbers of the step."""
        gather = Gather(e)
        mine, thread, threads = who
        rows = e.load(addresses[ROWS], 0, I64)
        first = e.b.mul(step, I64(self.size))

        def row_of_batch(index: Any) -> None:
            row, inside = gather.row(addresses[ORDER], e.add(first, index), rows, first)
            for name, leaf in self.trace.batch.items():
                memory = Memory(addresses[leaf], self.layouts[leaf])
                if name:
                    gather.copy(addresses[f"data {name}"], self.data[name], row, index, memory)
                else:
                    self.weight(e, addresses, row, inside, index, memory)

        with e.b.if_then(mine):
            for leaf in self.trace.pace.values():
                e.store(e.load(addresses[RATES], i, type_of(leaf.dtype)), addresses[leaf], 0)
            left = lambda: e.minimum(e.b.sub(rows, first), self.size)  # noqa: E731
            for name, value in (("i", lambda: step), ("t", lambda: t), (ROWS_OF_BATCH, left)):
                leaf = self.trace.clock.get(name)
                if leaf is not None:
                    e.store(value() if leaf.dtype.itemsize == 8 else e.b.trunc(value(), I32), addresses[leaf], 0)
            if not self.gathered_together:
                with e.loop(0, self.size) as index:
                    row_of_batch(index)
        if self.gathered_together:
            lo, hi = self.part_of(e, self.size, thread, threads)
            with e.loop(lo, hi) as index:
                row_of_batch(index)

    def part_of(self, e: Emitter, count: int, thread: Value, threads: Value) -> tuple[Value, Value]:
        """The first of `count` shares that are a thread's, and the first that are the next one's."""
        return (
            e.b.udiv(e.b.mul(I64(count), thread), threads),
            e.b.udiv(e.b.mul(I64(count), e.b.add(thread, I64(1))), threads),
        )

    def weight(
        self, e: Emitter, addresses: dict[Any, Any], row: Value, inside: Value, index: Any, memory: Memory
    ) -> None:
        """The weight of an example: 0 past the end of the set."""
        kind = {4: ir.FloatType(), 8: ir.DoubleType()}[memory.layout.dtype.itemsize]
        weight = kind(1.0) if self.weights is None else e.load(addresses[WEIGHTS], row, kind)
        e.store(e.b.select(inside, weight, kind(0.0)), memory.pointer, index)
