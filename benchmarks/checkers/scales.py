"""Right and wrong gradients where the step matters: units, waves, edges of domains, rounding."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.checkers.case import Case, mask


def cancelling(rng: np.random.Generator) -> Iterator[Case]:
    for big in (1e3, 1e6, 1e9, 1e12):
        a = rng.normal(size=(3, 3))

        def forward(xp, a, big=big):
            return (xp.sin(a) + big) - big

        for right, name, factor in ((True, "right", 1.0), (False, "10 % off", 1.1), (False, "zeros", 0.0)):
            yield Case(
                "cancelling", f"(sin a + {big:g}) - {big:g}, {name}", right, forward,
                lambda xp, g, v, a, f=factor: f * g * xp.cos(a), (a,),
            )  # fmt: skip


def units(rng: np.random.Generator) -> Iterator[Case]:
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


def waves(rng: np.random.Generator) -> Iterator[Case]:
    for digits in range(1, 10):
        w = 10.0**digits
        a = rng.normal(size=(3, 3))
        for right, name, factor in ((True, "right", 1.0), (False, "1 % off", 1.01), (False, "zeros", 0.0)):
            yield Case(
                "waves", f"sin({w:g} a), {name}", right, lambda xp, a, w=w: xp.sin(w * a),
                lambda xp, g, v, a, w=w, f=factor: f * g * w * xp.cos(w * a), (a,),
            )  # fmt: skip


def small_elements(rng: np.random.Generator) -> Iterator[Case]:
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


def edges(rng: np.random.Generator) -> Iterator[Case]:
    functions = (
        ("log", lambda xp, a: xp.log(a), lambda xp, g, v, a: g / a),
        ("sqrt", lambda xp, a: xp.sqrt(a), lambda xp, g, v, a: g / (2 * v)),
        ("1 / a", lambda xp, a: 1 / a, lambda xp, g, v, a: -g * v * v),
        ("a log a", lambda xp, a: a * xp.log(a), lambda xp, g, v, a: g * (1 + xp.log(a))),
        ("a sqrt a", lambda xp, a: a * xp.sqrt(a), lambda xp, g, v, a: g * 1.5 * xp.sqrt(a)),
        ("arccos(1 - a)", lambda xp, a: xp.arccos(1 - a), lambda xp, g, v, a: g / xp.sqrt(a * (2 - a))),
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


def narrow_inside(rng: np.random.Generator) -> Iterator[Case]:
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


def rough(rng: np.random.Generator) -> Iterator[Case]:
    for size in (1e-10, 1e-8, 1e-6):

        def forward(xp, a, size=size):
            return xp.tanh(a) + size * xp.sin(a / size / 100)

        a = rng.normal(size=(3, 3))
        for name, factor in (("twice", 2.0), ("zeros", 0.0), ("10 % off", 1.1)):

            def backward(xp, g, v, a, f=factor, size=size):
                return f * g * (1 - xp.tanh(a) ** 2 + xp.cos(a / size / 100) / 100)

            yield Case("rough", f"tanh, rough at {size:g}, {name}", False, forward, backward, (a,))


MAKERS = (
    cancelling,
    units,
    waves,
    small_elements,
    edges,
    narrow_inside,
    rough,
)
