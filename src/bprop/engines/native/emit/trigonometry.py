"""cos and sin of vectors: |x| = k pi/2 + r with |r| <= pi/4, a polynomial in r, and the quadrant k mod 4.

The reduction is that of Cody and Waite (1980): pi/2 is the sum of three numbers of the precision of x. All that r
loses by rounding is kept as a second number, since an error of half a unit in r is one in the result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import pi

from llvmlite import ir

from bprop.engines.native.emit.building_blocks import BuildingBlocks, scalar
from bprop.engines.native.emit.emitter import I1, Emitter, Value, constant


@dataclass(frozen=True)
class Series:
    """The numbers of one precision. The polynomials are minimax on |r| < pi/4 + 0.0015, since k is rounded too."""

    half_pi: tuple[float, float, float]
    """They add up to pi/2; each is the rest that those before it leave, rounded."""
    up_to: float
    """Where |x| is larger, these three no longer tell r well enough."""
    whole: float
    """|x| 2/pi + whole is rounded to a whole number, whose last bits are those of k."""
    sin: tuple[float, ...]
    """sin(r) = r + r^3 sum_i sin[i] r^(2i)"""
    cos: tuple[float, ...]
    """cos(r) = 1 - r^2 / 2 + r^4 sum_i cos[i] r^(2i)"""


SINGLE = Series(
    (1.5707963705062866, -4.371138828673793e-08, -1.7151245100058819e-15),
    2.0**15,
    2.0**23,
    (-0.16666653752326965, 0.008332151919603348, -0.00019514038285706192),
    (0.04166664555668831, -0.0013887356035411358, 2.4437073079752736e-05),
)
DOUBLE = Series(
    (1.5707963267948966, 6.123233995736766e-17, -1.4973849048591698e-33),
    2.0**30,
    2.0**52,
    (-0.1666666666666663, 0.008333333333322118, -0.00019841269829589585, 2.755731362138656e-06,
     -2.5050747761259565e-08, 1.5896229987973652e-10),
    (0.0416666666666666, -0.0013888888888874138, 2.4801587289491783e-05, -2.755731435522717e-07,
     2.087572368217108e-09, -1.1359669734572098e-11),
)  # fmt: skip


@dataclass(frozen=True)
class Angle:
    """The values that cos and sin of one vector share."""

    quadrant: Value
    """Whole numbers, whose last two bits are those of k."""
    cos: Value
    """cos(r)"""
    sin: Value
    """sin(r)"""
    far: Value
    """Whether a lane is too far from 0 for this to be right."""


class Trigonometry(BuildingBlocks):
    """cos and sin. Those of one vector share their work."""

    def __init__(self, emitter: Emitter):
        super().__init__(emitter)
        self.angles: dict[Value, Angle] = {}

    def cos(self, x: Value) -> Value:
        """cos(r), -sin(r), -cos(r), sin(r) for k = 0, 1, 2, 3 mod 4."""
        if not self.e.is_vector(x):
            return self.e.intrinsic("cos", x)
        angle = self.angle(x)
        k = angle.quadrant
        size = self.b.select(self.odd(k), angle.sin, angle.cos)
        sign = self.b.add(k, constant(k.type, 1))
        return self.or_by_lane("cos", x, self.with_sign(size, sign), angle.far)

    def sin(self, x: Value) -> Value:
        """sin(r), cos(r), -sin(r), -cos(r) for k = 0, 1, 2, 3 mod 4; with the other sign where x is negative."""
        if not self.e.is_vector(x):
            return self.e.intrinsic("sin", x)
        angle = self.angle(x)
        k = angle.quadrant
        size = self.b.select(self.odd(k), angle.cos, angle.sin)
        negative = self.b.lshr(self.b.bitcast(x, k.type), constant(k.type, scalar(k.type).width - 2))
        return self.or_by_lane("sin", x, self.with_sign(size, self.b.xor(k, negative)), angle.far)

    def odd(self, k: Value) -> Value:
        return self.b.icmp_unsigned("!=", self.b.and_(k, constant(k.type, 1)), constant(k.type, 0))

    def with_sign(self, size: Value, k: Value) -> Value:
        """-size where the second bit of k is set."""
        second = self.b.and_(k, constant(k.type, 2))
        sign = self.b.shl(second, constant(k.type, scalar(k.type).width - 2))
        return self.b.bitcast(self.b.xor(self.b.bitcast(size, k.type), sign), size.type)

    def angle(self, x: Value) -> Angle:
        if x not in self.angles:
            series = SINGLE if scalar(x.type) == ir.FloatType() else DOUBLE
            size = self.abs(x)
            lanes = self.b.fcmp_ordered(">", size, self.c(x, series.up_to))
            far = self.e.intrinsic("vector.reduce.or", lanes, result=I1)
            quadrant, r, rest = self.quarter(size, series)
            self.angles[x] = Angle(quadrant, self.near_cos(r, rest, series), self.near_sin(r, rest, series), far)
        return self.angles[x]

    def quarter(self, x: Value, series: Series) -> tuple[Value, Value, Value]:
        """(k in the last bits, r, what r lacks) for x >= 0.

        r = (x - k half_pi[0]) - t rounded. The difference is exact, and so is what t = k half_pi[1] and r lose.
        """
        raised = self.fma(x, self.c(x, 2 / pi), self.c(x, series.whole))
        k = self.b.fsub(raised, self.c(x, series.whole))
        first, second, third = (self.c(x, part) for part in series.half_pi)
        start = self.minus_fma(k, first, x)
        t = self.b.fmul(k, second)
        r = self.b.fsub(start, t)
        lost = self.b.fsub(self.b.fsub(start, r), t)
        rest = self.minus_fma(k, third, self.b.fsub(lost, self.fma_minus(k, second, t)))
        return self.b.bitcast(raised, self.integers(x)[0]), r, rest

    def near_sin(self, r: Value, rest: Value, series: Series) -> Value:
        """sin(r + rest)"""
        z = self.b.fmul(r, r)
        tail = self.fma(self.b.fmul(r, z), self.polynomial(z, series.sin), rest)
        return self.b.fadd(r, tail)

    def near_cos(self, r: Value, rest: Value, series: Series) -> Value:
        """cos(r + rest): what rounding takes from 1 - z / 2 is added again."""
        z = self.b.fmul(r, r)
        one, half = self.c(r, 1), self.c(r, 0.5)
        start = self.minus_fma(z, half, one)
        lost = self.minus_fma(z, half, self.b.fsub(one, start))
        tail = self.fma(self.b.fmul(z, z), self.polynomial(z, series.cos), self.minus_fma(r, rest, lost))
        return self.b.fadd(start, tail)

    def or_by_lane(self, name: str, x: Value, usual: Value, far: Value) -> Value:
        """`usual`; where a lane is far from 0, the C library's function of every lane."""
        return self.e.unless(far, usual, lambda: self.e.outlined(name, by_lane(name), x))


def by_lane(name: str) -> Callable[[Emitter, Value], Value]:
    """The function of C's library by this name, of each lane by itself."""
    return lambda e, x: e.lane_by_lane(lambda one: e.intrinsic(name, one), x)
