"""One box against finite differences of its own fprop: the check that names the culprit."""

from __future__ import annotations

import numpy as np

from bprop.check.difference import Comparison, Coverage
from bprop.check.precision import Precision, rounding_noise
from bprop.check.report import Row
from bprop.errors import BpropError
from bprop.graph.plan import State, Step, send


def check_step(
    step: Step, state: State, grad: np.ndarray, precision: Precision, elements: int | None, rng: np.random.Generator
) -> tuple[list[Row], list[str]]:
    """(a row for each float child, sentences on what could not be compared) for one box at its values in a pass."""
    children = [state.values[c] for c in step.children]
    extras = state.extras[step.slot]
    wanted = [child.dtype.kind == "f" for child in children]
    label = f"{step.name!r} ({type(step.box).__name__})"
    try:
        sent = send(step, grad, state, wanted)
    except BpropError as error:
        return [], [str(error)]
    except Exception as error:
        return [], [f"the box {label}: bprop failed: {type(error).__name__}: {error}"]
    value = state.values[step.slot]
    noise = rounding_noise([grad, *sent], [value, *children], precision.epsilon)
    rows = []
    for position, (child, part, want) in enumerate(zip(children, sent, wanted, strict=True)):
        if not want:
            continue

        def f(x, position=position):
            changed = [*children[:position], x, *children[position + 1 :]]
            return (grad * step.box.fprop(*changed, *extras)).sum()

        given = np.zeros_like(child) if part is None else part
        rows.append(Row(_role(step, position), _compare(f, child, given, noise, precision, elements, rng), label))
    return rows, []


def _compare(f, x, g, noise, precision, elements, rng) -> Coverage:
    with np.errstate(all="ignore"):
        return Comparison(f, x, g, noise, precision).run(elements, rng)


def _role(step: Step, position: int) -> str:
    names = type(step.box).child_names()
    return names[position] if not names[-1].startswith("*") else f"{names[-1][1:]}[{position}]"
