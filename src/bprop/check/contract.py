"""The promises of a box beside the right gradient: purity, linearity, and gradients of the right number and kind.

Every function returns a sentence for each broken promise. It calls the box on copies, so that a box that writes into
its arguments spoils nothing.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bprop.check.local import label, role
from bprop.errors import ShapeError
from bprop.graph.plan import Node, State

SCALES = (2.0**-40, 2.0**-20, 2.0**-10, -1.0, 2.0**10, -(2.0**20), 2.0**40)
"""bprop must be linear over these multiples of the gradient: 1e-12 to 1e12."""
LINEAR = 1e-12
SAME = 1e-12
"""The relative difference that another order of operations may make."""


@dataclass
class Trial:
    """A box with its values in a pass. It is called on copies of them."""

    node: Node
    children: list[np.ndarray]
    extras: tuple[Any, ...]
    value: np.ndarray
    grad: np.ndarray
    first: list[np.ndarray | None] | None = None
    """The gradients of the first call of bprop."""

    @classmethod
    def of(cls, node: Node, state: State, rng: np.random.Generator, dtype: np.dtype) -> Trial:
        """The trial of a box in a pass, with a random gradient."""
        value = np.asarray(state.values[node.slot])
        children = [np.asarray(state.values[c]) for c in node.children]
        return cls(node, children, state.extras[node.slot], value, rng.normal(size=value.shape).astype(dtype))

    @property
    def wanted(self) -> tuple[bool, ...]:
        """True for each child that can have a gradient: a child of floats."""
        return tuple(child.dtype.kind == "f" for child in self.children)

    @property
    def takes_wanted(self) -> bool:
        """Whether bprop has the keyword `wanted`."""
        return "wanted" in inspect.signature(type(self.node.box).bprop).parameters

    def fprop(self, children: Sequence[np.ndarray] | None = None) -> np.ndarray:
        """The value for copies of the children."""
        children = self.children if children is None else children
        return np.asarray(self.node.box.fprop(*map(np.array, children), *map(np.array, self.extras)))

    def bprop(self, grad: np.ndarray | None = None, wanted: Sequence[bool] | None = None) -> list[np.ndarray | None]:
        """The gradients that bprop sends for copies of everything; None for those not wanted. Raises as bprop does."""
        grad = self.grad if grad is None else grad
        arguments = [np.array(a) for a in (grad, self.value, *self.children, *self.extras)]
        return self.call(arguments, self.wanted if wanted is None else wanted)

    def call(self, arguments: list[np.ndarray], wanted: Sequence[bool]) -> list[np.ndarray | None]:
        """Copies of the gradients that bprop sends for these arrays themselves."""
        more = {"wanted": tuple(wanted)} if self.takes_wanted else {}
        sent = self.node.box.bprop(*arguments, **more)
        parts = list(sent) if isinstance(sent, tuple | list) else [sent]
        if len(parts) != len(self.children):
            raise ShapeError(f"bprop gave {len(parts)} gradients for {len(self.children)} children")
        return [None if p is None or not w else np.array(p) for p, w in zip(parts, wanted, strict=True)]

    def name(self, position: int) -> str:
        """The name of a child."""
        return role(self.node, position)


def impurities(trial: Trial, rng: np.random.Generator) -> list[str]:
    """Sentences on a box that is not pure: it writes into its arguments, or does not return the same again.

    No other check makes sense for such a box.
    """
    return _sentences(trial, rng, (_fprop_writes, _fprop_repeats, _bprop_writes, _bprop_repeats))


def broken_promises(trial: Trial, rng: np.random.Generator) -> list[str]:
    """Sentences on all other broken promises of a box."""
    return _sentences(trial, rng, (_forgets, _kinds, _linear, _patterns))


def _sentences(trial: Trial, rng: np.random.Generator, checks: tuple[Any, ...]) -> list[str]:
    sentences: list[str] = []
    with np.errstate(all="ignore"):
        for check in checks:
            try:
                sentences += check(trial, rng)
            except ShapeError as error:
                sentences.append(str(error))
            except Exception as error:
                what = "fprop" if check in (_fprop_writes, _fprop_repeats) else "bprop"
                sentences.append(f"{what} failed: {type(error).__name__}: {error}")
            if sentences:
                break  # the other checks would find the same fault
    return [f"the box {label(trial.node)}: {sentence}" for sentence in dict.fromkeys(sentences)]


def _fprop_writes(trial: Trial, rng: np.random.Generator) -> Iterator[str]:
    """fprop leaves its arguments as they are."""
    arguments = [np.array(a) for a in (*trial.children, *trial.extras)]
    trial.node.box.fprop(*arguments)
    names = [f"its child {trial.name(i)}" for i in range(len(trial.children))]
    yield from _written("fprop", arguments, [*trial.children, *trial.extras], [*names, *type(trial.node.box).needs])


def _bprop_writes(trial: Trial, rng: np.random.Generator) -> Iterator[str]:
    """bprop leaves its arguments as they are."""
    originals = [trial.grad, trial.value, *trial.children, *trial.extras]
    arguments = [np.array(a) for a in originals]
    trial.first = trial.call(arguments, trial.wanted)
    names = [f"its child {trial.name(i)}" for i in range(len(trial.children))]
    names = ["the gradient that arrives", "the value of the box", *names, *type(trial.node.box).needs]
    yield from _written("bprop", arguments, originals, names)


def _written(what: str, after: list[Any], before: list[Any], names: list[str]) -> Iterator[str]:
    for name, new, old in zip(names, after, before, strict=True):
        if not _identical(new, np.asarray(old)):
            yield f"{what} writes into {name}. Treat all arguments as read-only, and return new arrays"


def _fprop_repeats(trial: Trial, rng: np.random.Generator) -> Iterator[str]:
    """fprop returns the same bits for the same arguments."""
    if not _identical(trial.fprop(), trial.fprop()) or not _identical(trial.fprop(), trial.value):
        yield (
            "fprop does not return the same when called again, so it has no gradient to check. "
            "Keep no state, and take random numbers from the pass (`needs`)"
        )


def _bprop_repeats(trial: Trial, rng: np.random.Generator) -> Iterator[str]:
    """bprop returns the same bits for the same arguments."""
    first = trial.bprop() if trial.first is None else trial.first
    if not _all_identical(first, trial.bprop()):
        yield "bprop does not return the same when called again"


def _forgets(trial: Trial, rng: np.random.Generator) -> Iterator[str]:
    """bprop depends on its arguments alone, and not on the last call of fprop."""
    before = trial.bprop()
    trial.fprop([np.array(c * 0.75) if c.dtype.kind == "f" else c for c in trial.children])
    after = trial.bprop()
    trial.fprop()
    if not _all_identical(before, after):
        yield (
            "bprop depends on the last call of fprop: it keeps state between calls, "
            "which is wrong if the box is used twice. Compute from the arguments alone"
        )


def _kinds(trial: Trial, rng: np.random.Generator) -> Iterator[str]:
    """A gradient has the shape and the precision of its child, and is finite if all arguments are."""
    for i, part in enumerate(trial.bprop()):
        if part is None:
            continue
        child = trial.children[i]
        if part.shape != child.shape:
            yield (
                f"bprop gave a gradient of shape {part.shape} for child {trial.name(i)}, whose value has shape "
                f"{child.shape} (was a sum over broadcast axes forgotten?)"
            )
        elif part.dtype.kind == "f" and part.dtype.itemsize < min(8, child.dtype.itemsize):
            yield f"bprop gives {part.dtype.name} for child {trial.name(i)} of {child.dtype.name}: digits are lost"
        elif part.dtype.kind not in "fiub":
            yield f"bprop gives {part.dtype} for child {trial.name(i)}: a gradient is made of floats"
        elif np.isnan(part).any() and np.isfinite(trial.value).all() and np.isfinite(child).all():
            place = [int(k) for k in np.argwhere(np.isnan(part))[0]]
            yield f"bprop gives NaN for child {trial.name(i)}{place or ''}"


def _linear(trial: Trial, rng: np.random.Generator) -> Iterator[str]:
    """bprop is linear in the gradient that arrives: for sums, and for multiples of any size."""
    other = rng.normal(size=trial.grad.shape).astype(trial.grad.dtype)
    once, apart = trial.bprop(), trial.bprop(other)
    together = trial.bprop(2 * trial.grad - 3 * other)
    sentence = "bprop is not linear in the gradient that arrives"
    for i, (t, a, b) in enumerate(zip(together, once, apart, strict=True)):
        if t is not None and a is not None and b is not None:
            size = np.abs(2 * a).max(initial=0) + np.abs(3 * b).max(initial=0)
            if np.abs(t - (2 * a - 3 * b)).max(initial=0) > LINEAR * size:
                yield f"{sentence}: for child {trial.name(i)} the gradient of a sum is not the sum of the gradients"
                return
    for scale in SCALES:
        for i, (a, s) in enumerate(zip(once, trial.bprop(scale * trial.grad), strict=True)):
            if a is None or s is None:
                continue
            if np.abs(s - scale * a).max(initial=0) > LINEAR * abs(scale) * np.abs(a).max(initial=0):
                yield f"{sentence}: {scale:.0e} times it does not give child {trial.name(i)} {scale:.0e} times as much"
                return


def _patterns(trial: Trial, rng: np.random.Generator) -> Iterator[str]:
    """With `wanted`, the gradient of a child does not depend on which others are wanted."""
    if not trial.takes_wanted:
        return
    every = trial.bprop()
    many = [i for i, want in enumerate(trial.wanted) if want]
    alone = [tuple(i == j for j in range(len(trial.wanted))) for i in many]
    without = [tuple(w and j != i for j, w in enumerate(trial.wanted)) for i in many] if len(many) > 2 else []
    for pattern in (*alone, *without):
        for i, (part, full) in enumerate(zip(trial.bprop(wanted=pattern), every, strict=True)):
            if not pattern[i]:
                continue
            one = full if part is None else part
            if (part is None or full is None) and one is not None and part is not full and np.any(one):
                none = "None" if part is None else "a gradient"
                yield f"bprop gives {none} for child {trial.name(i)} with wanted={pattern}, but not where all are"
            elif part is not None and full is not None and not _close(part, full):
                yield f"bprop gives child {trial.name(i)} another gradient with wanted={pattern} than where all are"


def gradients_of_whole_numbers(trial: Trial, floats: set[int]) -> list[str]:
    """Sentences on gradients for children of whole numbers, which have none.

    A child at one of the positions `floats` may hold floats in another example. The pass ignores its gradient here.
    """
    more = {"wanted": trial.wanted} if trial.takes_wanted else {}
    with np.errstate(all="ignore"):
        sent = trial.node.box.bprop(trial.grad, trial.value, *trial.children, *trial.extras, **more)
    parts = sent if isinstance(sent, tuple | list) else (sent,)
    return [
        f"the box {label(trial.node)}: bprop gives a gradient for child {trial.name(i)}, which holds "
        f"{'whole numbers' if child.dtype.kind in 'iu' else 'booleans'} and has none: return None for it, "
        "or add an example in which it holds floats"
        for i, (part, child) in enumerate(zip(parts, trial.children, strict=True))
        if part is not None and child.dtype.kind != "f" and i not in floats and np.any(part)
    ]


def _close(a: np.ndarray, b: np.ndarray) -> bool:
    size = max(np.abs(a).max(initial=0), np.abs(b).max(initial=0))
    return a.shape == b.shape and bool(np.abs(a - b).max(initial=0) <= SAME * size or _identical(a, b))


def _identical(a: np.ndarray, b: np.ndarray) -> bool:
    return np.array_equal(a, b, equal_nan=a.dtype.kind == "f" and b.dtype.kind == "f")


def _all_identical(a: list[Any], b: list[Any]) -> bool:
    return all((x is None) == (y is None) and (x is None or _identical(x, y)) for x, y in zip(a, b, strict=True))
