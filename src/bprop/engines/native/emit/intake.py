"""The numbers of a batch on their way in: copied into the type that compiled code reads, and each held against limits.

    take_SOURCE_TARGET(source, target, count, limits) -> 1 if every number is within the limits, else 0

`limits` points to the lowest and the highest legal number, in the type of the source. NaN is within no limits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir

from bprop.engines.native.emit.emitter import I1, I64, POINTER, Emitter, Value, constant, stored_type
from bprop.engines.native.emit.mathematics import is_float

PAIRS = tuple(
    (np.dtype(source), np.dtype(target))
    for source, target in (
        ("float32", "float32"), ("float64", "float64"), ("float64", "float32"), ("float32", "float64"),
        ("int32", "int32"), ("int64", "int64"), ("int64", "int32"), ("int32", "int64"),
    )
)  # fmt: skip
"""(the dtype of the numbers, the dtype in which they are read)."""


def intake_name(source: np.dtype, target: np.dtype) -> str:
    return f"take_{source.name}_{target.name}"


def intake_function(module: ir.Module, lanes: int, source: np.dtype, target: np.dtype) -> None:
    """Emit the function of one pair of dtypes."""
    kind = ir.FunctionType(I64, [POINTER, POINTER, I64, POINTER])
    function = ir.Function(module, kind, intake_name(source, target))
    e = Emitter(module, ir.IRBuilder(function.append_basic_block("entry")), lanes)
    numbers, place, count, limits = function.args
    type_ = stored_type(source)
    low, high = (e.load(limits, i, type_) for i in range(2))

    def some(at: Value, vector: bool) -> Value:
        """Take the number at a place, or a vector of them. Returns truth: it is within the limits."""
        value = e.load(numbers, at, type_, vector)
        bounds = (e.splat(low), e.splat(high)) if vector else (low, high)
        e.store(_converted(e, value, target), place, at)
        return e.b.and_(_compared(e, ">=", value, bounds[0]), _compared(e, "<=", value, bounds[1]))

    whole = e.b.udiv(count, I64(lanes))
    start = constant(ir.VectorType(I1, lanes), 1)
    (well,) = e.repeat(I64(0), whole, [start], lambda i, so: [e.b.and_(so[0], some(e.mul(i, lanes), True))])
    rest = I1(1)
    (rest,) = e.repeat(e.mul(whole, lanes), count, [rest], lambda i, so: [e.b.and_(so[0], some(i, False))])
    e.b.ret(e.b.zext(e.b.and_(e.intrinsic("vector.reduce.and", well, result=I1), rest), I64))


def _compared(e: Emitter, how: str, a: Any, c: Any) -> Value:
    return e.b.fcmp_ordered(how, a, c) if is_float(a) else e.b.icmp_signed(how, a, c)


def _converted(e: Emitter, value: Any, target: np.dtype) -> Value:
    """A number in another width. One that the width does not hold is beyond the limits, or it wraps as NumPy's do."""
    scalar = stored_type(target)
    wanted = ir.VectorType(scalar, value.type.count) if e.is_vector(value) else scalar
    before = value.type.element if e.is_vector(value) else value.type
    if before == scalar:
        return value
    wider = target.itemsize == 8
    if is_float(value):
        return (e.b.fpext if wider else e.b.fptrunc)(value, wanted)
    return (e.b.sext if wider else e.b.trunc)(value, wanted)
