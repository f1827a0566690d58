"""Mistakes of every size and place, in functions that are smooth."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.checkers.case import BASES, Case, mask, standard_back


def first_row(a: np.ndarray) -> np.ndarray:
    found = np.zeros(a.shape)
    found[1] = 1
    return found


def one_element(a: np.ndarray) -> np.ndarray:
    found = np.zeros(a.shape)
    found[1, 2] = 1
    return found


def factors(rng: np.random.Generator) -> Iterator[Case]:
    for digits in range(2, 10):
        for base in BASES:
            factor = 1 + 10.0**-digits
            yield base.case(
                f"factor 1 + 1e-{digits}", "scaled", False,
                lambda xp, g, v, a, b=base.backward, f=factor: f * b(xp, g, v, a), rng,
            )  # fmt: skip


def parts(rng: np.random.Generator) -> Iterator[Case]:
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


def whole(rng: np.random.Generator) -> Iterator[Case]:
    for base in BASES:
        b = base.backward
        yield base.case("sign", "the other sign", False, lambda xp, g, v, a, b=b: -b(xp, g, v, a), rng)
        yield base.case("zeros", "0", False, lambda xp, g, v, a, b=b: 0 * b(xp, g, v, a), rng)
        yield base.case("forgot upstream", "g = 1", False, lambda xp, g, v, a, b=b: b(xp, 0 * g + 1, v, a), rng)
        yield base.case("added constant", "+ 1e-6", False, lambda xp, g, v, a, b=b: b(xp, g, v, a) + 1e-6, rng)


def cross_terms(rng: np.random.Generator) -> Iterator[Case]:
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


def several_children(rng: np.random.Generator) -> Iterator[Case]:
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


def curved(rng: np.random.Generator) -> Iterator[Case]:
    for base in BASES:
        b = base.backward
        yield base.case(
            "curved", "at 1.001 a", False, lambda xp, g, v, a, b=b: b(xp, g, v, 1.001 * a) + 1e-4 * g * a, rng
        )
        yield base.case(
            "curved", "a secant over 1e-4", False,
            lambda xp, g, v, a, b=b: (b(xp, g, v, a) + b(xp, g * (1 + 1e-4 * a), v, a)) / 2, rng,
        )  # fmt: skip


def clipped(rng: np.random.Generator) -> Iterator[Case]:
    for base in BASES:
        for limit in (1e3, 1e9):

            def backward(xp, g, v, a, b=base.backward, limit=limit):
                return b(xp, xp.clip(g, -limit, limit), v, a)

            yield base.case("clips the upstream gradient", f"at {limit:g}", False, backward, rng)


MAKERS = (
    factors,
    parts,
    whole,
    cross_terms,
    several_children,
    curved,
    clipped,
)
