"""What a box promises beside the right gradient: purity, linearity, and gradients of the right number and kind.

Every function gives sentences on what is broken, none where the promise is kept. They call the box on copies, so that
one that writes where it should not spoils nothing.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bprop.check.local import label, role
from bprop.errors import ShapeError
from bprop.graph.plan import Node, State

SCALES = (2.0**-40, 2.0**-20, 2.0**-10, -1.0, 2.0**10, -(2.0**20), 2.0**40)
"""Multiples of the gradient handed to bprop, over which it must be linear: 1e-12 to 1e12."""
LINEAR = 1e-12
SAME = 1e-12
"""Relative difference that another order of operations may make."""


@dataclass
class Trial:
    """A box at its values in a pass, to be called on copies of them."""

    node: Node
    children: list[np.ndarray]
    extras: tuple
    value: np.ndarray
    grad: np.ndarray
    first: list[np.ndarray | None] | None = None
    """What bprop gave when it was called first."""

    @classmethod
    def of(cls, node: Node, state: State, rng: np.random.Generator, dtype: np.dtype) -> Trial:
        """The trial of a box in a pass, with a random gradient."""
        value = np.asarray(state.values[node.slot])
        children = [np.asarray(state.values[c]) for c in node.children]
        return cls(node, children, state.extras[node.slot], value, rng.normal(size=value.shape).astype(dtype))

    @property
    def wanted(self) -> tuple[bool, ...]:
        """Which children can have a gradient: those of floats."""
        return tuple(child.dtype.kind == "f" for child in self.children)

    @property
    def takes_wanted(self) -> bool:
        """Whether bprop has the keyword `wanted`."""
        return "wanted" in inspect.signature(type(self.node.box).bprop).parameters

    def fprop(self, children: Sequence[np.ndarray] | None = None) -> np.ndarray:
        """The value for copies of the children."""
        given = self.children if children is None else children
        return np.asarray(self.node.box.fprop(*map(np.array, given), *map(np.array, self.extras)))

    def bprop(self, grad: np.ndarray | None = None, wanted: Sequence[bool] | None = None) -> list[np.ndarray | None]:
        """What bprop sends for copies of everything, None for what is not wanted; raises as bprop does."""
        given = self.grad if grad is None else grad
        arguments = [np.array(a) for a in (given, self.value, *self.children, *self.extras)]
        return self.call(arguments, self.wanted if wanted is None else wanted)

    def call(self, arguments: list[np.ndarray], wanted: Sequence[bool]) -> list[np.ndarray | None]:
        """What bprop sends for these very arrays, copied."""
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
    """Sentences on a box that is not pure: one that writes into its arguments, or does not give the same again.

    Nothing else about it can be checked.
    """
    return _sentences(trial, rng, (_fprop_writes, _fprop_repeats, _bprop_writes, _bprop_repeats))


def broken_promises(trial: Trial, rng: np.random.Generator) -> list[str]:
    """Sentences on everything else that a box promises and does not keep."""
    return _sentences(trial, rng, (_forgets, _kinds, _linear, _patterns))


def _sentences(trial: Trial, rng: np.random.Generator, checks: tuple) -> list[str]:
    found: list[str] = []
    with np.errstate(all="ignore"):
        for check in checks:
            try:
                found += check(trial, rng)
            except ShapeError as error:
                found.append(str(error))
            except Exception as error:
                what = "fprop" if check in (_fprop_writes, _fprop_repeats) else "bprop"
                found.append(f"{what} failed: {type(error).__name__}: {error}")
            if found:
                break  # what follows would say the same in other words
    return [f"the box {label(trial.node)}: {sentence}" for sentence in dict.fromkeys(found)]


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
    names = ["the gradient that it is given", "the value of the box", *names, *type(trial.node.box).needs]
    yield from _written("bprop", arguments, originals, names)


def _written(what: str, after: list, before: list, names: list[str]) -> Iterator[str]:
    for name, new, old in zip(names, after, before, strict=True):
        if not _identical(new, np.asarray(old)):
            yield f"{what} writes into {name}. Treat all arguments as read-only, and return new arrays"


def _fprop_repeats(trial: Trial, rng: np.random.Generator) -> Iterator[str]:
    """fprop gives the same bits for the same arguments."""
    if not _identical(trial.fprop(), trial.fprop()) or not _identical(trial.fprop(), trial.value):
        yield (
            "fprop does not give the same when called again, so it has no gradient to check. "
            "Keep no state, and take random numbers from the pass (`needs`)"
        )


def _bprop_repeats(trial: Trial, rng: np.random.Generator) -> Iterator[str]:
    """bprop gives the same bits for the same arguments."""
    first = trial.bprop() if trial.first is None else trial.first
    if not _all_identical(first, trial.bprop()):
        yield "bprop does not give the same when called again"


def _forgets(trial: Trial, rng: np.random.Generator) -> Iterator[str]:
    """bprop depends on its arguments alone, and not on what fprop saw last."""
    before = trial.bprop()
    trial.fprop([np.array(c * 0.75) if c.dtype.kind == "f" else c for c in trial.children])
    after = trial.bprop()
    trial.fprop()
    if not _all_identical(before, after):
        yield (
            "bprop depends on what fprop was last called with: it keeps state between calls, "
            "which is wrong where the box is used twice. Compute from the arguments alone"
        )


def _kinds(trial: Trial, rng: np.random.Generator) -> Iterator[str]:
    """Gradients are floats of the precision of their child, of its shape, and finite where all arguments are."""
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
    """bprop is linear in the gradient that it is given: for sums, and for multiples of any size."""
    other = rng.normal(size=trial.grad.shape).astype(trial.grad.dtype)
    once, apart = trial.bprop(), trial.bprop(other)
    together = trial.bprop(2 * trial.grad - 3 * other)
    sentence = "bprop is not linear in the gradient it is given"
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
    """With `wanted`, what is wanted does not depend on what else is."""
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

    A child at one of the positions `floats` may be made of floats as well: the pass ignores what it is sent elsewhere.
    """
    more = {"wanted": trial.wanted} if trial.takes_wanted else {}
    with np.errstate(all="ignore"):
        sent = trial.node.box.bprop(trial.grad, trial.value, *trial.children, *trial.extras, **more)
    parts = sent if isinstance(sent, tuple | list) else (sent,)
    return [
        f"the box {label(trial.node)}: bprop gives a gradient for child {trial.name(i)}, which is made of "
        f"{'whole numbers' if child.dtype.kind in 'iu' else 'booleans'} and has none: return None for it, "
        "or give an example where it is made of floats"
        for i, (part, child) in enumerate(zip(parts, trial.children, strict=True))
        if part is not None and child.dtype.kind != "f" and i not in floats and np.any(part)
    ]


def _close(a: np.ndarray, b: np.ndarray) -> bool:
    size = max(np.abs(a).max(initial=0), np.abs(b).max(initial=0))
    return a.shape == b.shape and bool(np.abs(a - b).max(initial=0) <= SAME * size or _identical(a, b))


def _identical(a: np.ndarray, b: np.ndarray) -> bool:
    return np.array_equal(a, b, equal_nan=a.dtype.kind == "f" and b.dtype.kind == "f")


def _all_identical(a: list, b: list) -> bool:
    return all((x is None) == (y is None) and (x is None or _identical(x, y)) for x, y in zip(a, b, strict=True))
