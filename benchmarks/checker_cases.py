"""Boxes with wrong and with right gradients, of many kinds, to try gradient checkers on.

A case is a pair of functions on an array namespace `xp` (NumPy, PyTorch or JAX), `forward(xp, *arrays)` and
`backward(xp, grad, value, *arrays)`, with the arrays at which it is checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """A function with a gradient, which is `right` or not, and where it is checked."""

    kind: str
    name: str
    right: bool
    forward: Callable
    backward: Callable
    arrays: tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Base:
    """A function of one array with its right gradient, and values at which it is smooth."""

    name: str
    forward: Callable
    backward: Callable
    at: Callable[[np.random.Generator], np.ndarray]

    def case(self, kind: str, name: str, right: bool, backward: Callable, rng: np.random.Generator) -> Case:
        return Case(kind, f"{self.name}, {name}", right, self.forward, backward, (self.at(rng),))


def normal(*shape: int) -> Callable[[np.random.Generator], np.ndarray]:
    return lambda rng: rng.normal(size=shape)


def positive(*shape: int) -> Callable[[np.random.Generator], np.ndarray]:
    return lambda rng: rng.uniform(0.5, 3.0, size=shape)


def softmax(xp: Any, a: Any) -> Any:
    e = xp.exp(a)
    return e / e.sum(-1)[..., None]


def standard(xp: Any, a: Any) -> tuple[Any, Any]:
    """(a - mean) / deviation over the last axis, and the deviation."""
    centred = a - a.mean(-1)[..., None]
    deviation = xp.sqrt((centred * centred).mean(-1)[..., None] + 0.1)
    return centred / deviation, deviation


def standard_back(xp: Any, g: Any, v: Any, a: Any, mean: float = 1.0, variance: float = 1.0) -> Any:
    normal, deviation = standard(xp, a)
    means = mean * g.mean(-1)[..., None] + variance * normal * (g * normal).mean(-1)[..., None]
    return (g - means) / deviation


BASES = (
    Base("tanh", lambda xp, a: xp.tanh(a), lambda xp, g, v, a: g * (1 - v * v), normal(4, 3)),
    Base("exp", lambda xp, a: xp.exp(a), lambda xp, g, v, a: g * v, normal(4, 3)),
    Base("a^3", lambda xp, a: a * a * a, lambda xp, g, v, a: g * 3 * a * a, normal(4, 3)),
    Base("sin 3a", lambda xp, a: xp.sin(3 * a), lambda xp, g, v, a: g * 3 * xp.cos(3 * a), normal(4, 3)),
    Base("log", lambda xp, a: xp.log(a), lambda xp, g, v, a: g / a, positive(4, 3)),
    Base("softmax", softmax, lambda xp, g, v, a: v * (g - (g * v).sum(-1)[..., None]), normal(4, 3)),
    Base("standardise", lambda xp, a: standard(xp, a)[0], standard_back, normal(4, 5)),
)


def mask(xp: Any, like: Any, where: np.ndarray) -> Any:
    """A constant mask in the namespace of an array."""
    return xp.asarray(where.astype(float)) + 0 * like


def first_row(a: np.ndarray) -> np.ndarray:
    found = np.zeros(a.shape)
    found[1] = 1
    return found


def one_element(a: np.ndarray) -> np.ndarray:
    found = np.zeros(a.shape)
    found[1, 2] = 1
    return found


def cases(seed: int = 0) -> list[Case]:
    """All cases, wrong and right."""
    rng = np.random.default_rng(seed)
    makers = (
        _factors, _parts, _whole, _cross_terms, _several_children, _curved, _clipped, _cancelling, _near_kinks,
        _near_ties, _at_kinks, _units, _waves, _small_elements, _edges, _narrow_inside, _rough, _ordinary, _extreme,
    )  # fmt: skip
    return [case for make in makers for case in make(rng)]


def _factors(rng: np.random.Generator) -> Iterator[Case]:
    for digits in range(2, 10):
        for base in BASES:
            factor = 1 + 10.0**-digits
            yield base.case(
                f"factor 1 + 1e-{digits}", "scaled", False,
                lambda xp, g, v, a, b=base.backward, f=factor: f * b(xp, g, v, a), rng,
            )  # fmt: skip


def _parts(rng: np.random.Generator) -> Iterator[Case]:
    for base in BASES:
        for kind, choose in (("one row", first_row), ("one element", one_element)):

            def backward(xp, g, v, a, b=base.backward, choose=choose):
                return b(xp, g, v, a) * (1 + 0.1 * mask(xp, a, choose(np.zeros(tuple(a.shape)))))

            yield base.case(kind, "10 % off there", False, backward, rng)
        if base.name != "log":
            yield base.case(
                "negative inputs", "10 % off for a < 0", False,
                lambda xp, g, v, a, b=base.backward: b(xp, g, v, a) * xp.where(a < 0, 1.1 + 0 * a, 1 + 0 * a), rng,
            )  # fmt: skip


def _whole(rng: np.random.Generator) -> Iterator[Case]:
    for base in BASES:
        b = base.backward
        yield base.case("sign", "the other sign", False, lambda xp, g, v, a, b=b: -b(xp, g, v, a), rng)
        yield base.case("zeros", "0", False, lambda xp, g, v, a, b=b: 0 * b(xp, g, v, a), rng)
        yield base.case("forgot upstream", "g = 1", False, lambda xp, g, v, a, b=b: b(xp, 0 * g + 1, v, a), rng)
        yield base.case("added constant", "+ 1e-6", False, lambda xp, g, v, a, b=b: b(xp, g, v, a) + 1e-6, rng)


def _cross_terms(rng: np.random.Generator) -> Iterator[Case]:
    softmaxes, standards = BASES[5], BASES[6]
    yield softmaxes.case("cross terms", "diagonal alone", False, lambda xp, g, v, a: g * v * (1 - v), rng)
    yield softmaxes.case("cross terms", "v g", False, lambda xp, g, v, a: g * v, rng)
    yield standards.case("cross terms", "no mean", False, lambda xp, g, v, a: standard_back(xp, g, v, a, mean=0.0), rng)
    yield standards.case(
        "cross terms", "no variance", False, lambda xp, g, v, a: standard_back(xp, g, v, a, variance=0.0), rng
    )
    a = rng.normal(size=(4, 4))
    yield Case(
        "cross terms", "a a^T, one side", False,
        lambda xp, a: a @ a.T, lambda xp, g, v, a: g @ a, (a,),
    )  # fmt: skip
    yield Case("ordinary", "a a^T", True, lambda xp, a: a @ a.T, lambda xp, g, v, a: g @ a + g.T @ a, (a,))


def _several_children(rng: np.random.Generator) -> Iterator[Case]:
    a, b, row, square = (rng.normal(size=s) for s in ((4, 4), (4, 4), (4,), (4, 4)))

    def product(xp, a, b):
        return a @ b

    def times(xp, a, b):
        return a * b

    matmul = (
        (True, "right", lambda xp, g, v, a, b: (g @ b.T, a.T @ g)),
        (False, "b for b^T", lambda xp, g, v, a, b: (g @ b, a.T @ g)),
        (False, "a for a^T", lambda xp, g, v, a, b: (g @ b.T, a @ g)),
        (False, "the result transposed", lambda xp, g, v, a, b: (g @ b.T, (a.T @ g).T)),
        (False, "g transposed", lambda xp, g, v, a, b: (g.T @ b.T, a.T @ g)),
        (False, "swapped", lambda xp, g, v, a, b: (a.T @ g, g @ b.T)),
    )
    for right, name, backward in matmul:
        yield Case("ordinary" if right else "transposed", f"a @ b, {name}", right, product, backward, (a, b))
    broadcast = (
        (True, "right", lambda xp, g, v, a, b: (g * b, (g * a).sum(0))),
        (False, "mean for sum", lambda xp, g, v, a, b: (g * b, (g * a).mean(0))),
        (False, "over the other axis", lambda xp, g, v, a, b: (g * b, (g * a).sum(1))),
        (False, "the first row alone", lambda xp, g, v, a, b: (g * b, (g * a)[0])),
        (False, "sums of g and a apart", lambda xp, g, v, a, b: (g * b, g.sum(0) * a.sum(0))),
        (False, "twice", lambda xp, g, v, a, b: (g * b, 2 * (g * a).sum(0))),
    )
    for right, name, backward in broadcast:
        yield Case("ordinary" if right else "broadcast", f"a * row, {name}", right, times, backward, (a, row))
    for digits in (1, 3, 5, 7, 9):
        yield Case(
            "second child", f"a * b, b's off by 1e-{digits}", False, times,
            lambda xp, g, v, a, b, f=1 + 10.0**-digits: (g * b, f * g * a), (a, square),
        )  # fmt: skip
    yield Case("second child", "a * b, 0", False, times, lambda xp, g, v, a, b: (g * b, 0 * a), (a, square))
    yield Case("second child", "a * b, g", False, times, lambda xp, g, v, a, b: (g * b, g + 0 * a), (a, square))


def _curved(rng: np.random.Generator) -> Iterator[Case]:
    for base in BASES:
        b = base.backward
        yield base.case(
            "curved", "at 1.001 a", False, lambda xp, g, v, a, b=b: b(xp, g, v, 1.001 * a) + 1e-4 * g * a, rng
        )
        yield base.case(
            "curved", "a secant over 1e-4", False,
            lambda xp, g, v, a, b=b: (b(xp, g, v, a) + b(xp, g * (1 + 1e-4 * a), v, a)) / 2, rng,
        )  # fmt: skip


def _clipped(rng: np.random.Generator) -> Iterator[Case]:
    for base in BASES:
        for limit in (1e3, 1e9):

            def backward(xp, g, v, a, b=base.backward, limit=limit):
                return b(xp, xp.clip(g, -limit, limit), v, a)

            yield base.case("clips the upstream gradient", f"at {limit:g}", False, backward, rng)


def _cancelling(rng: np.random.Generator) -> Iterator[Case]:
    for big in (1e3, 1e6, 1e9, 1e12):
        a = rng.normal(size=(3, 3))

        def forward(xp, a, big=big):
            return (xp.sin(a) + big) - big

        for right, name, factor in ((True, "right", 1.0), (False, "10 % off", 1.1), (False, "zeros", 0.0)):
            yield Case(
                "cancelling", f"(sin a + {big:g}) - {big:g}, {name}", right, forward,
                lambda xp, g, v, a, f=factor: f * g * xp.cos(a), (a,),
            )  # fmt: skip


def relu(xp: Any, a: Any) -> Any:
    return xp.where(a > 0, a, 0 * a)


def relu_back(xp: Any, g: Any, v: Any, a: Any) -> Any:
    return xp.where(a > 0, g, 0 * g)


KINKS: tuple[tuple[str, Callable, Callable], ...] = (
    ("relu", relu, relu_back),
    ("abs", lambda xp, a: xp.where(a > 0, a, -a), lambda xp, g, v, a: xp.where(a > 0, g, -g)),
    ("leaky relu", lambda xp, a: xp.where(a > 0, a, 0.1 * a), lambda xp, g, v, a: xp.where(a > 0, g, 0.1 * g)),
    (
        "a relu a + exp a",
        lambda xp, a: a * relu(xp, a) + 3 * relu(xp, a) + xp.exp(a),
        lambda xp, g, v, a: xp.where(a > 0, g * (2 * a + 3), 0 * g) + g * xp.exp(a),
    ),
)


def _near_kinks(rng: np.random.Generator) -> Iterator[Case]:
    for digits in range(1, 13):
        for side in (1, -1):
            a = np.array([[side * 1.2 * 10.0**-digits, 1.0, -1.0]])
            for name, forward, backward in KINKS:
                yield Case("near kinks", f"{name} at {a[0, 0]:g}", True, forward, backward, (a,))
                if digits in (2, 5, 9) and side == 1:

                    def wrong(xp, g, v, a, b=backward):
                        return xp.where(xp.where(a > 0, a, -a) < 0.5, b(xp, g, v, -a), b(xp, g, v, a))

                    yield Case("near kinks", f"{name} at {a[0, 0]:g}, other side", False, forward, wrong, (a,))


def greatest(xp: Any, a: Any) -> Any:
    return xp.where(a[..., 0] >= a[..., 1], a[..., 0], a[..., 1])


def _near_ties(rng: np.random.Generator) -> Iterator[Case]:
    for digits in (2, 4, 6, 8, 10):
        a = np.array([[1.0, 1.0 + 1.3 * 10.0**-digits], [2.0, 1.0]])

        def backward(xp, g, v, a):
            first = xp.where(a[..., 0] >= a[..., 1], g, 0 * g)
            return xp.stack([first, g - first], -1)

        def both(xp, g, v, a):
            return xp.stack([g, g], -1)

        yield Case("near ties", f"max, {digits} digits alike", True, greatest, backward, (a,))
        yield Case("near ties", f"max, {digits} digits alike, all of it to both", False, greatest, both, (a,))


def _at_kinks(rng: np.random.Generator) -> Iterator[Case]:
    a = np.array([[0.0, 1.0, -0.5], [0.7, 0.0, -2.0]])
    for slope, right in ((0.0, True), (0.5, True), (1.0, True), (5.0, False), (-1.0, False), (1.5, False)):

        def backward(xp, g, v, a, s=slope):
            return xp.where(a > 0, g, xp.where(a == 0, s * g, 0 * g))

        yield Case("at kinks", f"relu, {slope:g} at 0", right, relu, backward, (a,))
    for slope, right in ((0.0, True), (-1.0, True), (1.0, True), (3.0, False), (-2.0, False)):

        def sign(xp, g, v, a, s=slope):
            return xp.where(a > 0, g, xp.where(a == 0, s * g, -g))

        yield Case("at kinks", f"abs, {slope:g} at 0", right, KINKS[1][1], sign, (a,))
    ties = np.array([[1.0, 1.0], [3.0, 2.0], [-2.0, -2.0]])
    for first, second, right in (
        (0.5, 0.5, True), (1.0, 0.0, True), (0.25, 0.75, True),
        (1.0, 1.0, False), (0.0, 0.0, False), (1.5, -0.5, False),
    ):  # fmt: skip

        def shares(xp, g, v, a, p=first, q=second):
            tie, one = a[..., 0] == a[..., 1], a[..., 0] > a[..., 1]
            left = xp.where(tie, p * g, xp.where(one, g, 0 * g))
            right = xp.where(tie, q * g, xp.where(one, 0 * g, g))
            return xp.stack([left, right], -1)

        yield Case("at ties", f"max, shares {first:g} and {second:g}", right, greatest, shares, (ties,))


def _units(rng: np.random.Generator) -> Iterator[Case]:
    for unit in (1e-30, 1e-12, 1e-6, 1e6, 1e12):
        a = unit * rng.normal(size=(3, 3))

        def forward(xp, a, unit=unit):
            return xp.tanh(a / unit)

        for right, name, factor in ((True, "right", 1.0), (False, "100 times", 100.0), (False, "0.1 % off", 1.001)):
            yield Case(
                "units", f"tanh(a / {unit:g}), {name}", right, forward,
                lambda xp, g, v, a, f=factor, unit=unit: f * g * (1 - v * v) / unit, (a,),
            )  # fmt: skip
    columns = rng.normal(size=(4, 3)) * [1e-12, 1.0, 1e6]

    def mixed(xp, a):
        return xp.sin(a * mask(xp, a, np.array([1e12, 1.0, 1e-6])))

    for column in (None, 0, 1, 2):

        def backward(xp, g, v, a, column=column):
            scale = np.array([1e12, 1.0, 1e-6])
            off = scale * (1 + 0.01 * (np.arange(3) == column))
            return g * xp.cos(a * mask(xp, a, scale)) * mask(xp, a, off)

        name = "right" if column is None else f"column {column} 1 % off"
        yield Case("units", f"columns in different units, {name}", column is None, mixed, backward, (columns,))


def _waves(rng: np.random.Generator) -> Iterator[Case]:
    for digits in range(1, 10):
        w = 10.0**digits
        a = rng.normal(size=(3, 3))
        for right, name, factor in ((True, "right", 1.0), (False, "1 % off", 1.01), (False, "zeros", 0.0)):
            yield Case(
                "waves", f"sin({w:g} a), {name}", right, lambda xp, a, w=w: xp.sin(w * a),
                lambda xp, g, v, a, w=w, f=factor: f * g * w * xp.cos(w * a), (a,),
            )  # fmt: skip


def _small_elements(rng: np.random.Generator) -> Iterator[Case]:
    for digits in (3, 5, 7, 9, 11):
        scale = np.array([1.0, 1.0, 10.0**-digits])
        a = rng.normal(size=(2, 3))

        def forward(xp, a, scale=scale):
            return xp.sin(a) * mask(xp, a, scale)

        for right, off in ((True, 1.0), (False, 2.0), (False, -1.0)):

            def backward(xp, g, v, a, scale=scale, off=off):
                return g * xp.cos(a) * mask(xp, a, scale * [1.0, 1.0, off])

            name = "right" if right else f"times {off:g}"
            yield Case("small elements", f"1e-{digits} of the largest, {name}", right, forward, backward, (a,))


def _edges(rng: np.random.Generator) -> Iterator[Case]:
    functions = (
        ("log", lambda xp, a: xp.log(a), lambda xp, g, v, a: g / a),
        ("sqrt", lambda xp, a: xp.sqrt(a), lambda xp, g, v, a: g / (2 * v)),
        ("1 / a", lambda xp, a: 1 / a, lambda xp, g, v, a: -g * v * v),
        ("a log a", lambda xp, a: a * xp.log(a), lambda xp, g, v, a: g * (1 + xp.log(a))),
    )
    for name, forward, backward in functions:
        for digits in range(1, 9):
            a = np.array([[10.0**-digits, 1.0]])
            yield Case("edge of a domain", f"{name} at 1e-{digits}", True, forward, backward, (a,))
            if digits in (2, 4, 8):
                yield Case(
                    "edge of a domain", f"{name} at 1e-{digits}, 1 % off", False, forward,
                    lambda xp, g, v, a, b=backward: 1.01 * b(xp, g, v, a), (a,),
                )  # fmt: skip


def single(xp: Any, a: Any) -> Any:
    """Rounded to float32."""
    if hasattr(a, "astype"):
        return a.astype("float32").astype(a.dtype)
    return a.float().to(a.dtype)


def _narrow_inside(rng: np.random.Generator) -> Iterator[Case]:
    functions = (
        ("square", lambda xp, a: single(xp, single(xp, a) * single(xp, a)), lambda xp, g, v, a: 2 * g * a),
        ("tanh", lambda xp, a: single(xp, xp.tanh(single(xp, a))), lambda xp, g, v, a: g * (1 - v * v)),
        ("exp", lambda xp, a: single(xp, xp.exp(single(xp, a))), lambda xp, g, v, a: g * v),
        ("sin", lambda xp, a: single(xp, xp.sin(single(xp, a))), lambda xp, g, v, a: g * xp.cos(a)),
    )
    for name, forward, b in functions:
        a = rng.normal(size=(3, 4))
        yield Case("float32 inside", name, True, forward, b, (a,))
        yield Case("float32 inside", f"{name}, zeros", False, forward, lambda xp, g, v, a, b=b: 0 * g, (a,))
        yield Case(
            "float32 inside", f"{name}, 1 % off", False, forward,
            lambda xp, g, v, a, b=b: 1.01 * b(xp, g, v, a), (a,),
        )  # fmt: skip


def _rough(rng: np.random.Generator) -> Iterator[Case]:
    for size in (1e-10, 1e-8, 1e-6):

        def forward(xp, a, size=size):
            return xp.tanh(a) + size * xp.sin(a / size / 100)

        a = rng.normal(size=(3, 3))
        for name, factor in (("twice", 2.0), ("zeros", 0.0), ("10 % off", 1.1)):

            def backward(xp, g, v, a, f=factor, size=size):
                return f * g * (1 - xp.tanh(a) ** 2 + xp.cos(a / size / 100) / 100)

            yield Case("rough", f"tanh, rough at {size:g}, {name}", False, forward, backward, (a,))


def _ordinary(rng: np.random.Generator) -> Iterator[Case]:
    for base in BASES:
        for _ in range(4):
            yield base.case("ordinary", "right", True, base.backward, rng)
    for shape in ((), (1,), (1, 1), (2, 3, 2), (60, 3)):
        a = rng.normal(size=shape)
        yield Case("ordinary", f"tanh of shape {shape}", True, BASES[0].forward, BASES[0].backward, (np.asarray(a),))
    a = rng.normal(size=(4, 3))
    yield Case("ordinary", "0 a", True, lambda xp, a: 0 * a, lambda xp, g, v, a: 0 * g, (a,))
    yield Case(
        "ordinary", "a - mean a, mean over all", True, lambda xp, a: a - a.mean(),
        lambda xp, g, v, a: g - g.mean(), (a,),
    )  # fmt: skip


def _extreme(rng: np.random.Generator) -> Iterator[Case]:
    for size in (10.0, 15.0, 20.0):
        a = size * np.array([[1.0, -1.0, 0.9]])
        yield Case("saturated", f"tanh at {size:g}", True, BASES[0].forward, BASES[0].backward, (a,))
        yield Case("saturated", f"exp at {size:g}", True, BASES[1].forward, BASES[1].backward, (a,))
    for size in (1e3, 1e6):
        a = size * rng.normal(size=(2, 3))
        yield Case("large values", f"a^3 at {size:g}", True, BASES[2].forward, BASES[2].backward, (a,))
        yield Case(
            "large values", f"a^3 at {size:g}, 1e-5 off", False, BASES[2].forward,
            lambda xp, g, v, a: (1 + 1e-5) * g * 3 * a * a, (a,),
        )  # fmt: skip
    zero = np.zeros((2, 3))
    yield Case("at 0", "tanh", True, BASES[0].forward, BASES[0].backward, (zero,))
    yield Case("at 0", "a^3", True, BASES[2].forward, BASES[2].backward, (zero,))
    yield Case("at 0", "a^3, 1e-3", False, BASES[2].forward, lambda xp, g, v, a: 1e-3 * g, (zero,))
    yield Case("at 0", "tanh, 1e-3 off", False, BASES[0].forward, lambda xp, g, v, a: 1.001 * g * (1 - v * v), (zero,))
