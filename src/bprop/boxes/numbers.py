"""Features of single numbers, so that a network can bend its response to each of them: waves, and a layer for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from typing import Any, Final

import numpy as np

from bprop.box import Box
from bprop.lower_case import function
from bprop.namespace import Array, namespace
from bprop.typing import Example, Grads

__all__ = ["LinearEach", "Waves", "linear_each", "waves"]


class Waves(Box):
    """cos(scale (x v + p)): waves of each number, of frequencies v and phases p that are learned.

    Shapes: x (N, D), v (D, F), p (D, F) -> (N, D, F). `scale` is their common frequency: Adam moves scale v by scale
    times its learning rate. Raises ShapeError for other shapes.
    Gorishniy, Rubachev and Babenko, On Embeddings for Numerical Features (2022), eq. 3; with phases as in Holzmüller,
    Grinsztajn and Steinwart, Better by Default (2024), sec. 3.

    >>> x, v, p = bp.Input("x", (1,)), bp.Parameter("v", (1, 2)), bp.Parameter("p", (1, 2))
    >>> bp.waves(x, v, p, scale=np.pi).fprop(np.array([[0.5]]), np.array([[0.0, 2.0]]), np.zeros((1, 2)))
    array([[[ 1., -1.]]])
    """

    keeps_rows = True
    scale: float = 1.0

    def fprop(self, x: Array, v: Array, p: Array) -> Array:
        return namespace(x, v).cos((x[:, :, None] * v + p) * self.scale)

    def bprop(self, grad: Array, value: Array, x: Array, v: Array, p: Array) -> Grads:
        slope = grad * namespace(x, v).sin((x[:, :, None] * v + p) * -self.scale) * self.scale
        return (slope * v).sum(axis=2), (slope * x[:, :, None]).sum(axis=0), slope.sum(axis=0)

    def bprop_formula(self, m: Any, grad: Any, value: Any, x: Any, v: Any, p: Any) -> Any:
        s = m.let("s", -self.scale * grad * m.sin(self.scale * (x[:, :, None] * v + p)))
        return (s * v).sum(axis=2), (s * x[:, :, None]).sum(axis=0), s.sum(axis=0)

    @classmethod
    def size_limit(cls, hyper: Mapping[str, Any], shapes: list[tuple[int, ...]]) -> int:
        return prod(shapes[0][:-1]) * prod(shapes[1])

    def check(self) -> None:
        x, v, p = (child.dims for child in self.children)
        if len(x) != 2 or len(v) != 2 or v != p or x[1] != v[0]:
            raise ValueError("x must be (N, D), v (D, F) and p (D, F)")

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(3, 4)), rng.normal(size=(4, 5)), rng.normal(size=(4, 5))
        yield rng.normal(size=(2, 1)), rng.normal(size=(1, 3)), rng.normal(size=(1, 3)), {"scale": 0.7}


class LinearEach(Box):
    """h_d A_d for each of D groups: a layer without biases, with weights of its own for each group of features.

    Shapes: h (N, D, F), A (D, F, H) -> (N, D, H). grad_h = grad_a A^T and grad_A = h^T grad_a, group by group.
    Raises ShapeError for other shapes.

    >>> h, A = bp.Input("h", (2, 1)), bp.Parameter("A", (2, 1, 1))
    >>> bp.linear_each(h, A).fprop(np.array([[[1.0], [2.0]]]), np.array([[[10.0]], [[100.0]]]))
    array([[[ 10.],
            [200.]]])
    """

    keeps_rows = True

    def fprop(self, h: Array, A: Array) -> Array:
        return (h[:, :, :, None] * A).sum(axis=2)

    def bprop(self, grad: Array, value: Array, h: Array, A: Array) -> Grads:
        return (grad[:, :, None, :] * A).sum(axis=3), (h[:, :, :, None] * grad[:, :, None, :]).sum(axis=0)

    @classmethod
    def size_limit(cls, hyper: Mapping[str, Any], shapes: list[tuple[int, ...]]) -> int:
        return prod(shapes[0][:1]) * prod(shapes[1])

    def check(self) -> None:
        h, A = (child.dims for child in self.children)
        if len(h) != 3 or len(A) != 3 or h[1:] != A[:2]:
            raise ValueError("h must be (N, D, F) and A (D, F, H)")

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(3, 4, 5)), rng.normal(size=(4, 5, 2))
        yield rng.normal(size=(2, 1, 3)), rng.normal(size=(1, 3, 1))


linear_each: Final = function(LinearEach)
waves: Final = function(Waves)
