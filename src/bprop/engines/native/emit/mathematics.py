"""Elementwise operations as LLVM instructions, for scalars and vectors, in float32 and float64.

exp, log and their kin are polynomials on a reduced argument, as in every library of such functions (Cody and
Waite 1980; Tang 1989, 1990), so that they work on whole vectors. Errors are a few units in the last place.
"""

from __future__ import annotations

from collections.abc import Callable
from math import factorial, log
from typing import Any

from llvmlite import ir

from bprop.engines.native.emit.building_blocks import is_float, scalar
from bprop.engines.native.emit.emitter import I1, I32, Value, constant
from bprop.engines.native.emit.trigonometry import Trigonometry
from bprop.errors import UnsupportedError

FLOAT_OPS = {"add": "fadd", "sub": "fsub", "mul": "fmul", "div": "fdiv"}
INT_OPS = {"add": "add", "sub": "sub", "mul": "mul", "and": "and_", "or": "or_", "xor": "xor", "shl": "shl",
           "shr": "lshr"}  # fmt: skip
COMPARISONS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


def tanh_series(count: int) -> list[float]:
    """c_0, c_1, ... of tanh(x) = sum_n c_n x^(2n + 1): from tanh' = 1 - tanh^2."""
    terms = [1.0]
    for n in range(1, count):
        terms.append(-sum(a * b for a, b in zip(terms, reversed(terms), strict=True)) / (2 * n + 1))
    return terms


class Mathematics(Trigonometry):
    """Elementwise operations on the values of an emitter, by the name that the tape gives them."""

    def apply(self, op: str, *args: Value, signed: bool = True) -> Value:
        """op(args), all of them scalars or all of them vectors."""
        if op == "select":
            return self.b.select(*args)
        if op in COMPARISONS:
            return self.compare(COMPARISONS[op], *args, signed=signed)
        if is_float(args[0]) and op in FLOAT_OPS:
            return getattr(self.b, FLOAT_OPS[op])(*args)
        if not is_float(args[0]) and op in INT_OPS:
            return getattr(self.b, "ashr" if op == "shr" and signed else INT_OPS[op])(*args)
        if op in ("max", "min"):
            return getattr(self, op)(*args, signed=signed)
        method = getattr(self, op, None)
        if method is None:
            raise UnsupportedError(f"the operation {op!r}")
        return method(*args)

    def compare(self, sign: str, a: Value, c: Value, signed: bool = True) -> Value:
        if is_float(a):
            return (self.b.fcmp_unordered if sign == "!=" else self.b.fcmp_ordered)(sign, a, c)
        return (self.b.icmp_signed if signed and scalar(a.type) != I1 else self.b.icmp_unsigned)(sign, a, c)

    # --- short ones ---

    def neg(self, a: Value) -> Value:
        return self.b.fneg(a) if is_float(a) else self.b.neg(a)

    def sqrt(self, a: Value) -> Value:
        return self.e.intrinsic("sqrt", a)

    def floor(self, a: Value) -> Value:
        return self.e.intrinsic("floor", a)

    def max(self, a: Value, c: Value, signed: bool = True) -> Value:
        """The larger; NaN where either is NaN."""
        if is_float(a):
            return self.either(a, c, ">")
        return self.b.or_(a, c) if scalar(a.type) == I1 else self.e.intrinsic("smax" if signed else "umax", a, c)

    def min(self, a: Value, c: Value, signed: bool = True) -> Value:
        if is_float(a):
            return self.either(a, c, "<")
        return self.b.and_(a, c) if scalar(a.type) == I1 else self.e.intrinsic("smin" if signed else "umin", a, c)

    def either(self, a: Value, c: Value, sign: str) -> Value:
        """a where a sign c or a is NaN, else c (which may be NaN)."""
        wins = self.b.or_(self.b.fcmp_ordered(sign, a, c), self.b.fcmp_unordered("uno", a, a))
        return self.b.select(wins, a, c)

    def pow(self, a: Value, c: Value) -> Value:
        return self.e.lane_by_lane(lambda x, y: self.e.intrinsic("pow", x, y), a, c)

    # --- long ones ---

    def reduced(self, x: Value) -> tuple[Value, Value]:
        """(k, expm1(r)) with x = k log 2 + r, |r| <= log(2) / 2."""
        single = scalar(x.type) == ir.FloatType()
        k = self.e.intrinsic("rint", self.b.fmul(x, self.c(x, 1 / log(2))))
        high, low = (
            (0.693359375, -2.12194440e-4) if single else (6.93147180369123816490e-01, 1.90821492927058770002e-10)
        )
        r = self.fma(k, self.c(x, -low), self.fma(k, self.c(x, -high), x))
        terms = [1 / factorial(i + 2) for i in range(6 if single else 12)]
        tail = self.b.fmul(self.b.fmul(r, r), self.polynomial(r, terms))
        return k, self.b.fadd(r, tail)

    def exp(self, x: Value) -> Value:
        """2^k (1 + expm1(r)), 2^k in two halves so that results near both ends of the range are right."""
        single = scalar(x.type) == ir.FloatType()
        low, high = (-104.0, 89.0) if single else (-746.0, 710.0)
        k, q = self.reduced(self.clamped(x, low, high))
        half = self.e.intrinsic("floor", self.b.fmul(k, self.c(x, 0.5)))
        result = self.b.fmul(self.b.fadd(q, self.c(x, 1)), self.power_of_two(half))
        return self.b.fmul(result, self.power_of_two(self.b.fsub(k, half)))

    def expm1(self, x: Value) -> Value:
        """2^k expm1(r) + (2^k - 1): exact to rounding near 0 too."""
        single = scalar(x.type) == ir.FloatType()
        low, high = (-40.0, 89.0) if single else (-60.0, 710.0)
        k, q = self.reduced(self.clamped(x, low, high))
        half = self.e.intrinsic("floor", self.b.fmul(k, self.c(x, 0.5)))
        rest = self.power_of_two(self.b.fsub(k, half))
        scale = self.power_of_two(half)
        # (2^half expm1(r) + (2^half - 2^-rest)) 2^rest keeps all factors in range
        shift = self.b.fsub(scale, self.b.fdiv(self.c(x, 1), rest))
        return self.b.fmul(self.fma(q, scale, shift), rest)

    def tanh(self, x: Value) -> Value:
        """y / (y + 2) with y = expm1(2 |x|), and the sign of x; near 0, where that rounds thrice, its series."""
        single = scalar(x.type) == ir.FloatType()
        size = self.clamped(self.abs(x), 0.0, 10.0 if single else 20.0)
        k, q = self.reduced(self.b.fadd(size, size))
        scale = self.power_of_two(k)
        y = self.fma(q, scale, self.b.fsub(scale, self.c(x, 1)))
        far = self.b.fdiv(y, self.b.fadd(y, self.c(x, 2)))
        z = self.b.fmul(size, size)
        near = self.fma(self.b.fmul(size, z), self.polynomial(z, tanh_series(6 if single else 12)[1:]), size)
        result = self.b.select(self.b.fcmp_ordered("<", size, self.c(x, 0.3)), near, far)
        return self.e.intrinsic("copysign", result, x)

    def log(self, x: Value) -> Value:
        """k log 2 + log(m), x = 2^k m with m in [sqrt(1/2), sqrt(2)): log(m) = 2 artanh(s), s = (m - 1) / (m + 1)."""
        single = scalar(x.type) == ir.FloatType()
        whole, bits, _ = self.integers(x)
        tiny = self.b.fcmp_ordered("<", x, self.c(x, 2.0**-126 if single else 2.0**-1022))
        scaled = self.b.select(tiny, self.b.fmul(x, self.c(x, 2.0 ** (bits + 1))), x)
        raw = self.b.bitcast(scaled, whole)
        # moving the boundary to sqrt(1/2) before the exponent is cut off puts m where it is wanted
        shift = constant(whole, 0x3F3504F3 if single else 0x3FE6A09E667F3BCD)
        exponent = self.b.ashr(self.b.sub(raw, shift), constant(whole, bits))
        m = self.b.bitcast(self.b.sub(raw, self.b.shl(exponent, constant(whole, bits))), x.type)
        k = self.b.sitofp(exponent, x.type)
        k = self.b.fsub(k, self.b.select(tiny, self.c(x, bits + 1), self.c(x, 0)))
        result = self.log_of_mantissa(self.b.fsub(m, self.c(x, 1)), k)
        result = self.b.select(self.b.fcmp_ordered("==", x, self.c(x, 0)), self.c(x, float("-inf")), result)
        result = self.b.select(self.b.fcmp_ordered("==", x, self.c(x, float("inf"))), x, result)
        return self.b.select(self.b.fcmp_ordered(">=", x, self.c(x, 0)), result, self.c(x, float("nan")))

    def log_of_mantissa(self, f: Value, k: Value) -> Value:
        """k log 2 + log(1 + f): f - (f^2/2 - s (f^2/2 + R(s^2))), s = f / (2 + f)."""
        single = scalar(f.type) == ir.FloatType()
        high, low = (
            (0.693359375, -2.12194440e-4) if single else (6.93147180369123816490e-01, 1.90821492927058770002e-10)
        )
        s = self.b.fdiv(f, self.b.fadd(f, self.c(f, 2)))
        z = self.b.fmul(s, s)
        terms = [2 / (2 * i + 3) for i in range(5 if single else 11)]
        R = self.b.fmul(z, self.polynomial(z, terms))
        half = self.b.fmul(self.b.fmul(f, f), self.c(f, 0.5))
        inner = self.fma(k, self.c(f, low), self.b.fmul(s, self.b.fadd(half, R)))
        return self.fma(k, self.c(f, high), self.b.fsub(f, self.b.fsub(half, inner)))

    def log1p(self, x: Value) -> Value:
        """log(u) with u = 1 + x rounded, and a correction for what the rounding took: (x - (u - 1)) / u."""
        u = self.b.fadd(x, self.c(x, 1))
        lost = self.b.fdiv(self.b.fsub(x, self.b.fsub(u, self.c(x, 1))), u)
        usual = self.b.fcmp_ordered("<", self.abs(u), self.c(x, float("inf")))
        positive = self.b.fcmp_ordered(">", u, self.c(x, 0))
        result = self.log(u)
        return self.b.select(self.b.and_(usual, positive), self.b.fadd(result, lost), result)

    # --- all lanes together ---

    def across(self, kind: str, vector: Value, signed: bool = True) -> Value:
        """The sum, maximum or minimum of the lanes, in a fixed order: halves upon halves."""
        step: Callable[..., Any] = lambda a, c: self.apply(kind, a, c, signed=signed)  # noqa: E731
        width = vector.type.count
        while width > 1:
            width //= 2
            parts = [
                self.b.shuffle_vector(
                    vector, vector, ir.Constant(ir.VectorType(I32, width), list(range(at, at + width)))
                )
                for at in (0, width)
            ]
            vector = step(*parts)
        return self.b.extract_element(vector, I32(0))
