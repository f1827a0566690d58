"""Kernels that are loops over the points of arrays: elementwise code, reductions, and moving values about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
from llvmlite import ir

from bprop.engines.native.emit.emitter import I8, Emitter, Int, Value, constant, stored_type, type_of
from bprop.engines.native.emit.indices import Lane, Point
from bprop.engines.native.emit.values import Memory, ValueEmitter
from bprop.engines.native.schedule.kernels import Kernel
from bprop.engines.native.schedule.shares import by_columns, reduces_rows, units
from bprop.engines.trace.tape import UINT, Shape, Traced

Bounds = tuple[Int, Int]


class Loops:
    """Emits a kernel's loops for its shares lo .. hi - 1.

    `known` has the memory of all its arrays, `reads` that of the arrays which are there before it runs.
    """

    e: Emitter
    b: Any
    known: dict[Traced, Memory]

    def __init__(self, emitter: Emitter, kernel: Kernel, known: dict[Traced, Memory]):
        self.e, self.b, self.known = emitter, emitter.b, known
        self.reads: dict[Traced, Memory] = {array: memory for array, memory in known.items() if array in kernel.reads}

    # --- writing ---

    def write(self, value: Value, memory: Memory, point: Point, valid: int | None = None) -> None:
        """Store the value of a point. Of a vector, `valid` lanes (None: all); the other lanes are stored as 0."""
        layout = memory.layout
        offset: Any = 0
        lane = None
        for index, stride in zip(point, layout.strides, strict=True):
            if isinstance(index, Lane) and stride:
                lane = index.step * stride
                index = index.base
            elif isinstance(index, Lane):
                index = index.base
            offset = self.e.add(offset, self.e.mul(index, stride))
        if layout.dtype.kind == "b":
            wide = self.e.vector(I8) if self.e.is_vector(value) else I8
            value = self.b.zext(value, wide)
        if lane is None:
            self.e.store(value, memory.pointer, offset)
            return
        assert lane == 1
        value = self.e.splat(value)
        if valid is not None:
            value = self.b.select(self.mask(valid), value, constant(value.type, 0))
        self.e.store(value, memory.pointer, offset)

    def mask(self, valid: int) -> ir.Constant:
        return ir.Constant(self.e.vector(ir.IntType(1)), [int(i < valid) for i in range(self.e.lanes)])

    # --- walking ---

    def walk(self, shape: Shape, bounds: Bounds, by_columns: bool, body: Callable[[Point, int | None], None]) -> None:
        """body(point, valid lanes or None) for every vector of an index space, the last real axis along the lanes."""
        real = [i for i, n in enumerate(shape) if n > 1]
        if not real:
            body((0,) * len(shape), None)
            return
        *outer, last = real
        point: list[Any] = [0] * len(shape)
        rows = bounds if outer and not by_columns else None
        columns = bounds if by_columns else (0, -(-shape[last] // self.e.lanes))
        self.nest(outer, shape, rows, point, lambda: self.row(shape[last], columns, point, last, body))

    def nest(
        self, axes: list[int], shape: Shape, rows: Bounds | None, point: list[Any], inner: Callable[..., Any]
    ) -> None:
        if not axes:
            inner()
            return
        start, stop = rows or (0, shape[axes[0]])
        with self.e.loop(start, stop) as index:
            point[axes[0]] = index
            self.nest(axes[1:], shape, None, point, inner)

    def row(self, size: int, columns: Bounds, point: list[Any], axis: int, body: Callable[..., Any]) -> None:
        lanes = self.e.lanes
        whole, rest = divmod(size, lanes)
        lo, hi = columns
        with self.e.loop(lo, self.e.minimum(hi, whole)) as index:
            point[axis] = Lane(self.e.mul(index, lanes))
            body(tuple(point), None)
        if rest:
            with self.only_if_above(hi, whole):
                point[axis] = Lane(whole * lanes)
                body(tuple(point), rest)

    @contextmanager
    def only_if_above(self, hi: Int, whole: int) -> Iterator[None]:
        """The block runs if `hi` is above `whole`: in the thread that has the last column."""
        if isinstance(hi, int):
            assert hi > whole
            yield
            return
        with self.b.if_then(self.b.icmp_signed(">", hi, self.e.integer(whole))):
            yield

    # --- kernels ---

    def elementwise(self, kernel: Kernel, bounds: Bounds) -> None:
        def body(point: Point, valid: int | None) -> None:
            here = ValueEmitter(self.e, self.reads)
            values = [here.value_at(array, point) for array, _ in kernel.outputs]
            for (array, leaf), value in zip(kernel.outputs, values, strict=True):
                self.write(value, self.known[array if leaf is None else leaf], point, valid)

        self.walk(kernel.shape, bounds, by_columns(kernel.shape, self.e.lanes), body)

    def reduction(self, kernel: Kernel, bounds: Bounds) -> None:
        array = kernel.core
        assert array is not None
        source, axes = array.args[0], array.attr
        if reduces_rows(array):
            self.reduce_rows(array, source, axes, bounds)
        else:
            self.reduce_columns(array, source, axes, bounds)

    def reduce_columns(self, array: Traced, source: Traced, axes: tuple[int, ...], bounds: Bounds) -> None:
        """Axes before the last are reduced: each lane goes its own way."""
        kind = array.op.removeprefix("reduce_")

        def body(point: Point, valid: int | None) -> None:
            vector = any(isinstance(i, Lane) for i in point)
            wide = type_of(array.dtype)
            start = constant(self.e.vector(wide) if vector else wide, neutral(kind, array.dtype))
            total = self.fold(source, axes, list(axes), point, start, kind)
            self.write(total, self.known[array], point, valid)

        self.walk(array.shape, bounds, by_columns(array.shape, self.e.lanes), body)

    def fold(
        self, source: Traced, axes: tuple[Any, ...], left: list[int], point: Point, carry: Value, kind: str
    ) -> Value:
        """carry and the elements of `source` along the axes `left`, at the point of the reduced array."""
        if not left:
            here = ValueEmitter(self.e, self.reads)
            value = here.value_at(source, point)
            return here.mathematics.apply(kind, *self.e.alike(carry, value), signed=source.dtype != UINT)
        first, rest = left[0], left[1:]
        whole = [*point]
        if len(point) < len(source.shape):
            coordinates = iter(point)
            whole = [None if i in axes else next(coordinates) for i in range(len(source.shape))]

        def body(index: Int, carries: list[Value]) -> list[Value]:
            inner = tuple(index if i == first else p for i, p in enumerate(whole))
            return [self.fold(source, axes, rest, inner, carries[0], kind)]

        return self.e.repeat(0, source.shape[first], [carry], body)[0]

    def reduce_rows(self, array: Traced, source: Traced, axes: tuple[int, ...], bounds: Bounds) -> None:
        """The last axis is reduced: by vectors, whose lanes are brought together at the end."""
        kind = array.op.removeprefix("reduce_")
        others = [i for i in range(len(source.shape)) if i not in axes]
        outer = [i for i in others if source.shape[i] > 1]
        point: list[Any] = [0] * len(source.shape)

        def inner() -> None:
            start = constant(self.e.vector(type_of(array.dtype)), neutral(kind, array.dtype))
            total = self.sweep(source, [a for a in axes if source.shape[a] > 1], point, start, kind)
            value = ValueEmitter(self.e, self.reads).mathematics.across(kind, total, source.dtype != UINT)
            self.write(value, self.known[array], tuple(point[i] for i in others))

        self.nest(outer, source.shape, bounds if outer else None, point, inner)

    def sweep(self, source: Traced, axes: list[int], point: list[Any], carry: Value, kind: str) -> Value:
        """All vectors along `axes`, the last of them along the lanes."""
        axis = axes[0]
        if len(axes) > 1:

            def body(index: Int, carries: list[Value]) -> list[Value]:
                return [self.sweep(source, axes[1:], [*point[:axis], index, *point[axis + 1 :]], carries[0], kind)]

            return self.e.repeat(0, source.shape[axis], [carry], body)[0]
        lanes = self.e.lanes
        whole, rest = divmod(source.shape[axis], lanes)
        signed = source.dtype != UINT

        def take(base: Int, carry: Value, valid: int | None) -> Value:
            here = ValueEmitter(self.e, self.reads)
            value = self.e.splat(here.value_at(source, (*point[:axis], Lane(base), *point[axis + 1 :])))
            if valid is not None:
                value = self.b.select(self.mask(valid), value, constant(value.type, neutral(kind, source.dtype)))
            return here.mathematics.apply(kind, carry, value, signed=signed)

        ways = 4 if whole >= 8 else 1  # several sums at a time: an addition need not wait for the last one
        carries = [carry] + [constant(carry.type, neutral(kind, source.dtype))] * (ways - 1)
        carries = self.e.repeat(
            0, whole // ways, carries,
            lambda i, c: [take(self.e.mul(self.e.add(self.e.mul(i, ways), k), lanes), c[k], None) for k in range(ways)],
        )  # fmt: skip
        for k in range(whole // ways * ways, whole):
            carries[0] = take(k * lanes, carries[0], None)
        total = carries[0]
        for other in carries[1:]:
            total = ValueEmitter(self.e, self.reads).mathematics.apply(kind, total, other, signed=signed)
        return take(whole * lanes, total, rest) if rest else total

    def place(self, kernel: Kernel, bounds: Bounds) -> None:
        """Zeros with parts set into them, each at its place: a concatenation, or the gradient of a slice."""
        array = kernel.core
        assert array is not None
        memory = self.known[array]
        self.clear(memory)
        for part, steps in zip(array.args, array.attr, strict=True):
            columns = by_columns(part.shape, self.e.lanes)
            self.walk(part.shape, self.all_of(part.shape), columns, partial(self.put, memory, part, steps))

    def put(self, memory: Memory, part: Traced, steps: tuple[Any, ...], point: Point, valid: int | None) -> None:
        here = ValueEmitter(self.e, self.reads)
        value = here.value_at(part, point)
        moved = tuple(here.shifted(i, start, step) for i, (start, step) in zip(point, steps, strict=True))
        if not any(isinstance(i, Lane) for i in moved):
            self.write(value, memory, moved)
            return
        value = self.e.splat(value)
        for lane in range(self.e.lanes if valid is None else valid):
            at = tuple(self.e.add(i.base, i.step * lane) if isinstance(i, Lane) else i for i in moved)
            self.write(self.b.extract_element(value, ir.IntType(32)(lane)), memory, at)

    def scatter(self, kernel: Kernel, bounds: Bounds) -> None:
        """Zeros, to whose rows the rows of an array are added by number: the gradient of an embedding."""
        array = kernel.core
        assert array is not None
        grad, rows = array.args
        memory = self.known[array]
        self.clear(memory)

        def body(point: Point, valid: int | None) -> None:
            here = ValueEmitter(self.e, self.reads)
            row, _ = here.row(here.value_at(rows, point[: rows.ndim]), array.shape[0])
            at = (row, *point[rows.ndim :])
            value, so_far = self.e.alike(
                here.value_at(grad, point), ValueEmitter(self.e, {array: memory}).value_at(array, at)
            )
            self.write(here.mathematics.apply("add", so_far, value), memory, at, valid)

        if grad.shape[-1] > 1 and grad.ndim > rows.ndim:
            self.walk(grad.shape, self.all_of(grad.shape), by_columns(grad.shape, self.e.lanes), body)
            return
        point: list[Any] = [0] * grad.ndim
        axes = [i for i, n in enumerate(grad.shape) if n > 1]
        self.nest(axes, grad.shape, None, point, lambda: body(tuple(point), None))

    def clear(self, memory: Memory) -> None:
        kind = stored_type(memory.layout.dtype)
        with self.e.loop(0, memory.layout.length // self.e.lanes) as index:
            zero = constant(self.e.vector(kind), 0)
            self.e.store(zero, memory.pointer, self.e.mul(index, self.e.lanes))

    def all_of(self, shape: Shape) -> Bounds:
        return 0, units(shape, self.e.lanes)


def neutral(kind: str, dtype: np.dtype) -> Any:
    """The neutral element of a sum, maximum or minimum."""
    if kind == "add":
        return 0
    if dtype.kind == "f":
        return -np.inf if kind == "max" else np.inf
    if dtype.kind == "b":
        return int(kind == "min")
    limits = np.iinfo(dtype)
    return limits.min if kind == "max" else limits.max
