"""Tries out whether a box mixes rows: some rows of a batch must give the same results without the other rows."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from copy import deepcopy
from functools import partial
from math import prod
from typing import Any
from zlib import crc32

import numpy as np

from bprop import noise
from bprop.blas import one_thread
from bprop.box import Box
from bprop.boxes.loss import Loss
from bprop.outside import fails_again

COUNT = 6
FIRST, OTHERS = [0, 1, 2], [4, 1, 3]  # the rows of the smaller batch: the first ones, or some out of order
TOLERANCE = 1e-9
PATTERN = 997  # large parameters repeat this many random numbers
LARGE = 100_000  # with more numbers in the children, one trial is enough
COMPARED = 20_000  # numbers of an array that are compared, spread over all of it
UNKNOWN, APART, MIXED = None, True, False


def try_out(box: Box, moving: Sequence[bool], training: bool) -> bool | None:
    """True if rows give the same results without the other rows, False if not; None if the box refuses all numbers.

    training : the other rows have weight 0 and gradient 0, and `bprop` and `updates` are compared too. Else all rows
    have a weight, and only the value is compared.
    """
    answer: bool | None = UNKNOWN
    large = sum(prod(child.spec.shapes[0]) for child in box.children) > LARGE
    for seed, numbers in enumerate(NUMBERS):
        rng = np.random.default_rng([crc32(type(box).type_key.encode()), seed])
        for rows in (FIRST,) if "noise" in box.needs else (OTHERS, FIRST):
            with np.errstate(all="ignore"), warnings.catch_warnings(), one_thread() if large else nullcontext():
                warnings.simplefilter("ignore")
                again = deepcopy(rng)
                try:
                    verdict = _try_once(box, moving, training, rows, numbers, rng)
                except Exception:  # a box may refuse these numbers with any error
                    if not fails_again(partial(_try_once, box, moving, training, rows, numbers, again)):
                        raise
                    continue
            if verdict is MIXED:
                return MIXED
            answer = answer or verdict
            if large and answer:
                return answer
    return answer


def _try_once(
    box: Box, moving: Sequence[bool], training: bool, rows: Any, numbers: Any, rng: np.random.Generator
) -> bool | None:
    return Trial(box, moving, training, rows, list(children(box, numbers, rng)), rng).answer()


def _normal(rng: np.random.Generator, size: int) -> np.ndarray:
    return rng.normal(size=size)


def _share(rng: np.random.Generator, size: int) -> np.ndarray:
    return rng.uniform(0.05, 0.95, size)


def _large(rng: np.random.Generator, size: int) -> np.ndarray:
    return rng.uniform(1.0, 30.0, size)


NUMBERS = (_normal, _share, _large)


def children(box: Box, numbers: Any, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Values for the children, within the limits of the box. Those with a batch axis have COUNT rows."""
    limits = box.limits()
    for position, child in enumerate(box.children):
        shape = tuple(COUNT if isinstance(size, str) else size for size in child.dims)
        if child.spec.kind == "float":
            low, high = limits.get(position, (-np.inf, np.inf))
            size = prod(shape)
            drawn = numbers(rng, size if "N" in child.dims else min(PATTERN, size))
            yield np.resize(np.clip(drawn, low, high), shape)
        else:
            low, high = limits.get(position, (0, 1))
            drawn = rng.integers(int(low), int(min(high, low + 100)), size=shape, endpoint=True)
            yield drawn.astype(bool) if child.spec.kind == "bool" else drawn


class Trial:
    """One comparison: the results for `arrays` with all their rows, and with `rows` alone."""

    box: Box
    moving: Sequence[bool]
    training: bool
    rows: list[int]
    whole: list[Any]
    part: list[Any]

    def __init__(
        self,
        box: Box,
        moving: Sequence[bool],
        training: bool,
        rows: list[int],
        arrays: list[Any],
        rng: np.random.Generator,
    ):
        self.box, self.moving, self.training, self.rows = box, moving, training, rows
        self.others: list[int] = [row for row in range(COUNT) if row not in rows]
        self.by_example: bool = box.dims[:1] == ("N",)
        self.weights: np.ndarray = rng.uniform(0.5, 2.0, COUNT)
        if training:
            self.weights[self.others] = 0.0
        self.whole, self.part = arrays, [a[rows] if m else a for a, m in zip(arrays, moving, strict=True)]
        self.rng = rng

    def answer(self) -> bool | None:
        """APART, MIXED, or UNKNOWN if a result is not finite."""
        more, fewer = self.extras(self.whole, self.weights), self.extras(self.part, self.weights[self.rows])
        value, alone = self.box.fprop(*self.whole, *more), self.box.fprop(*self.part, *fewer)
        pairs = [(self.cut(value, self.by_example), alone)]
        if self.training:
            pairs += self.gradients(value, alone, more, fewer)
            pairs += self.updated(value, alone, more, fewer)
        pairs += self.predicted()
        if any(np.shape(a) != np.shape(b) for a, b in pairs):
            return MIXED
        pairs = [(some(a), some(b)) for a, b in pairs]
        if not all(np.isfinite(array).all() for pair in pairs for array in pair):
            return UNKNOWN
        return APART if all(alike(a, b) for a, b in pairs) else MIXED

    def cut(self, array: Any, has_rows: bool) -> Any:
        return array[self.rows] if has_rows else array

    def extras(self, arrays: list[Any], weights: np.ndarray) -> tuple[Any, ...]:
        key = np.zeros(1, np.uint32), np.zeros(1, np.uint32)
        makers = {
            "weights": lambda: weights,
            "noise": lambda: self.box.noise(lambda shape: noise.uniform(key, 0, shape, np.float64), *arrays),
        }
        return tuple(makers[need]() for need in self.box.needs)

    def gradients(self, value: Any, alone: Any, more: tuple[Any, ...], fewer: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """(gradient, expected gradient) of each float child. A child with rows: expected is 0 for the other rows."""
        grad = self.rng.normal(size=np.shape(value))
        if self.by_example:
            grad[self.others] = 0.0
        sent = self.sent(grad, value, self.whole, more)
        by_itself = self.sent(self.cut(grad, self.by_example), alone, self.part, fewer)
        pairs = []
        for a, b, moves, child in zip(sent, by_itself, self.moving, self.box.children, strict=True):
            if child.spec.kind != "float" or (a is None and b is None):
                continue
            expected = b
            if moves:
                expected = np.zeros_like(a)
                expected[self.rows] = b
            pairs.append((a, expected))
        return pairs

    def sent(self, grad: Any, value: Any, arrays: list[Any], extras: tuple[Any, ...]) -> tuple[Any, ...]:
        takes = inspect.signature(self.box.bprop).parameters
        more = {"wanted": (True,) * len(arrays)} if "wanted" in takes else {}
        sent = self.box.bprop(grad, value, *arrays, *extras, **more)
        return tuple(sent) if isinstance(sent, tuple | list) else (sent,)

    def updated(self, value: Any, alone: Any, more: tuple[Any, ...], fewer: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        one = self.box.updates(value, *self.whole, *more)
        other = self.box.updates(alone, *self.part, *fewer)
        return [(one[position], other[position]) for position in one]

    def predicted(self) -> list[tuple[Any, ...]]:
        """The predictions of a loss, which metrics compare with y."""
        if not isinstance(self.box, Loss) or not self.moving[0]:
            return []
        return [(self.box.prediction(self.whole[0])[self.rows], self.box.prediction(self.part[0]))]


def some(array: Any) -> np.ndarray:
    """At most about COMPARED numbers of an array, spread over all of it."""
    flat = np.ravel(array)
    return flat[:: max(1, flat.size // COMPARED) | 1].astype(np.float64)


def alike(a: np.ndarray, b: np.ndarray) -> bool:
    """True if the arrays are equal up to rounding."""
    largest = max(abs(a).max(initial=0.0), abs(b).max(initial=0.0))
    return bool((abs(a - b) <= TOLERANCE * largest).all())
