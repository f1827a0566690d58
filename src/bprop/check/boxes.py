"""The check of a class of box on its own examples."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from bprop.box import Box
from bprop.check.contract import Trial, broken_promises, gradients_of_whole_numbers, impurities
from bprop.check.dtypes import disagreements
from bprop.check.evaluation import check_evaluation, check_updates
from bprop.check.local import check_step
from bprop.check.many_rows import repeated
from bprop.check.precision import Precision, best_precision
from bprop.check.report import Report, Row
from bprop.errors import BoxError
from bprop.graph.plan import Node, State, getter
from bprop.leaves import Constant, Input

FEW = 16
"""With many rows, a tensor of at most so many elements is compared element by element."""


class Case(NamedTuple):
    """One example: a node with its pass, and a random gradient for its value."""

    node: Node
    state: State
    grad: np.ndarray
    precision: Precision
    hyper: dict[str, Any]

    @property
    def children(self) -> list[np.ndarray]:
        return self.state.values[:-1]

    @property
    def trial(self) -> Trial:
        return Trial(self.node, self.children, self.state.extras[self.node.slot], self.state.values[-1], self.grad)


def check_box(kind: type[Box], examples: Iterable[tuple[Any, ...]] | None = None, *, seed: int = 0) -> Report:
    """Check a class of box: bprop against finite differences of fprop, element by element.

    Also checked: fprop and bprop change no argument, keep no state, and return the same when called again. bprop is
    linear in the gradient that arrives, at any scale. It returns the same whatever else is `wanted`. It is right in
    float32, in float64 and for about a thousand rows. The box that replaces this one outside training is right too, and
    running averages move towards those of the batch. See docs/gradient_checking.md.

    Parameters
    ----------
    kind : the class.
    examples : tuples of arrays, one a child. A tuple may end with a dict of hyper-parameters. The default is
        `kind.examples(rng)`.
    seed : the seed of the examples and of the gradients that bprop gets.

    Raises
    ------
    BoxError : without examples, and for an example that is no tuple.

    >>> class Double(bp.Box):
    ...     def fprop(self, a):
    ...         return 2 * a
    ...     def bprop(self, grad, value, a):
    ...         return 3 * grad
    >>> bp.check_box(Double, [(np.array([[1.0, -2.0]]),)]).ok
    False
    """
    rng = np.random.default_rng(seed)
    report = Report(f"gradient check of the box {kind.__name__}", best_precision())
    cases = list(kind.examples(rng) if examples is None else examples)
    if not cases:
        raise BoxError(f"{kind.__name__} has no examples to check: define `examples(cls, rng)`, or pass examples=[...]")
    for number, case in enumerate(cases, start=1):
        if not isinstance(case, tuple | list):
            raise BoxError(
                f"{kind.__name__}: example {number} is of type {type(case).__name__}: an example is a tuple of arrays, "
                "one a child, such as (a,) or (a, W), and may end with a dict of hyper-parameters"
            )
    floats = positions_of_floats([*cases, *kind.examples(np.random.default_rng(seed))])
    for number, case in enumerate(cases, start=1):
        rows, failures = _check(kind, case, floats, report, rng)
        name = f"example {number}"
        report.rows += [Row(f"{row.name} of {name}", row.coverage, row.box) for row in rows]
        report.failures += [f"WRONG {name}: {text}" for text in failures]
    if not report.rows and not report.failures:
        report.failures.append(
            f"NOTHING was compared: no example of {kind.__name__} has a child of floats. Give arrays of floats"
        )
    return report


def _check(
    kind: type[Box], example: tuple[Any, ...], floats: set[int], report: Report, rng: np.random.Generator
) -> tuple[list[Row], list[str]]:
    """(rows, failures) of one example. A box that is not pure has no rows."""
    arrays, hyper = taken_apart(example)
    with np.errstate(all="ignore"):
        case = prepare(kind, arrays, hyper, report.precision, rng)
        failures = impurities(case.trial, rng)
        if failures:
            return [], failures
        rows, failures = check_step(case.node, case.state, case.grad, report.precision, None, rng)
        if failures:
            return rows, failures
        failures = broken_promises(case.trial, rng) + gradients_of_whole_numbers(case.trial, floats)
        if all(row.ok for row in rows) and not failures:
            failures += disagreements(case.trial, report.precision, rng)
            more_rows, more_failures = _outside_training(case, rng)
            rows, failures = rows + more_rows, failures + more_failures
            rows += _many_rows(kind, case, report, rng)
    return rows, failures


def positions_of_floats(cases: list[tuple[Any, ...]]) -> set[int]:
    """The positions of the children that hold floats in one of the examples."""
    return {i for case in cases for i, array in enumerate(taken_apart(case)[0]) if array.dtype.kind == "f"}


def _outside_training(case: Case, rng: np.random.Generator) -> tuple[list[Row], list[str]]:
    known = dict(zip(case.node.box.needs, case.state.extras[case.node.slot], strict=True))

    def extras(box: Box, arrays: list[np.ndarray]) -> tuple[Any, ...]:
        new = dict(zip(box.needs, make_extras(box, arrays, case.precision, rng), strict=True))
        return tuple({**new, **known}[need] for need in box.needs)

    rows, failures = check_evaluation(case.trial, extras, case.precision, rng)
    return rows, failures + check_updates(case.trial, extras)


def _many_rows(kind: type[Box], case: Case, report: Report, rng: np.random.Generator) -> list[Row]:
    """The wrong rows of the example repeated to many rows, for each way of repeating it that the box accepts."""
    wrong: list[Row] = []
    for choices in repeated(case.children, rng):
        for arrays in choices:
            try:
                many = prepare(kind, arrays, case.hyper, case.precision, rng)
            except Exception:  # the box, or a shape, does not allow so many rows
                continue
            if not np.isfinite(many.trial.value).all():
                continue
            rows, _ = check_step(many.node, many.state, many.grad, case.precision, FEW, rng)
            count = max(len(a) for a in arrays if a.ndim)
            wrong += [Row(f"{row.name} with {count} rows", row.coverage, row.box) for row in rows if row.wrong]
            break
    return wrong


def taken_apart(example: tuple[Any, ...]) -> tuple[list[np.ndarray], dict[str, Any]]:
    """(arrays, hyper-parameters) of an example."""
    hyper = dict(example[-1]) if example and isinstance(example[-1], dict) else {}
    arrays = example[:-1] if example and isinstance(example[-1], dict) else example
    return [np.asarray(a) for a in arrays], hyper


def prepare(
    kind: type[Box], arrays: list[np.ndarray], hyper: dict[str, Any], precision: Precision, rng: np.random.Generator
) -> Case:
    """A node with its pass for one example, and a random gradient for its value."""
    arrays = [np.array(a, precision.dtype if a.dtype.kind == "f" else a.dtype) for a in arrays]
    leaves: list[Box] = [Constant(a) for a in arrays]
    if "weights" in kind.needs:  # one weight for every example: the first child has them
        leaves[0] = Input("a", arrays[0].shape[1:], arrays[0].dtype)
    box = kind(*leaves, **hyper)
    extras = make_extras(box, arrays, precision, rng)
    value = np.asarray(box.fprop(*map(np.array, arrays), *map(np.array, extras)))
    for array in (*arrays, *extras):
        array.setflags(write=False)  # a box that writes to its arguments fails here at the latest
    slots = tuple(range(len(arrays)))
    node = Node(box, kind.__name__, len(arrays), slots, getter(slots))
    grad = np.asarray(rng.normal(size=np.shape(value)), precision.dtype)
    return Case(node, State([*arrays, value], {len(arrays): extras}), grad, precision, hyper)


def make_extras(box: Box, arrays: list[np.ndarray], precision: Precision, rng: np.random.Generator) -> tuple[Any, ...]:
    """Noise and weights, as in a pass."""

    def draw(shape: tuple[int, ...]) -> np.ndarray:
        return rng.uniform(size=shape).astype(precision.dtype)

    makers = {
        "noise": lambda: np.asarray(box.noise(draw, *arrays)),
        "weights": lambda: rng.uniform(0.5, 2.0, size=len(arrays[0])).astype(precision.dtype),
    }
    return tuple(makers[need]() for need in box.needs)
