"""The check of one box against finite differences of its own fprop. It names the box with the fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bprop.check.difference import Comparison, Coverage, Mismatch
from bprop.check.kinks import Corner, judge_kinks
from bprop.check.precision import Precision, rounding_noise
from bprop.check.report import Row
from bprop.errors import BpropError
from bprop.graph.plan import Node, State
from bprop.graph.send import send
from bprop.namespace import Array

BLUR, MOST_BLUR = 4.0, 0.1
"""A gradient may be off by BLUR times the change by rounding, if that change is at most the share MOST_BLUR of it."""
BESIDE = 1e-3
"""A tensor with nothing but kinks is compared again so far beside them, in natural units."""


def check_step(
    node: Node, state: State, grad: np.ndarray, precision: Precision, elements: int | None, rng: np.random.Generator
) -> tuple[list[Row], list[str]]:
    """(a row for each float child, sentences on failures) of one box with its values in a pass."""
    children = [np.asarray(state.values[c]) for c in node.children]
    wanted = [child.dtype.kind == "f" for child in children]
    with np.errstate(all="ignore"):
        try:
            sent = send(node, grad, state, wanted)
        except BpropError as error:
            return [], [str(error)]
        except Exception as error:
            return [], [f"the box {label(node)}: bprop failed: {type(error).__name__}: {error}"]
        noise = rounding_noise([grad, *sent], [state.values[node.slot], *children], precision.epsilon)
        blurs = _blurs(node, state, grad, wanted, sent, precision, rng)
        rows = []
        for position, (child, part, want) in enumerate(zip(children, sent, wanted, strict=True)):
            if want:
                analytic = np.zeros_like(child) if part is None else part
                if node.box.stops_gradient:  # its value counts as a constant, whatever its slope is
                    fixed = Comparison(lambda x: precision.dtype.type(0), child, analytic, noise, precision)
                    rows.append(Row(role(node, position), fixed.run(elements, rng), label(node)))
                    continue
                local = Local(node, state, position, grad, noise, precision, blurs[position])
                rows.append(Row(role(node, position), local.compare(analytic, elements, rng), label(node)))
    return rows, []


def _blurs(node, state: State, grad, wanted, sent, precision: Precision, rng) -> list[np.ndarray | None]:
    """How far rounding moves the gradients that bprop sends. bprop gets the rounded value of the box."""
    blurs: list[np.ndarray | None] = [None] * len(sent)
    value = np.asarray(state.values[node.slot])
    if value.dtype.kind != "f":
        return blurs
    for _ in range(2):
        values = list(state.values)
        values[node.slot] = value * (1 + precision.epsilon * rng.choice([-2.0, 2.0], value.shape)).astype(value.dtype)
        moved = send(node, grad, State(values, state.extras), wanted)
        for i, (part, right) in enumerate(zip(moved, sent, strict=True)):
            if part is not None and right is not None:
                away = np.abs(part - right)
                # a large change is no rounding: bprop tests whether a number equals the value
                away = np.where(away <= MOST_BLUR * np.abs(right), BLUR * away, 0)
                before = blurs[i]
                blurs[i] = away if before is None else np.maximum(before, away)
    return blurs


class Local:
    """A box in a pass as a function of one of its children. The others are fixed."""

    node: Node
    state: State
    position: int
    grad: np.ndarray
    noise: float
    precision: Precision

    def __init__(
        self,
        node: Node,
        state: State,
        position: int,
        grad: np.ndarray,
        noise: float,
        precision: Precision,
        blur: np.ndarray | None,
    ):
        self.blur = blur
        self.node, self.state, self.position = node, state, position
        self.grad, self.noise, self.precision = grad, noise, precision
        self.children: list[Array] = [state.values[c] for c in node.children]
        self.extras: tuple[Any, ...] = state.extras[node.slot]
        self.wanted: list[bool] = [i == position for i in range(len(self.children))]

    def value(self, x: np.ndarray) -> np.ndarray:
        """The value of the box for another value of the child."""
        changed = [*self.children[: self.position], x, *self.children[self.position + 1 :]]
        return np.asarray(self.node.box.fprop(*changed, *self.extras))

    def at(self, x: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """The gradient of the child at x, as a function of the gradient of the value."""
        values = list(self.state.values)
        values[self.node.slot] = self.value(x)
        # a child in several places has a slot for each place here
        slots = tuple(range(len(values), len(values) + len(self.children)))
        values += [*self.children[: self.position], x, *self.children[self.position + 1 :]]
        node = self.node._replace(children=slots)
        state = State(values, self.state.extras)

        def pull(grad: np.ndarray) -> np.ndarray:
            part = send(node, grad, state, self.wanted)[self.position]
            return np.zeros_like(x) if part is None else part

        return pull

    def change(self, x: np.ndarray) -> Callable[[np.ndarray], np.floating]:
        """f(x') = sum_j grad_j (v_j(x') - v_j(x)). Outputs that an element does not move add no rounding."""
        centre = self.value(x)
        return lambda moved: (self.grad * (self.value(moved) - centre)).sum()

    def compare(self, analytic: np.ndarray, elements: int | None, rng: np.random.Generator) -> Coverage:
        """The gradient of one child against finite differences, with kinks judged output by output."""
        x = self.children[self.position]
        comparison = Comparison(self.change(x), x, analytic, self.noise, self.precision, self.blur)
        coverage = comparison.run(elements, rng)
        if coverage.kinks or coverage.mismatches:
            corner = Corner(self.value, self.at(x), x, comparison.units, self.grad, self.precision)
            judge_kinks(corner, coverage, rng)
        if coverage.kinks and len(coverage.kinks) >= coverage.elements and not coverage.mismatches:
            self._beside(x, comparison.units, elements, coverage, rng)
        return coverage

    def _beside(self, x, units, elements, coverage: Coverage, rng: np.random.Generator) -> None:
        """Compare a little beside the kinks too: kinks alone test little."""
        moved = x + BESIDE * units * rng.choice([-1.0, 1.0], x.shape) * rng.uniform(0.5, 1.5, x.shape)
        moved = moved.astype(x.dtype)
        comparison = Comparison(self.change(moved), moved, self.at(moved)(self.grad), self.noise, self.precision)
        beside = comparison.run(elements, rng)
        take_beside(coverage, beside)


def take_beside(coverage: Coverage, beside: Coverage) -> None:
    """Add the results a little beside the kinks to a coverage."""
    note = "a little beside the kink"
    coverage.mismatches += [Mismatch(m.index, m.analytic, m.numeric, m.error, note) for m in beside.mismatches]
    if beside.unresolved or len(beside.kinks) >= max(1, beside.elements):
        note = "there are kinks all around, so any gradient would pass"
        coverage.unresolved += [Mismatch(m.index, m.analytic, m.numeric, m.error, note) for m in coverage.kinks[:1]]


def label(node: Node) -> str:
    """The name and the class of a box."""
    return f"{node.name!r} ({type(node.box).__name__})"


def role(node: Node, position: int) -> str:
    """The name of a child in fprop's signature."""
    names = type(node.box).child_names()
    return names[position] if not names[-1].startswith("*") else f"{names[-1][1:]}[{position}]"
