"""Views as strides: how the elements of a reshaped, transposed or sliced array lie in the memory under it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import prod

from bprop.engines.native.schedule.buffers import Layout
from bprop.engines.trace.tape import Shape, Traced


@dataclass(frozen=True)
class Access:
    """An array as a part of the array `base` in memory: element i is at start + sum_axis i[axis] strides[axis]."""

    base: Traced
    start: int
    strides: tuple[int, ...]


def access(array: Traced, lanes: int) -> Access:
    """The array under all views that have strides; the array itself if it is no view."""
    inner = access(array.args[0], lanes) if array.op in ("transpose", "slice", "windows", "reshape") else None
    if inner is None or inner.base.op in ("constant", "iota"):
        return whole(array, lanes)
    start, strides = inner.start, inner.strides
    if array.op == "transpose":
        return Access(inner.base, start, tuple(strides[axis] for axis in array.attr))
    if array.op == "slice":
        start += sum(first * stride for (first, _), stride in zip(array.attr, strides, strict=True))
        steps = (step * stride for (_, step), stride in zip(array.attr, strides, strict=True))
        return Access(inner.base, start, tuple(steps))
    if array.op == "windows":
        step, apart = array.attr
        first, *middle, last = strides
        moved = (s * by for s, by in zip(middle * 2, (*step, *apart), strict=True))
        return Access(inner.base, start, (first, *moved, last))
    parts = reshaped(array.args[0].shape, strides, array.shape)
    return whole(array, lanes) if parts is None else Access(inner.base, start, parts)


def whole(array: Traced, lanes: int) -> Access:
    """The array in memory of its own."""
    return Access(array, 0, Layout.padded(array.shape, array.dtype, lanes).strides)


def reshaped(shape: Shape, strides: tuple[int, ...], outer: Shape) -> tuple[int, ...] | None:
    """The strides of an array of these strides in the shape `outer`; None if no strides say where its elements lie."""
    result = [0] * len(outer)
    for outer_axes, axes in groups(outer, shape):
        real = [(shape[i], strides[i]) for i in axes if shape[i] > 1]
        if any(stride != size * inner for (_, stride), (size, inner) in pairwise(real)):
            if [outer[i] for i in outer_axes if outer[i] > 1] != [size for size, _ in real]:
                return None
            sizes = iter(real)
            for axis in (i for i in outer_axes if outer[i] > 1):
                result[axis] = next(sizes)[1]
            continue
        step = real[-1][1] if real else 0
        for at, axis in enumerate(outer_axes):
            result[axis] = step * prod(outer[i] for i in outer_axes[at + 1 :])
    return tuple(result)


def groups(shape: Shape, inner: Shape) -> list[tuple[list[int], list[int]]]:
    """The smallest runs of axes of two shapes that hold equally many elements, pair by pair."""
    pairs, i, j = [], 0, 0
    while i < len(shape) or j < len(inner):
        a, c = [], []
        size_a = size_c = 1
        while True:
            if size_a <= size_c and i < len(shape) and not (size_a == size_c and a and c):
                size_a, i = size_a * shape[i], i + 1
                a.append(i - 1)
            elif j < len(inner) and not (size_a == size_c and a and c):
                size_c, j = size_c * inner[j], j + 1
                c.append(j - 1)
            else:
                break
            if size_a == size_c and (a and c):
                break
        pairs.append((a, c))
    return pairs
