"""Gradients that are right once, for a few rows, or in one precision."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from benchmarks.checkers.case import BASES, Base, Case


def impure(rng: np.random.Generator) -> Iterator[Case]:
    kind = "impure"
    for base in (BASES[0], BASES[2], BASES[3]):
        b = base.backward
        yield _with_memory(base, rng)
        yield _with_counter(base, rng)
        yield base.case(
            kind, "a random gradient", False,
            lambda xp, g, v, a, b=b: b(xp, g, v, a) * (1 + 1e-3 * np.random.default_rng().normal()), rng,
        )  # fmt: skip
        for argument, name in enumerate(("gradient", "value", "input")):
            yield base.case(kind, f"writes into the {name}", False, _writer(b, argument), rng)
        yield base.case(
            kind, "wrong for more than 8 rows", False,
            lambda xp, g, v, a, b=b: b(xp, g, v, a) * (1.0 if len(a) <= 8 else 1.1), rng,
        )  # fmt: skip
        yield base.case(
            kind, "wrong in float32", False,
            lambda xp, g, v, a, b=b: b(xp, g, v, a) * (1.1 if "float32" in str(a.dtype) else 1.0), rng,
        )  # fmt: skip


def _writer(backward: Callable, argument: int) -> Callable:
    """A gradient that is right, but writes 0 into one of its arguments."""

    def writes(xp, g, v, a):
        found = backward(xp, g, v, a) + 0
        (g, v, a)[argument][...] = 0
        return found

    return writes


def _with_memory(base: Base, rng: np.random.Generator) -> Case:
    last: list[Any] = []

    def forward(xp, a):
        last[:] = [a]
        return base.forward(xp, a)

    backward = base.backward
    return Case(
        "impure", f"{base.name}, of its last input", False, forward,
        lambda xp, g, v, a: backward(xp, g, base.forward(xp, last[0]), last[0]), (base.at(rng),),
    )  # fmt: skip


def _with_counter(base: Base, rng: np.random.Generator) -> Case:
    calls: list[None] = []

    def forward(xp, a):
        calls.append(None)
        return base.forward(xp, a) + 1e-9 * len(calls)

    return Case("impure", f"{base.name}, counts its calls", False, forward, base.backward, (base.at(rng),))


MAKERS = (impure,)
