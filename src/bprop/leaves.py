"""The leaves of the graph: boxes without children. The caller supplies their values; a pass does not compute them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import prod
from typing import Any, ClassVar

import numpy as np

from bprop import errors
from bprop.box import Box
from bprop.init import as_initialiser
from bprop.namespace import Array
from bprop.reading import need_unmasked
from bprop.shapes import BATCHES, Spec, batched, fixed, kind_of


class Leaf(Box):
    """A box without children. Its value comes from outside, so there is nothing to compute and no gradient to send."""

    def fprop(self) -> Array:
        raise errors.GraphError(f"{self!r} is a leaf: it computes nothing, its value comes from the caller of the pass")

    def bprop(self, grad: Array, value: Array) -> tuple[Any, ...]:
        return ()


class Input(Leaf):
    """A leaf that holds data. Shapes: () -> (N, *shape). The batch axis is first and implicit.

    Parameters
    ----------
    name : the name of the input in the data: `graph.fprop(theta, x=X)`.
    shape : the shape of one example; () is one number an example.
    dtype : "float", "int" (class labels, row numbers) or "bool".

    Raises BoxError for a missing name, an illegal shape or another dtype.

    >>> bp.Input("x", (28, 28)).dims
    ('N', 28, 28)
    """

    shape: tuple[Any, ...] = ()
    dtype: str = "float"

    def __init__(self, name: str, shape: Sequence[int] | int = (), dtype: Any = "float"):
        need_name(name, "an Input")
        try:
            kind = kind_of(dtype)
        except TypeError as error:
            raise errors.BoxError(f"Input {name!r}: {error}") from None
        super().__init__(name=name, shape=legal_shape(shape, f"Input {name!r}"), dtype=kind)

    @classmethod
    def size_limit(cls, hyper: Mapping[str, Any], shapes: list[tuple[int, ...]]) -> int:
        return BATCHES[1] * prod(int(size) for size in hyper["shape"]["tuple"])

    def _infer(self) -> Spec:
        return batched(self.shape, self.dtype)


class Parameter(Leaf):
    """A leaf that training learns: an entry of theta. Shapes: () -> shape, without a batch axis.

    Parameters
    ----------
    name, shape : its name in theta, and its shape.
    init : an initialiser of `bprop.init` or its name ("zeros", "he_normal"), an array of the parameter's shape (then
        `shape` may be left out), a number, or a function init(rng, shape) or init(shape) of your own. Default: Glorot
        uniform for two axes or more (weights), zeros otherwise (biases).
    trainable : False for state of a box, such as running averages. No update rule moves it.

    Raises BoxError for a missing name, an illegal shape, or an `init` that is none of these; ShapeError for an array of
    another shape.

    >>> bp.Parameter("W", (784, 10)), bp.Parameter("b", (10,), init=bp.init.zeros)
    (<Parameter 'W' (784, 10)>, <Parameter 'b' (10,)>)
    """

    shape: tuple[Any, ...] = ()
    init: Callable[..., np.ndarray] | None = None
    trainable: bool = True

    def __init__(self, name: str, shape: Sequence[int] | int = (), init: Any = None, trainable: bool = True):
        need_name(name, "a Parameter")
        who = f"Parameter {name!r}"
        if isinstance(shape, int) and isinstance(init, int):
            raise errors.BoxError(
                f"{who}: a shape of several sizes is a tuple, ({shape}, {init}); a number is init=0.5"
            )
        if isinstance(shape, tuple) and not shape and not (callable(init) or isinstance(init, str)):
            shape = np.shape(init)  # () of a number, and of None
        shape = legal_shape(shape, who)
        init = as_initialiser(init, shape, who)
        super().__init__(name=name, shape=shape, init=init, trainable=bool(trainable))

    @classmethod
    def size_limit(cls, hyper: Mapping[str, Any], shapes: list[tuple[int, ...]]) -> int:
        return prod(int(size) for size in hyper["shape"]["tuple"])

    def _infer(self) -> Spec:
        return fixed(self.shape)


class Constant(Leaf):
    """A leaf whose value never changes: a number or an array, without a batch axis.

    Raises BoxError for anything else, DataError for a masked array.

    >>> bp.Constant([1, 2, 3])
    <Constant (3,) int>
    """

    value: Any
    runtime: ClassVar[tuple[str, ...]] = ("value",)

    def __init__(self, value: Any, name: str | None = None):
        try:
            need_unmasked(value, "Constant")
            array = np.array(np.asarray(value))  # a copy: nobody else can change it
            kind_of(array.dtype)
            array = array.astype(array.dtype.newbyteorder("="), copy=False)
        except errors.DataError:
            raise
        except (TypeError, ValueError) as error:
            raise errors.BoxError(
                f"a {type(value).__name__} cannot be part of a graph: use a box, a number or an array{_hint(value)}"
            ) from error
        if array.dtype == np.uint64 and array.size and array.max() > np.iinfo(np.int64).max:
            raise errors.BoxError(
                f"Constant: {array.max()} is beyond {np.iinfo(np.int64).max}, the largest whole number: use a float"
            )
        array.setflags(write=False)
        super().__init__(name=name, value=array)

    def _infer(self) -> Spec:
        return fixed(self.value.shape, kind_of(self.value.dtype))


def _hint(value: Any) -> str:
    if isinstance(value, list | tuple) and any(isinstance(one, Box) for one in value):
        return "; boxes are arguments one by one, and bp.concat([a, b]) or bp.stack([a, b]) is one box of several"
    if isinstance(value, str):
        return f"; graph[{value!r}] is the box of that name in a graph"
    return ""


def need_name(name: Any, who: str) -> None:
    """Raise BoxError if a leaf has no name. Its name is the key of its value in data and in theta."""
    if name is None or not isinstance(name, str):
        first = "" if name is None else f", but its first argument is {name!r}: such as {who.split()[1]}('x', (784,))"
        raise errors.BoxError(f"{who} needs a name: it is the key of its value, as in graph.fprop(theta, x=X){first}")


def legal_shape(shape: Any, who: str) -> tuple[int, ...]:
    """The shape as a tuple of positive ints. Raises BoxError for anything else."""
    if getattr(shape, "ndim", 0) > 1:
        raise errors.BoxError(f"{who}: a shape is made of positive whole numbers; an array to start from is init=array")
    sizes = tuple(shape) if isinstance(shape, Iterable) and not isinstance(shape, str) else (shape,)
    if who.startswith("Input") and shape is not None and sizes and sizes[0] in (None, "N", -1):
        raise errors.BoxError(f"{who}: the shape is that of one example, {sizes[1:]}: the batch axis is implicit")
    if not all(isinstance(s, int | np.integer) and not isinstance(s, bool) and s > 0 for s in sizes):
        raise errors.BoxError(f"{who}: a shape is made of positive whole numbers, not {shape!r}")
    return tuple(int(s) for s in sizes)
