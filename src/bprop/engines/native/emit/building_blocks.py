"""The parts of elementwise functions: constants, polynomials, powers of two; for scalars and vectors alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llvmlite import ir

from bprop.engines.native.emit.emitter import I32, I64, SUFFIX, Emitter, Type, Value, constant


def scalar(type_: Type) -> Type:
    return type_.element if isinstance(type_, ir.VectorType) else type_


def is_float(value: Value) -> bool:
    return scalar(value.type) in SUFFIX


class BuildingBlocks:
    """Parts of functions, written by an emitter."""

    def __init__(self, emitter: Emitter):
        self.e = emitter
        self.b: Any = emitter.b

    def c(self, like: Value, number: Any) -> Value:
        return constant(like.type, number)

    def fma(self, a: Value, x: Value, y: Value) -> Value:
        return self.e.intrinsic("fma", a, x, y)

    def fma_minus(self, a: Value, x: Value, y: Value) -> Value:
        """a x - y, rounded once."""
        return self.fma(a, x, self.b.fneg(y))

    def minus_fma(self, a: Value, x: Value, y: Value) -> Value:
        """y - a x, rounded once."""
        return self.fma(self.b.fneg(a), x, y)

    def abs(self, a: Value) -> Value:
        return self.e.intrinsic("fabs", a)

    def polynomial(self, x: Value, coefficients: Sequence[float]) -> Value:
        """sum_i coefficients[i] x^i, by Horner."""
        total = self.c(x, coefficients[-1])
        for number in reversed(coefficients[:-1]):
            total = self.fma(total, x, self.c(x, number))
        return total

    def integers(self, value: Value) -> tuple[Type, int, int]:
        """(integer type of the same width, bits of the mantissa, bias of the exponent)."""
        single = scalar(value.type) == ir.FloatType()
        whole = I32 if single else I64
        type_ = ir.VectorType(whole, value.type.count) if self.e.is_vector(value) else whole
        return type_, 23 if single else 52, 127 if single else 1023

    def power_of_two(self, k: Value) -> Value:
        """2^k for a whole k within the range of normal exponents."""
        whole, bits, bias = self.integers(k)
        n = self.b.fptosi(k, whole)
        raised = self.b.shl(self.b.add(n, constant(whole, bias)), constant(whole, bits))
        return self.b.bitcast(raised, k.type)

    def clamped(self, x: Value, low: float, high: float) -> Value:
        """x within [low, high]; NaN stays NaN."""
        x = self.b.select(self.b.fcmp_ordered("<", x, self.c(x, low)), self.c(x, low), x)
        return self.b.select(self.b.fcmp_ordered(">", x, self.c(x, high)), self.c(x, high), x)
