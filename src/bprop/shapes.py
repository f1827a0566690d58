"""Shapes with an unknown number of examples N, inferred by running fprop on two tiny batches.

A box declares no shape rule: its fprop is the rule. It runs on arrays of ones (zeros for whole numbers)
with N = 2 and N = 3. A dimension that differs between the two depends on the batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

BATCHES = (2, 3)
_DTYPES = {"float": np.float64, "int": np.int64, "bool": np.bool_}

Dim = int | str  # a fixed size, or an expression in N


def kind_of(dtype: Any) -> str:
    """The kind of number of a dtype: "float", "int" or "bool". Raises TypeError for other kinds."""
    if str(dtype) in _DTYPES:
        return str(dtype)
    code = np.dtype(dtype).kind
    if code not in "fiub" and np.dtype(dtype).name != "bfloat16":
        raise TypeError(f"dtype {dtype} is neither float, int nor bool")
    return {"f": "float", "i": "int", "u": "int", "b": "bool"}.get(code, "float")


@dataclass(frozen=True, slots=True)
class Spec:
    """The shape of a value before any data, for N = 2 and for N = 3, and its kind of number."""

    shapes: tuple[tuple[int, ...], tuple[int, ...]]
    kind: str = "float"

    @property
    def dims(self) -> tuple[Dim, ...]:
        """The shape, with "N" for the number of examples: ("N", 784)."""
        return tuple(_dim(a, b) for a, b in zip(*self.shapes, strict=True))

    def dummy(self, which: int) -> np.ndarray:
        # a read-only view of a single number: a large embedding costs no memory, and a box that writes into its
        # arguments fails. 0 is the only label or row number that is always legal.
        one = np.full((), 0 if self.kind == "int" else 1, _DTYPES[self.kind])
        return np.broadcast_to(one, self.shapes[which])

    def __str__(self) -> str:
        return show_shape(self.dims) + ("" if self.kind == "float" else f" {self.kind}")


def fixed(shape: Sequence[int], kind: str = "float") -> Spec:
    """The spec of a value that does not depend on the batch."""
    return Spec((tuple(shape), tuple(shape)), kind)


def batched(shape: Sequence[int], kind: str = "float") -> Spec:
    """The spec of a value with one entry of `shape` for each of N examples: (N, *shape)."""
    two, three = BATCHES
    return Spec(((two, *shape), (three, *shape)), kind)


def thin(spec: Spec, axis: int) -> Spec:
    """The spec with size 1 along an axis that a product sums over. The product keeps its shape and costs less."""
    two, three = (list(shape) for shape in spec.shapes)
    two[axis] = three[axis] = 1
    return Spec((tuple(two), tuple(three)), spec.kind)


def _dim(two: int, three: int) -> Dim:
    if two == three:
        return two
    slope = three - two
    offset = two - BATCHES[0] * slope
    return ("" if slope == 1 else str(slope)) + "N" + (f"{offset:+d}" if offset else "")


def show_shape(dims: Sequence[Dim]) -> str:
    return "(" + ", ".join(map(str, dims)) + ("," if len(dims) == 1 else "") + ")"


def infer(fprop: Callable[..., Any], children: Sequence[Spec], extras: Callable[..., tuple[Any, ...]]) -> Spec:
    """The spec of fprop's value. `extras(arrays)` returns the arguments that follow the children: noise, weights.

    Raises whatever fprop raises when the shapes or kinds do not fit, TypeError and ValueError for an illegal value.
    """
    values = []
    with np.errstate(all="ignore"):
        for which in range(len(BATCHES)):
            arrays = [child.dummy(which) for child in children]
            value = fprop(*arrays, *extras(arrays))
            if not isinstance(value, np.ndarray | np.generic):
                raise TypeError(f"fprop returned a {type(value).__name__}, not an array")
            values.append(np.asarray(value))
    two, three = values
    if two.ndim != three.ndim:
        raise ValueError(f"the value has {two.ndim} axes for 2 examples but {three.ndim} for 3")
    return Spec((two.shape, three.shape), kind_of(two.dtype))
