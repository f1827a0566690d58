"""How a product of arrays of several axes is computed: batches of matrices, and windows times a kernel.

The axes of the result are those of `a` and `b` that the sum leaves. Its last axis is cut into vectors, an axis before
it into tiles; all other axes are loops around the tiles, and the summed axes loops within them. So convolution needs no
copy of its windows: an axis of windows is one more stride.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

from bprop.engines.native.schedule.views import Access, access, whole
from bprop.engines.trace.tape import Traced

TENSORDOT = "tensordot"
SHORT = 8
"""Rows that are too few for a tile. Then several axes are taken together, element by element."""
LISTED = 64
"""Elements of several axes that are written out one by one."""


@dataclass(frozen=True)
class Axis:
    """An axis of the product: its size, its strides in the memory of both operands, its place in the result."""

    size: int
    of_a: int
    of_b: int
    out: int | None


@dataclass(frozen=True)
class TensorForm:
    """out[loops, rows, column] = sum over `sums` of A B."""

    A: Access
    B: Access
    loops: tuple[Axis, ...]
    rows: tuple[Axis, ...]
    column: Axis
    sums: tuple[Axis, ...]

    @property
    def operands(self) -> tuple[Traced, Traced]:
        return self.A.base, self.B.base

    @property
    def work(self) -> int:
        """Multiplications."""
        return prod(axis.size for axis in (*self.loops, *self.rows, self.column, *self.sums))


def tensor_form(array: Traced, lanes: int) -> TensorForm:
    """The form of a tensordot. Its operand b is copied where its last axis does not lie in vectors."""
    a, b = array.args
    labels_a, labels_b, labels_out = array.attr
    A, B = access(a, lanes), access(b, lanes)
    sizes = {**dict(zip(labels_a, a.shape, strict=True)), **dict(zip(labels_b, b.shape, strict=True))}
    last = next((label for label in reversed(labels_out) if sizes[label] > 1), None)
    if last in labels_b and B.strides[labels_b.index(last)] != 1:
        B = whole(b, lanes)
    of_a, of_b = dict(zip(labels_a, A.strides, strict=True)), dict(zip(labels_b, B.strides, strict=True))

    def axis(label: int) -> Axis:
        out = labels_out.index(label) if label in labels_out else None
        return Axis(sizes[label], of_a.get(label, 0), of_b.get(label, 0), out)

    fits = last in labels_b and last not in labels_a and of_b[last] == 1
    column = axis(last) if fits and last is not None else Axis(1, 0, 0, None)
    free = [label for label in labels_out if sizes[label] > 1 and not (fits and label == last)]
    rows = tuple(axis(label) for label in free if label not in labels_b)
    loops = tuple(axis(label) for label in free if label in labels_b)
    sums = tuple(axis(label) for label in labels_a if label not in labels_out)
    taken = tile_axes(rows)
    return TensorForm(A, B, (*loops, *rows[: len(rows) - taken]), rows[len(rows) - taken :], column, merged(sums))


def tile_axes(rows: tuple[Axis, ...]) -> int:
    """How many of the last axes of `a` make up the rows of a tile."""
    taken = 0
    for axis in reversed(rows):
        so_far = prod(axis.size for axis in rows[len(rows) - taken :])
        if taken and (so_far >= SHORT or so_far * axis.size > LISTED):
            break
        taken += 1
    return taken


def merged(sums: tuple[Axis, ...]) -> tuple[Axis, ...]:
    """The summed axes, neighbours as one where one stride goes through both."""
    result: list[Axis] = []
    for axis in sums:
        if axis.size == 1:
            continue
        before = result[-1] if result else None
        if before and before.of_a == axis.size * axis.of_a and before.of_b == axis.size * axis.of_b:
            result[-1] = replace(axis, size=before.size * axis.size)
        else:
            result.append(axis)
    return tuple(result)
