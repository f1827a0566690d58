"""The array operations of a box's fprop, as they are for any number of examples N.

fprop runs on arrays without values, once for each of three N. The operations must be the same each time. A size or a
number may differ, if it is a line in N: 2 N + 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from bprop.box import Box
from bprop.boxes import catalogue
from bprop.errors import BpropError
from bprop.leaves import Input
from bprop.onnx.arrays import Tape, Traced, new_tape, reachable
from bprop.onnx.tensor import UntranslatableError
from bprop.shapes import BATCHES, Spec

ROWS = (211, 223, 227)
"""The three N: primes, larger than the sizes that box code counts with."""


class Operation(NamedTuple):
    """One array operation, in all three traces.

    args : the places of its arguments in the list of operations. attrs : its parameter, for each N.
    sizes : for each axis of the value, its size for each N. named : a box of which this is the fprop, of args[0].
    """

    op: str
    args: tuple[int, ...]
    attrs: tuple[Any, ...]
    sizes: tuple[tuple[int, ...], ...]
    dtype: np.dtype
    named: Box | None = None

    @property
    def attr(self) -> Any:
        """The parameter, which must not depend on N."""
        if any(attr != self.attrs[0] for attr in self.attrs):
            raise UntranslatableError(
                f"a number in the operation {self.op!r} differs from call to call, or depends on N"
            )
        return self.attrs[0]


def line(values: Sequence[float]) -> tuple[float, float]:
    """(slope, start) of the line slope N + start through the values for each N.

    Raises UntranslatableError where there is none.
    """
    if all(repr(value) == repr(values[0]) for value in values):  # NaN, too, and it is no -0.0
        return 0, values[0]
    slope = (values[1] - values[0]) / (ROWS[1] - ROWS[0])
    start = values[0] - slope * ROWS[0]
    if not abs(slope * ROWS[2] + start - values[2]) <= 1e-9 * abs(values[2]):
        shown = ", ".join(f"{value:g} for N = {rows}" for value, rows in zip(values, ROWS, strict=True))
        raise UntranslatableError(
            f"a number depends on N, and not as a N + b does, or differs from call to call: {shown}"
        )
    return slope, start


def operations(box: Box, dtype: Any) -> tuple[list[Operation], dict[str, np.ndarray]]:
    """(the operations, each after its arguments, the last giving the value; arrays of the box's own, by name).

    Raises UntranslatableError where fprop cannot be run on arrays without values.
    """
    tapes = [new_tape(dtype) for _ in ROWS]
    try:
        traces = [reachable([_value(box, tape, rows)]) for tape, rows in zip(tapes, ROWS, strict=True)]
    except UntranslatableError:
        raise
    except Exception as error:  # whatever box code may raise
        raise UntranslatableError(_reason(error)) from error
    places = [{node: place for place, node in enumerate(nodes)} for nodes in traces]
    same = [[(n.op, n.dtype, [at[a] for a in n.args]) for n in nodes] for nodes, at in zip(traces, places, strict=True)]
    if any(other != same[0] for other in same):
        raise UntranslatableError("its operations depend on the number of examples")
    named = _named(traces[0])
    result = []
    for nodes in zip(*traces, strict=True):
        first, *_ = nodes
        args, twin = [places[0][a] for a in first.args], None
        if first in named:
            twin, child = named[first]
            args = [places[0][child]]
        sizes = tuple(zip(*(node.shape for node in nodes), strict=True))
        attrs = tuple(node.attr for node in nodes)
        result.append(Operation(first.op, tuple(args), attrs, sizes, first.dtype, twin))
    return result, tapes[0].arrays


def _reason(error: Exception) -> str:
    if isinstance(error, AttributeError) and isinstance(error.obj, Traced):
        return (
            f"it uses the array method {error.name!r}, where a function may do (xp.{error.name}(a), xp = namespace(a))"
        )
    return str(error) if isinstance(error, BpropError) else f"{type(error).__name__}: {error}"


def _value(box: Box, tape: Tape, rows: int) -> Traced:
    """The value of fprop for `rows` examples."""
    kinds = {"float": tape.dtype, "int": np.dtype(np.int64), "bool": np.dtype(bool)}
    if "noise" in box.needs:
        raise UntranslatableError("it needs random noise, outside training too")
    children = [tape.leaf(str(i), _shape(c.spec, rows), kinds[c.spec.kind]) for i, c in enumerate(box.children)]
    weights = [tape.functions.ones((rows,)) for _ in box.needs]
    return tape.read(box.fprop(*children, *weights)).astype(kinds[box.spec.kind])


def _shape(spec: Spec, rows: int) -> tuple[int, ...]:
    two, three = spec.shapes
    return tuple(a + (b - a) * (rows - BATCHES[0]) for a, b in zip(two, three, strict=True))


@cache
def boxes_with_operator() -> tuple[Box, ...]:
    """The boxes of one child that are one ONNX operator, with their default settings: Sigmoid, Softmax, ..."""
    return tuple(cls(Input("a", (2,))) for cls in catalogue() if cls.onnx is not None and cls.child_names() == ("a",))


def _named(nodes: Sequence[Traced]) -> dict[Traced, tuple[Box, Traced]]:
    """{a result: (box, child)} for results of which such a box is the fprop.

    The tape gives the same object for the same operation, so it is enough to run fprop once more.
    """
    known, named = set(nodes), {}
    for child in nodes:
        if child.dtype.kind == "f" and child.ndim:
            for box in boxes_with_operator():
                value = box.fprop(child)
                if value in known and value is not child:
                    named[value] = box, child
    return named
