"""Windows and their sums as boxes, for the backward graphs of convolution and pooling. People do not type them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from typing import Any

import numpy as np

from bprop.backward.primitives import Primitive
from bprop.namespace import Array, fold, windows
from bprop.typing import Example


class Windows(Primitive):
    """The windows of a picture or a sequence; its gradient is a fold. Shapes: a (N, *S, C) -> (N, *P, *K, C)."""

    keeps_rows = True
    size: tuple[Any, ...]
    step: tuple[Any, ...]
    apart: tuple[Any, ...]

    def fprop(self, a: Array) -> Array:
        return windows(a, self.size, self.step, self.apart)

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        return fold(grad, a.shape[1:-1], self.step, self.apart)

    @classmethod
    def size_limit(cls, hyper: Mapping[str, Any], shapes: list[tuple[int, ...]]) -> int:
        return prod(shapes[0]) * prod(hyper["size"]["tuple"])

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(3, 6, 2)), {"size": (3,), "step": (2,), "apart": (1,)}
        yield rng.normal(size=(2, 5, 6, 1)), {"size": (2, 3), "step": (1, 2), "apart": (2, 1)}


class Fold(Primitive):
    """The sums over windows where they overlap, in pictures of these sizes: the transpose of windows.

    Shapes: a (N, *P, *K, C), sizes S -> (N, *S, C).
    """

    keeps_rows = True
    sizes: tuple[Any, ...]
    step: tuple[Any, ...]
    apart: tuple[Any, ...]

    def fprop(self, a: Array) -> Array:
        return fold(a, self.sizes, self.step, self.apart)

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        axes = len(self.sizes)
        return windows(grad, a.shape[axes + 1 : -1], self.step, self.apart)[
            (slice(None), *map(slice, a.shape[1 : axes + 1]))
        ]

    @classmethod
    def size_limit(cls, hyper: Mapping[str, Any], shapes: list[tuple[int, ...]]) -> int:
        return max(prod(shapes[0]), prod(shapes[0][:1]) * prod(hyper["sizes"]["tuple"]) * prod(shapes[0][-1:]))

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(3, 2, 3, 2)), {"sizes": (6,), "step": (2,), "apart": (1,)}
        yield rng.normal(size=(2, 3, 2, 2, 3, 1)), {"sizes": (5, 6), "step": (1, 2), "apart": (2, 1)}
