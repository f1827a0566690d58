"""Right gradients at ordinary values and at extreme ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from benchmarks.checkers.case import BASES, Case


def sigmoid(xp: Any, a: Any) -> Any:
    return 1 / (1 + xp.exp(-a))


SMOOTH: tuple[tuple[str, Callable, Callable], ...] = (
    ("sigmoid", sigmoid, lambda xp, g, v, a: g * v * (1 - v)),
    ("softplus", lambda xp, a: xp.log(1 + xp.exp(a)), lambda xp, g, v, a: g * sigmoid(xp, a)),
    (
        "silu",
        lambda xp, a: a * sigmoid(xp, a),
        lambda xp, g, v, a: g * sigmoid(xp, a) * (1 + a * (1 - sigmoid(xp, a))),
    ),
    ("sqrt(1 + a^2)", lambda xp, a: xp.sqrt(1 + a * a), lambda xp, g, v, a: g * a / v),
    ("a / sqrt(1 + a^2)", lambda xp, a: a / xp.sqrt(1 + a * a), lambda xp, g, v, a: g / (1 + a * a) ** 1.5),
    ("exp(-a^2)", lambda xp, a: xp.exp(-a * a), lambda xp, g, v, a: -2 * g * a * v),
    ("arctan", lambda xp, a: xp.arctan(a), lambda xp, g, v, a: g / (1 + a * a)),
    (
        "log sum exp",
        lambda xp, a: xp.log(xp.exp(a).sum(-1)),
        lambda xp, g, v, a: g[..., None] * xp.exp(a - v[..., None]),
    ),
    ("norm", lambda xp, a: xp.sqrt((a * a).sum(-1)), lambda xp, g, v, a: (g / v)[..., None] * a),
    ("product with the next", lambda xp, a: a[..., 1:] * a[..., :-1], lambda xp, g, v, a: neighbours(xp, g, a)),
)


def neighbours(xp: Any, g: Any, a: Any) -> Any:
    """The gradient of a_i a_(i+1)."""
    none = 0 * g[..., :1]
    right = xp.stack([*(g * a[..., :-1]).T], -1)
    left = xp.stack([*(g * a[..., 1:]).T], -1)
    return xp.stack([*none.T, *right.T], -1) + xp.stack([*left.T, *none.T], -1)


def ordinary(rng: np.random.Generator) -> Iterator[Case]:
    for base in BASES:
        for _ in range(8):
            yield base.case("ordinary", "right", True, base.backward, rng)
    for name, forward, backward in SMOOTH:
        for size in (0.1, 1.0, 5.0):
            yield Case(
                "ordinary", f"{name}, inputs of {size:g}", True, forward, backward, (size * rng.normal(size=(3, 4)),)
            )
    for shape in ((), (1,), (1, 1), (2, 3, 2), (60, 3)):
        a = rng.normal(size=shape)
        yield Case("ordinary", f"tanh of shape {shape}", True, BASES[0].forward, BASES[0].backward, (np.asarray(a),))
    a = rng.normal(size=(4, 3))
    yield Case("ordinary", "0 a", True, lambda xp, a: 0 * a, lambda xp, g, v, a: 0 * g, (a,))
    yield Case(
        "ordinary", "a - mean a, mean over all", True, lambda xp, a: a - a.mean(),
        lambda xp, g, v, a: g - g.mean(), (a,),
    )  # fmt: skip


def extreme(rng: np.random.Generator) -> Iterator[Case]:
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


MAKERS = (
    ordinary,
    extreme,
)
