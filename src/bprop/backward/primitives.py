"""The array operations of backward graphs that no box of the catalogue does. People do not type them.

N in a shape is a text, "N" or "2N+1". Then a last child `rows` with N rows says how many there are.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import prod
from typing import Any, ClassVar

import numpy as np

from bprop.box import Box
from bprop.namespace import Array, as_numbers, namespace, scatter_add, unbroadcast
from bprop.shapes import BATCHES, Dim
from bprop.typing import Example, Grads

RELATIONS: dict[str, Any] = {
    ">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
SIZE = re.compile(r"(\d*)N([+-]\d+)?")


def sizes(shape: Sequence[Dim], rows: tuple[Any, ...]) -> tuple[int, ...]:
    """A shape as numbers, with N that of the child `rows`, if there is one."""
    return tuple(size_of(dim, len(rows[0])) if isinstance(dim, str) else dim for dim in shape)


def size_of(dim: str, count: int) -> int:
    """The number that "2N+1" is for N = count. Raises ValueError for anything else."""
    match = SIZE.fullmatch(dim)
    if not match:
        raise ValueError(f"{dim!r} is no size in N, such as 'N', '2N' or 'N+1'")
    return int(match[1] or 1) * count + int(match[2] or 0)


class Primitive(Box):
    """A box that only backward graphs use: `bp.catalogue()` does not list it."""

    in_catalogue: ClassVar[bool] = False


class Compare(Primitive):
    """a > b, or another relation, elementwise: truth values, without gradients. Shapes: broadcast as in NumPy."""

    keeps_rows = True
    relation: str = ">"

    def fprop(self, a: Array, b: Array) -> Array:
        return RELATIONS[self.relation](a, b)

    def bprop(self, grad: Array, value: Array, a: Array, b: Array) -> Grads:
        return None, None

    def check(self) -> None:
        if self.relation not in RELATIONS:
            raise ValueError(f"{self.relation!r} is not one of {', '.join(RELATIONS)}")

    @classmethod
    def size_limit(cls, hyper: Mapping[str, Any], shapes: list[tuple[int, ...]]) -> int:
        return prod(np.broadcast_shapes(*shapes))

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        for relation in RELATIONS:
            yield rng.integers(3, size=(3, 4)), rng.integers(3, size=4), {"relation": relation}
        yield rng.normal(size=(3, 4)), rng.normal(size=(3, 1))


class Log1p(Primitive):
    """log(1 + a), exact near 0: derivative 1 / (1 + a). Shapes: a (...) -> (...)."""

    keeps_rows = True

    def fprop(self, a: Array) -> Array:
        return namespace(a).log1p(as_numbers(a))

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        return grad / (1 + a)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield (rng.uniform(-0.5, 2.0, size=(3, 4)),)


class Expm1(Primitive):
    """exp(a) - 1, exact near 0: derivative exp(a). Shapes: a (...) -> (...)."""

    keeps_rows = True

    def fprop(self, a: Array) -> Array:
        return namespace(a).expm1(as_numbers(a))

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        return grad * namespace(a).exp(a)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield (rng.normal(size=(3, 4)),)


class Sized(Primitive):
    """A box with a shape in N among its hyper-parameters, and a last child with N rows, if the shape has an N."""

    keeps_rows = True
    shape: tuple[Any, ...]

    @classmethod
    def size_limit(cls, hyper: Mapping[str, Any], shapes: list[tuple[int, ...]]) -> int:
        shape = hyper["shape"]["tuple"]
        return prod(size_of(size, BATCHES[1]) if isinstance(size, str) else int(size) for size in shape)


class BroadcastTo(Sized):
    """a broadcast to a shape, as in NumPy; its gradient is a sum. Shapes: a (H,), shape ("N", H) -> (N, H)."""

    def fprop(self, a: Array, *rows: Array) -> Array:
        return namespace(a, *rows).broadcast_to(a, sizes(self.shape, rows))

    def bprop(self, grad: Array, value: Array, a: Array, *rows: Array) -> Grads:
        return unbroadcast(grad, a.shape), *[None] * len(rows)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=4), {"shape": (3, 4)}
        yield rng.normal(size=4), rng.integers(9, size=3), {"shape": ("N", 4)}
        yield rng.normal(size=()), rng.integers(9, size=(3, 2)), {"shape": ("N",)}


class Place(Sized):
    """Zeros of a shape with a at an index: the transpose of a slice. Shapes: a (N,), index [:, 1] -> (N, H)."""

    index: Any

    def fprop(self, a: Array, *rows: Array) -> Array:
        return scatter_add(a, self.index, sizes(self.shape, rows))

    def bprop(self, grad: Array, value: Array, a: Array, *rows: Array) -> Grads:
        return grad[self.index], *[None] * len(rows)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(3, 2)), rng.integers(9, size=3), {"shape": ("N", 5), "index": (slice(None), slice(1, 3))}
        yield rng.normal(size=4), {"shape": (3, 4), "index": (1,)}
        yield rng.normal(size=(3, 2)), {"shape": (3, 4), "index": (slice(None), slice(3, None, -2))}


class AddRows(Sized):
    """Zeros of a shape, with row i of a added to the row with the number rows_i: the transpose of `take`.

    Shapes: a (N, ..., H), numbers (N, ...) of whole numbers, shape (R, H) -> (R, H).
    """

    keeps_rows: ClassVar[Any] = False

    def fprop(self, a: Array, numbers: Array, *rows: Array) -> Array:
        return scatter_add(a, numbers, sizes(self.shape, rows))

    def bprop(self, grad: Array, value: Array, a: Array, numbers: Array, *rows: Array) -> Grads:
        return namespace(grad, numbers).take(grad, numbers, axis=0), None, *[None] * len(rows)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(4, 3)), np.array([4, 0, 4, 2]), {"shape": (5, 3)}
        yield rng.normal(size=(2, 2, 3)), np.array([[1, 1], [0, 3]]), {"shape": (5, 3)}
        yield rng.normal(size=3), np.array([2, 0, 2]), rng.normal(size=3), {"shape": ("N",)}


class ExampleShare(Primitive):
    """w_t / sum_t w_t, the share of an example in the mean loss: 1 / N for examples of weight 1.

    It is the gradient of the objective at the losses of the examples. Shapes: rows (N, ...) -> (N,).
    """

    keeps_rows = True
    needs: ClassVar[tuple[str, ...]] = ("weights",)

    def fprop(self, rows: Array, weights: Array) -> Array:
        total = weights.sum()
        return weights / namespace(weights).where(total > 0, total, total + 1)

    def bprop(self, grad: Array, value: Array, rows: Array, weights: Array) -> Array:
        return namespace(rows).zeros_like(rows)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield (rng.normal(size=(4, 3)),)


class ExampleWeights(Primitive):
    """w_t, the weights of the examples. Shapes: rows (N, ...) -> (N,)."""

    keeps_rows = True
    needs: ClassVar[tuple[str, ...]] = ("weights",)

    def fprop(self, rows: Array, weights: Array) -> Array:
        return weights

    def bprop(self, grad: Array, value: Array, rows: Array, weights: Array) -> Array:
        return namespace(rows).zeros_like(rows)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield (rng.normal(size=(4, 3)),)


class Noise(Sized):
    """The numbers, uniform on [0, 1), that the box called `stream_of` draws. Shapes: rows (N, ...) -> shape."""

    stream_of: str
    needs: ClassVar[tuple[str, ...]] = ("noise",)

    def fprop(self, rows: Array, noise: Array) -> Array:
        return noise

    def bprop(self, grad: Array, value: Array, rows: Array, noise: Array) -> Array:
        return namespace(rows).zeros_like(rows)

    def noise(self, draw: Callable[[tuple[int, ...]], Array], rows: Array) -> Array:
        return draw(sizes(self.shape, (rows,)))

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(3, 4)), {"shape": ("N", 2), "stream_of": "dropout_1"}
