"""Checking a class of box on its own examples."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.check.precision import Precision, best_precision
from bprop.check.local import check_step
from bprop.check.report import Report, Row
from bprop.errors import BoxError
from bprop.graph.plan import State, Step, picker
from bprop.leaves import Constant, Input
from bprop.namespace import Array


def check_box(kind: type[Box], examples: Iterable[tuple] | None = None, *, seed: int = 0) -> Report:
    """Check a class of box: bprop against finite differences of fprop, element by element.

    Also checked: bprop is linear in the gradient it is given, fprop and bprop change none of their inputs
    and give the same when called again.

    Parameters
    ----------
    kind : the class.
    examples : tuples of arrays, one a child, that may end with a dict of hyper-parameters; default
        `kind.examples(rng)`.
    seed : of the examples and of the gradients handed to bprop.

    Raises
    ------
    BoxError : where there is no example.
    """
    rng = np.random.default_rng(seed)
    report = Report(f"gradient check of the box {kind.__name__}", best_precision())
    cases = list(kind.examples(rng) if examples is None else examples)
    if not cases:
        raise BoxError(f"{kind.__name__} has no examples to check: define `examples(cls, rng)`, or pass examples=[...]")
    for number, case in enumerate(cases, start=1):
        name = f"example {number}"
        step, state, grad = prepare(kind, case, report.precision, rng)
        rows, failures = check_step(step, state, grad, report.precision, None, rng)
        report.rows += [Row(f"{row.name} of {name}", row.coverage, row.box) for row in rows]
        report.failures += [f"WRONG {name}: {text}" for text in failures or _purity(step, state, grad, rng)]
    return report


def prepare(
    kind: type[Box], case: tuple, precision: Precision, rng: np.random.Generator
) -> tuple[Step, State, np.ndarray]:
    """A step with its pass for one example, and a random gradient for its value."""
    hyper: dict[str, Any] = case[-1] if case and isinstance(case[-1], dict) else {}
    given = [np.asarray(a) for a in (case[:-1] if hyper or (case and isinstance(case[-1], dict)) else case)]
    arrays = [a.astype(precision.dtype) if a.dtype.kind == "f" else a for a in given]
    leaves: list[Box] = [Constant(a) for a in arrays]
    if "weights" in kind.needs:  # one weight for every example: the first child has them
        leaves[0] = Input("a", arrays[0].shape[1:], arrays[0].dtype)
    box = kind(*leaves, **hyper)
    extras = make_extras(box, arrays, precision, rng)
    for array in (*arrays, *extras):
        array.setflags(write=False)  # a box that writes to its inputs fails here
    value = box.fprop(*arrays, *extras)
    slots = tuple(range(len(arrays)))
    step = Step(box, kind.__name__, len(arrays), slots, picker(slots))
    grad = np.asarray(rng.normal(size=np.shape(value)), precision.dtype)
    return step, State([*arrays, np.asarray(value)], {len(arrays): extras}), grad


def make_extras(box: Box, arrays: list[np.ndarray], precision: Precision, rng: np.random.Generator) -> tuple:
    """Noise and weights as a pass would hand them over."""

    def draw(shape: tuple[int, ...]) -> np.ndarray:
        return rng.uniform(size=shape).astype(precision.dtype)

    made = {
        "noise": lambda: box.noise(draw, *arrays),
        "weights": lambda: rng.uniform(0.5, 2.0, size=len(arrays[0])).astype(precision.dtype),
    }
    return tuple(made[need]() for need in box.needs)


def _purity(step: Step, state: State, grad: np.ndarray, rng: np.random.Generator) -> list[str]:
    """Sentences on bprop not being linear in its gradient, or on calls that do not repeat."""
    *children, value = state.values
    extras = state.extras[step.slot]

    def bprop(g: Array) -> list[np.ndarray]:
        sent = step.box.bprop(g, value, *children, *extras)
        return [np.asarray(s) for s in (sent if isinstance(sent, tuple | list) else (sent,)) if s is not None]

    other = rng.normal(size=grad.shape).astype(grad.dtype)
    once, again = bprop(grad), bprop(grad)
    together, apart = bprop(2 * grad - 3 * other), bprop(other)
    found = []
    if not all(np.array_equal(a, b, equal_nan=True) for a, b in zip(once, again, strict=True)):
        found.append("bprop does not give the same when called again")
    if not np.array_equal(np.asarray(step.box.fprop(*children, *extras)), value):
        found.append("fprop does not give the same when called again")
    for i, (t, a, b) in enumerate(zip(together, once, apart, strict=True)):
        size = np.abs(2 * a).max(initial=0) + np.abs(3 * b).max(initial=0)
        with np.errstate(invalid="ignore"):
            away = np.abs(t - (2 * a - 3 * b)).max(initial=0)
        if away > 1e-12 * size:
            found.append(f"bprop is not linear in the gradient it is given (gradient {i})")
    return found
