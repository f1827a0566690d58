"""Right and wrong gradients near kinks and ties, and at them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from benchmarks.checkers.case import Case


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


def near_kinks(rng: np.random.Generator) -> Iterator[Case]:
    for digits in range(1, 13):
        for side in (1, -1):
            a = np.array([[side * 1.2 * 10.0**-digits, 1.0, -1.0]])
            for name, forward, backward in KINKS:
                yield Case("near kinks", f"{name} at {a[0, 0]:g}", True, forward, backward, (a,))
                if digits in (1, 3, 5, 7, 9) and side == 1:

                    def wrong(xp, g, v, a, b=backward):
                        return xp.where(xp.where(a > 0, a, -a) < 0.5, b(xp, g, v, -a), b(xp, g, v, a))

                    yield Case("near kinks", f"{name} at {a[0, 0]:g}, other side", False, forward, wrong, (a,))


def greatest(xp: Any, a: Any) -> Any:
    return xp.where(a[..., 0] >= a[..., 1], a[..., 0], a[..., 1])


def near_ties(rng: np.random.Generator) -> Iterator[Case]:
    for digits in (2, 4, 6, 8, 10):
        a = np.array([[1.0, 1.0 + 1.3 * 10.0**-digits], [2.0, 1.0]])

        def backward(xp, g, v, a):
            first = xp.where(a[..., 0] >= a[..., 1], g, 0 * g)
            return xp.stack([first, g - first], -1)

        def both(xp, g, v, a):
            return xp.stack([g, g], -1)

        yield Case("near ties", f"max, {digits} digits alike", True, greatest, backward, (a,))
        yield Case("near ties", f"max, {digits} digits alike, all of it to both", False, greatest, both, (a,))


def at_kinks(rng: np.random.Generator) -> Iterator[Case]:
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


MAKERS = (
    near_kinks,
    near_ties,
    at_kinks,
)
