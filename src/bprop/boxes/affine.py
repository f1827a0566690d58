"""The pre-activation of a layer, a = h W + b, as one box, also of several networks that share W."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from typing import Any, Final

import numpy as np

from bprop.box import Box
from bprop.boxes.arithmetic import MatMul
from bprop.boxes.rearrange import Transpose
from bprop.elsewhere import answering
from bprop.elsewhere.boxes import settings_of
from bprop.errors import BoxError
from bprop.lower_case import function
from bprop.namespace import Array, namespace, unbroadcast
from bprop.shapes import Spec, infer, thin
from bprop.typing import Example, Grads, Wanted

__all__ = ["EnsembleLinear", "Linear", "LinearTransposed", "ensemble_linear", "linear", "linear_transposed"]


class Linear(Box):
    """h W + b. Shapes: h (N, ..., D), W (D, H), b (H,) -> (N, ..., H).

    grad_h = grad_a W^T;  grad_W = h^T grad_a;  grad_b = the sum of grad_a over the examples.

    Raises ShapeError for other shapes.

    >>> h, W, b = bp.Input("h", (2,)), bp.Parameter("W", (2, 1)), bp.Parameter("b", (1,))
    >>> bp.linear(h, W, b).fprop(np.array([[1.0, 2.0]]), np.array([[10.0], [20.0]]), np.array([5.0]))
    array([[55.]])
    """

    keeps_rows = True
    is_product = True

    def fprop(self, h: Array, W: Array, b: Array) -> Array:
        return h @ W + b

    def bprop(
        self, grad: Array, value: Array, h: Array, W: Array, b: Array, wanted: Wanted = (True, True, True)
    ) -> Grads:
        rows, grads = h.reshape(-1, W.shape[0]), grad.reshape(-1, W.shape[1])
        return (
            grad @ W.T if wanted[0] else None,
            rows.T @ grads if wanted[1] else None,
            grads.sum(axis=0) if wanted[2] else None,
        )

    @classmethod
    def size_limit(cls, hyper: Mapping[str, Any], shapes: list[tuple[int, ...]]) -> int:
        return prod(shapes[0][:-1]) * prod(shapes[2])

    def check(self) -> None:
        h, W, b = (child.dims for child in self.children)
        if len(h) < 2 or len(W) != 2 or b != W[1:] or h[-1] != W[0]:
            raise ValueError("h must be (N, ..., D), W (D, H) and b (H,)")

    def _infer(self) -> Spec:
        if type(self).fprop is not Linear.fprop:
            return super()._infer()
        h, W, b = (child.spec for child in self.children)
        return infer(self.fprop, (thin(h, -1), thin(W, 0), b), self._dummy_extras)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(3, 5)), rng.normal(size=(5, 4)), rng.normal(size=4)
        yield rng.normal(size=(1, 5)), rng.normal(size=(5, 1)), rng.normal(size=1)
        yield rng.normal(size=(2, 3, 5)), rng.normal(size=(5, 4)), rng.normal(size=4)


class LinearTransposed(Box):
    """h V^T + b. Shapes: h (N, ..., D), V (H, D), b (H,) -> (N, ..., H).

    It computes the same as Linear with W = V^T. The lecture writes the weights as V. Which of the two is faster depends
    on the machine and the batch. Raises ShapeError for other shapes.

    >>> h, V, b = bp.Input("h", (2,)), bp.Parameter("V", (1, 2)), bp.Parameter("b", (1,))
    >>> bp.linear_transposed(h, V, b).fprop(np.array([[1.0, 2.0]]), np.array([[10.0, 20.0]]), np.array([5.0]))
    array([[55.]])
    """

    keeps_rows = True
    is_product = True

    def fprop(self, h: Array, V: Array, b: Array) -> Array:
        return namespace(h, V).tensordot(h, V, axes=((-1,), (1,))) + b

    def bprop(
        self, grad: Array, value: Array, h: Array, V: Array, b: Array, wanted: Wanted = (True, True, True)
    ) -> Grads:
        rows, grads = h.reshape(-1, V.shape[1]), grad.reshape(-1, V.shape[0])
        return (
            grad @ V if wanted[0] else None,
            namespace(grad, h).tensordot(grads, rows, axes=((0,), (0,))) if wanted[1] else None,
            grads.sum(axis=0) if wanted[2] else None,
        )

    @classmethod
    def size_limit(cls, hyper: Mapping[str, Any], shapes: list[tuple[int, ...]]) -> int:
        return prod(shapes[0][:-1]) * prod(shapes[2])

    def check(self) -> None:
        h, V, b = (child.dims for child in self.children)
        if len(h) < 2 or len(V) != 2 or b != V[:1] or h[-1] != V[1]:
            raise ValueError("h must be (N, ..., D), V (H, D) and b (H,)")

    def _infer(self) -> Spec:
        if type(self).fprop is not LinearTransposed.fprop:
            return super()._infer()
        h, V, b = (child.spec for child in self.children)
        return infer(self.fprop, (thin(h, -1), thin(V, 1), b), self._dummy_extras)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        for h, W, b in Linear.examples(rng):
            yield h, W.T, b


class EnsembleLinear(Box):
    """((h_k * r_k) W) * s_k + b_k for each of K networks, which share W: network k has the weights r_k s_k^T * W.

    Shapes: h (N, K, D), or (N, 1, D) if all networks read the same; W (D, H), r (K, D), s (K, H), b (K, H)
    -> (N, K, H).

    With u = h * r and grad_u = (grad * s) W^T:  grad_h = grad_u * r;  grad_W = u^T (grad * s), over examples and
    networks;  grad_r = sum_n grad_u * h;  grad_s = sum_n grad * (u W);  grad_b = sum_n grad.

    With r of random signs (`bp.init.signs`) the networks differ from the start; with s = 1, b = 0. End in an output of
    each network, and a loss for each: `bp.cross_entropy` of (N, K, C) with labels (N, K). For the mean of
    probabilities, `bp.log_mean_exp(bp.log_softmax(a), axis=1)` is its logarithm. Raises ShapeError for other shapes.

    Sources: Wen, Tran and Ba, BatchEnsemble (2020); Gorishniy, Kotelnikov and Babenko, TabM (2025).

    >>> h = bp.Input("h", (1, 2))
    >>> W, r, s, b = bp.Parameter("W", (2, 3)), bp.Parameter("r", (4, 2)), bp.Parameter("s", (4, 3)), np.zeros((4, 3))
    >>> bp.ensemble_linear(h, W, r, s, b)
    <EnsembleLinear (N, 4, 3)>
    """

    keeps_rows = True
    is_product = True

    def fprop(self, h: Array, W: Array, r: Array, s: Array, b: Array) -> Array:
        return (h * r) @ W * s + b

    def bprop(
        self, grad: Array, value: Array, h: Array, W: Array, r: Array, s: Array, b: Array, wanted: Wanted = (True,) * 5
    ) -> Grads:
        u, grad_z = h * r, grad * s
        rows, grads = u.reshape(-1, W.shape[0]), grad_z.reshape(-1, W.shape[1])
        grad_u = grad_z @ W.T if wanted[0] or wanted[2] else None
        return (
            unbroadcast(grad_u * r, h.shape) if wanted[0] else None,
            rows.T @ grads if wanted[1] else None,
            (grad_u * h).sum(axis=0) if wanted[2] else None,
            (grad * (u @ W)).sum(axis=0) if wanted[3] else None,
            grad.sum(axis=0) if wanted[4] else None,
        )

    @classmethod
    def size_limit(cls, hyper: Mapping[str, Any], shapes: list[tuple[int, ...]]) -> int:
        return prod(shapes[0][:1]) * prod(shapes[4])

    def check(self) -> None:
        h, W, r, s, b = (child.dims for child in self.children)
        fits = len(h) == 3 and len(W) == 2 and len(r) == 2 and h[-1] == W[0] == r[1] and h[1] in (1, r[0])
        if not fits or not s == b == (r[0], W[1]):
            raise ValueError("h must be (N, K, D) or (N, 1, D), W (D, H), r (K, D), s (K, H) and b (K, H)")

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        for members in (3, 1):
            yield tuple(rng.normal(size=shape) for shape in ((4, members, 5), (5, 2), (3, 5), (3, 2), (3, 2)))


ensemble_linear: Final = function(EnsembleLinear)


@answering(settings_of("b", "W"), "bp.linear", places="bp.linear(h, W, b)")
def linear(h, W, b=None, *, name: str | None = None) -> Box:
    """h W + b, or h W without a bias b. Shapes: h (N, ..., D), W (D, H), b (H,) -> (N, ..., H). See `Linear`.

    Raises ShapeError for other shapes, BoxError for a number of units: W and b are parameters of your own.

    >>> h, W, b = bp.Input("h", (2,)), bp.Parameter("W", (2, 3)), bp.Parameter("b", (3,))
    >>> bp.linear(h, W, b), bp.linear(h, W)
    (<Linear (N, 3)>, <MatMul (N, 3)>)
    """
    need_weights("linear", h, W, "D", "H")
    return MatMul(h, W, name=name) if b is None else Linear(h, W, b, name=name)


@answering(settings_of("b"), "bp.linear_transposed", places="bp.linear_transposed(h, V, b)")
def linear_transposed(h, V, b=None, *, name: str | None = None) -> Box:
    """h V^T + b, or h V^T without a bias b. Shapes: h (N, ..., D), V (H, D), b (H,) -> (N, ..., H).

    Raises ShapeError for other shapes, BoxError for a number of units. See `LinearTransposed`.

    >>> h, V, b = bp.Input("h", (2,)), bp.Parameter("V", (3, 2)), bp.Parameter("b", (3,))
    >>> bp.linear_transposed(h, V, b), bp.linear_transposed(h, V)
    (<LinearTransposed (N, 3)>, <MatMul (N, 3)>)
    """
    need_weights("linear_transposed", h, V, "H", "D")
    if b is None:
        return MatMul(h, Transpose(V, axes=(1, 0)), name=name)
    return LinearTransposed(h, V, b, name=name)


def need_weights(who: str, h: Any, W: Any, rows: str, columns: str) -> None:
    """Raise BoxError where numbers of units stand in the place of boxes."""
    if isinstance(h, int) or isinstance(W, int):
        raise BoxError(
            f"bp.{who} takes boxes: h (N, ..., D), the weights ({rows}, {columns}) and perhaps a bias (H,). Type W = "
            f"bp.Parameter('W', ({rows}, {columns})), b = bp.Parameter('b', (H,)) and bp.{who}(h, W, b)"
        )
