"""The array operations of a piece of box code, as they are for any number of examples N.

The code runs on arrays without values, once for each of three N. The operations must be the same each time. A size or a
number may differ, if it is a line in N: 2 N + 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from bprop.backward.symbols import new_tape
from bprop.engines.trace.tape import Tape, Traced, reachable
from bprop.errors import UnsupportedError
from bprop.shapes import BATCHES, Dim, Spec

ROWS = (211, 223, 227)
"""The three N: primes, larger than the sizes that box code counts with."""
KINDS: dict[str, Any] = {"float": np.dtype(np.float64), "int": np.dtype(np.int64), "bool": np.dtype(bool)}


class Operation(NamedTuple):
    """One array operation, in all three traces.

    args : the places of its arguments in the list of operations. attrs : its parameter for each N.
    shape : that of its value, with texts in N.
    """

    op: str
    args: tuple[int, ...]
    attrs: tuple[Any, ...]
    shape: tuple[Dim, ...]
    dtype: np.dtype

    def is_leaf(self, name: str) -> bool:
        """Whether it is the leaf of this name."""
        return self.op == "leaf" and self.attrs[0] == name

    @property
    def attr(self) -> Any:
        """The parameter, which must not depend on N."""
        if any(attr != self.attrs[0] for attr in self.attrs):
            raise UnsupportedError(f"the parameter of an operation ({self.op}) depends on the number of examples")
        return self.attrs[0]


class Code(NamedTuple):
    """Operations, each after its arguments; the places of the results (None for no result); arrays that code holds."""

    operations: list[Operation]
    results: list[int | None]
    arrays: dict[str, np.ndarray]


def leaf(tape: Tape, name: str, spec: Spec, rows: int) -> Traced:
    """An array of this spec for `rows` examples."""
    two, three = spec.shapes
    shape = tuple(a + (b - a) * (rows - BATCHES[0]) for a, b in zip(two, three, strict=True))
    return tape.leaf(name, shape, KINDS[spec.kind])


def operations(run: Callable[[Tape, int], Sequence[Any]]) -> Code:
    """The code of run(tape, rows) -> several arrays of the tape, or None.

    Raises UnsupportedError for operations that depend on the number of examples.
    """
    tapes = [new_tape() for _ in ROWS]
    results = [
        [None if r is None else tape.read(r) for r in run(tape, rows)] for tape, rows in zip(tapes, ROWS, strict=True)
    ]
    traces = [reachable([r for r in several if r is not None]) for several in results]
    places = [{node: place for place, node in enumerate(nodes)} for nodes in traces]
    same = [[(n.op, n.dtype, [at[a] for a in n.args]) for n in nodes] for nodes, at in zip(traces, places, strict=True)]
    if any(other != same[0] for other in same):
        raise UnsupportedError("its operations depend on the number of examples")
    several = [
        Operation(
            nodes[0].op,
            tuple(places[0][a] for a in nodes[0].args),
            tuple(node.attr for node in nodes),
            tuple(dim(sizes) for sizes in zip(*(node.shape for node in nodes), strict=True)),
            nodes[0].dtype,
        )
        for nodes in zip(*traces, strict=True)
    ]
    return Code(several, [None if r is None else places[0][r] for r in results[0]], tapes[0].arrays)


def line(values: Sequence[float]) -> tuple[float, float]:
    """(slope, start) of the line slope N + start through the values for each N. UnsupportedError for another curve."""
    if all(repr(value) == repr(values[0]) for value in values):
        return 0, values[0]
    slope = (values[1] - values[0]) / (ROWS[1] - ROWS[0])
    start = values[0] - slope * ROWS[0]
    if not abs(slope * ROWS[2] + start - values[2]) <= 1e-9 * abs(values[2]):
        raise UnsupportedError("a number depends on the number of examples N, and not as a N + b does")
    return slope, start


def dim(sizes: Sequence[int]) -> Dim:
    """A size from its values for each N: 5, "N", "2N+1"."""
    slope, start = line(sizes)
    if not slope:
        return int(start)
    return ("" if slope == 1 else str(int(slope))) + "N" + (f"{int(start):+d}" if start else "")
