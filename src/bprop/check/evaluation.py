"""The box that replaces a box outside training, and the running averages that it moves in training.

The rule for running averages: the same batch moves them again and again until they settle. Then the box has the same
value outside training as in training.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.check.contract import Trial
from bprop.check.local import check_step, label
from bprop.check.precision import Precision
from bprop.check.report import Row
from bprop.graph.plan import Node, State, getter
from bprop.leaves import Leaf
from bprop.structure.order import topological_order

Extras = Callable[[Box, list[np.ndarray]], tuple[Any, ...]]
MOST_UPDATES = 2000
SETTLED = 1e-9


def noise_outside_training(trial: Trial) -> list[str]:
    """A sentence if predictions would be random. Those of a backward graph are, as the gradients of training are."""
    box = trial.node.box
    if box.in_catalogue and "noise" in type(box).needs and "noise" in type(box.evaluation()).needs:
        return [
            f"the box {label(trial.node)}: evaluation() needs noise as well, so that predictions are random. "
            "Return the box that stands for its mean, such as its child"
        ]
    return []


class Evaluated:
    """The boxes that replace one outside training, with their values for the same children."""

    def __init__(self, box: Box, children: list[np.ndarray], extras: Extras):
        known = dict(zip(box.children, children, strict=True))
        self.root: Box = box.evaluation()
        order = topological_order([self.root], lambda b: () if b in known else b.children)
        self.slots: dict[Box, int] = {b: i for i, b in enumerate(order)}
        self.state: State = State([], {})
        self.nodes: list[Node] = []
        for b in order:
            self.state.values.append(known[b] if b in known else self._value(b, extras))

    def _value(self, box: Box, extras: Extras) -> np.ndarray:
        if isinstance(box, Leaf):
            return np.asarray(getattr(box, "value"))  # noqa: B009 (a Constant: no other leaf can be made here)
        slots = tuple(self.slots[c] for c in box.children)
        children = [self.state.values[s] for s in slots]
        slot = self.slots[box]
        self.nodes.append(Node(box, type(box).__name__, slot, slots, getter(slots)))
        self.state.extras[slot] = extras(box, children)
        return np.asarray(box.fprop(*children, *self.state.extras[slot]))

    @property
    def value(self) -> np.ndarray:
        return self.state.values[self.slots[self.root]]


def check_evaluation(
    trial: Trial, extras: Extras, precision: Precision, rng: np.random.Generator
) -> tuple[list[Row], list[str]]:
    """(rows that are not ok, failures) of the box that replaces this one outside training."""
    who = f"the box {label(trial.node)}"
    try:
        failures = noise_outside_training(trial)
        if failures or trial.node.box.evaluation() is trial.node.box:
            return [], failures
        evaluated = Evaluated(trial.node.box, trial.children, extras)
    except Exception as error:
        return [], [f"{who}: evaluation(), or its result, failed: {type(error).__name__}: {error}"]
    if evaluated.value.shape != trial.value.shape:
        shapes = f"{evaluated.value.shape}, in training {trial.value.shape}"
        return [], [f"{who}: outside training its value has the shape {shapes}"]
    rows: list[Row] = []
    for node in evaluated.nodes:
        grad = rng.normal(size=evaluated.state.values[node.slot].shape).astype(precision.dtype)
        checked, more = check_step(node, evaluated.state, grad, precision, None, rng)
        rows += [Row(f"{row.name} outside training", row.coverage, row.box) for row in checked if not row.ok]
        failures += more
    return rows, failures


# --- running averages ---


def check_updates(trial: Trial, extras: Extras | None = None) -> list[str]:
    """Sentences on the running averages that a box moves. `extras` returns noise and weights outside training."""
    box = trial.node.box
    if type(box).updates is Box.updates:
        return []
    try:
        sentences = _moves(trial) or ([] if extras is None else _settles(trial, extras))
    except Exception as error:
        sentences = [f"updates failed: {type(error).__name__}: {error}"]
    return [f"the box {label(trial.node)}: {sentence}" for sentence in sentences]


def _new(trial: Trial) -> dict[int, np.ndarray]:
    arguments = [np.array(a) for a in (trial.value, *trial.children, *trial.extras)]
    return {i: np.asarray(a) for i, a in trial.node.box.updates(*arguments).items()}


def _moves(trial: Trial) -> list[str]:
    """The new values must have the right shape, be finite, and be the same when computed again."""
    arguments = [np.array(a) for a in (trial.value, *trial.children, *trial.extras)]
    before = [np.array(a) for a in arguments]
    new: Mapping[int, np.ndarray] = trial.node.box.updates(*arguments)
    if any(not np.array_equal(a, b, equal_nan=b.dtype.kind == "f") for a, b in zip(arguments, before, strict=True)):
        return ["updates writes into its arguments: return new arrays"]
    for i, array in new.items():
        if not isinstance(i, int) or not 0 <= i < len(trial.children):
            return [f"updates gives a new value for child {i!r}; there are {len(trial.children)} children"]
        child, name, array = trial.children[i], trial.name(i), np.asarray(array)
        if array.shape != child.shape:
            return [f"updates gives child {name} a value of shape {array.shape}; it has shape {child.shape}"]
        if not np.isfinite(array).all() and np.isfinite(trial.value).all():
            return [f"updates gives a value for child {name} that is not finite"]
        if not np.array_equal(array, _new(trial)[i], equal_nan=True):
            return ["updates does not return the same when called again"]
    return []


def _settles(trial: Trial, extras: Extras) -> list[str]:
    """The same batch moves the averages again and again until they settle. Then training and evaluation must agree."""
    first = _with(trial, _new(trial))
    if _change(trial, first) == 0:
        return []  # a batch whose examples all weigh 0 moves nothing
    second = _with(first, _new(first))
    if _runs_away(trial, first, second):
        return ["the running averages move away from those of the batch: repeated, the updates grow without end"]
    settled = _settled(trial, first, second)
    box = trial.node.box
    if settled is None or box.evaluation() is box:
        return []
    outside = Evaluated(box, settled.children, extras).value
    inside = settled.fprop()
    away = np.abs(outside - inside).max(initial=0)
    # an unbiased variance differs from a biased one by a share 1/n
    if not away <= (1 / _places(trial) + 1e-6) * np.abs(inside).max(initial=0) and np.isfinite(inside).all():
        return [
            "the running averages settle at wrong values: after one batch has moved them until nothing "
            f"changes, the value outside training is off by {float(away):.3g}, of {float(np.abs(inside).max()):.3g}"
        ]
    return []


def _places(trial: Trial) -> float:
    """n, the number of places of an average: (sum w)^2 / sum w^2 if rows have weights."""
    first = trial.children[0]
    places = first.size / first.shape[-1] if first.ndim else 1.0
    for need, extra in zip(type(trial.node.box).needs, trial.extras, strict=True):
        if need == "weights" and extra.any():
            places *= float(extra.sum() ** 2 / (extra * extra).sum()) / len(extra)
    return max(1.0, places)


def _with(trial: Trial, new: Mapping[int, np.ndarray]) -> Trial:
    children = [new[i].astype(c.dtype) if i in new else c for i, c in enumerate(trial.children)]
    moved = Trial(trial.node, children, trial.extras, trial.value, trial.grad)
    moved.value = moved.fprop()
    return moved


def _change(a: Trial, b: Trial) -> float:
    return float(sum(np.abs(x - y).sum() for x, y in zip(a.children, b.children, strict=True) if x.dtype.kind == "f"))


def _runs_away(before: Trial, first: Trial, second: Trial) -> bool:
    """Whether the second update is larger than the first, and so are the next hundred."""
    start = _change(before, first)
    if not _change(first, second) > start * (1 + 1e-9):
        return False
    last = second
    for _ in range(100):
        after = _with(last, _new(last))
        if not _change(last, after) > start:
            return False
        last = after
    return True


def _settled(before: Trial, first: Trial, second: Trial) -> Trial | None:
    """The averages that no update changes any more. For exponential averages the first guess is right."""
    children = []
    for a, b, c in zip(before.children, first.children, second.children, strict=True):
        if a.dtype.kind != "f":
            children.append(c)
            continue
        bend = (b - a) - (c - b)
        children.append(np.where(bend != 0, a + (b - a) ** 2 / np.where(bend != 0, bend, 1), c).astype(a.dtype))
    guess = Trial(before.node, children, before.extras, before.value, before.grad)
    guess.value = guess.fprop()
    for trial in (guess, second):
        for _ in range(1 if trial is guess else MOST_UPDATES):
            after = _with(trial, _new(trial))
            size = sum(float(np.abs(c).sum()) for c in after.children if c.dtype.kind == "f")
            if np.isfinite(size) and _change(trial, after) <= SETTLED * size:
                return after
            trial = after
    return None
