"""Legal ranges of values (labels, row numbers, shares in [0, 1]), checked wherever the values come from.

direct : the values of an input are checked when the data is read.
derived : values computed from inputs and constants, such as a column of an input, are computed and checked beforehand.
unknown : row numbers and labels that depend on parameters, on noise or on other rows of the batch are checked while a
    pass on NumPy computes them. Compiled engines decline them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from bprop.box import Box
from bprop.errors import DataError, UnsupportedError
from bprop.graph import validation
from bprop.graph.passes import fprop
from bprop.graph.plan import Context, Plan
from bprop.leaves import Constant, Input, Leaf, Parameter
from bprop.outside import fails_again
from bprop.shapes import Spec
from bprop.structure.formula import formula
from bprop.structure.order import topological_order
from bprop.structure.structure import Structure

PART = 4096
"""Rows computed at a time."""
SLACK = 1e-6
"""How far, relatively, a computed float may lie beyond a limit: as far as rounding can move it."""


class Limit(NamedTuple):
    """`box` needs values of `child` between `low` and `high`."""

    box: Box
    child: Box
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Ranges:
    """The limits of the boxes that `roots` of a graph need."""

    structure: Structure
    roots: tuple[Box, ...]

    @cached_property
    def _plans(self) -> dict[Box, Plan]:
        """The plans that compute limited values, by the box of the value."""
        return {}

    @cached_property
    def boxes(self) -> list[Box]:
        return topological_order(self.roots, lambda box: box.children)

    @cached_property
    def limits(self) -> list[Limit]:
        ranges = ((box, position, *ends) for box in self.boxes for position, ends in box.limits().items())
        return [Limit(box, box.children[position], low, high) for box, position, low, high in ranges]

    @cached_property
    def direct(self) -> validation.Limits:
        """{input name: (lowest, highest, box)}: the legal values of inputs, and the box that needs them."""
        direct: dict[str, tuple[float, float, str]] = {}
        names = self.structure.names
        for box, child, low, high in self.limits:
            if isinstance(child, Input):
                lowest, highest, who = direct.get(names[child], (-np.inf, np.inf, names[box]))
                if low > lowest or high < highest:
                    who = names[box]
                direct[names[child]] = (max(low, lowest), min(high, highest), who)
        return direct

    @cached_property
    def foreseen(self) -> set[Box]:
        """The boxes whose rows depend on the same row of the inputs, and on constants, alone.

        Only boxes that a limited value depends on are examined.
        """
        computed = [limit.child for limit in self.limits if not isinstance(limit.child, Input)]
        foreseen: set[Box] = {limit.child for limit in self.limits if isinstance(limit.child, Input)}
        for box in topological_order(computed, lambda box: box.children):
            if isinstance(box, Leaf):
                if not isinstance(box, Parameter):
                    foreseen.add(box)
            elif not box.needs and foreseen.issuperset(box.children) and keeps_rows_together(box):
                foreseen.add(box)
        return foreseen

    @cached_property
    def derived(self) -> list[Limit]:
        """The limits of values that are computed from inputs and constants alone."""
        return [limit for limit in self.limits if limit.child in self.foreseen and not isinstance(limit.child, Input)]

    @cached_property
    def unknown(self) -> list[Limit]:
        """The limits of whole numbers that are not known before a pass."""
        return [limit for limit in self.limits if limit.child not in self.foreseen and limit.child.spec.kind == "int"]

    def check(self, arrays: Mapping[str, np.ndarray], first: int = 0) -> None:
        """Raise DataError if a value derived from the data is out of its limits.

        `arrays` come from `validation.read_inputs`. `first` is the number of their first row in the data set.
        """
        for limit in self.derived:
            leaves = self._leaves(limit.child)
            if all(name in arrays for name, box in leaves.items() if isinstance(box, Input)):
                self._check(limit, leaves, arrays, first)

    def _leaves(self, box: Box) -> dict[str, Box]:
        below = topological_order([box], lambda box: box.children)
        return {self.structure.names[leaf]: leaf for leaf in below if isinstance(leaf, Leaf)}

    def _check(self, limit: Limit, leaves: Mapping[str, Box], arrays: Mapping[str, np.ndarray], first: int) -> None:
        F64 = np.dtype(np.float64)
        plan = self._plan(limit.child)
        inputs = {name: box for name, box in leaves.items() if isinstance(box, Input)}
        fixed = {n: validation.cast(box.value, box, F64) for n, box in leaves.items() if isinstance(box, Constant)}
        rows = len(arrays[next(iter(inputs))]) if inputs else 1
        for start in range(0, rows, PART):
            stop = min(start + PART, rows)
            part = {name: validation.cast(arrays[name][start:stop], box, F64) for name, box in inputs.items()}
            with np.errstate(all="ignore"):
                values = fprop(plan, {**fixed, **part}, Context.of(stop - start, F64)).values
            value = values[plan.boxes.index(limit.child)]
            where = _outside(value, limit)
            if where is not None:
                row = first + start + where[0] * (stop - start) // len(value) if inputs else None
                raise DataError(self._message(limit, list(inputs), row, value[where]))

    def _plan(self, box: Box) -> Plan:
        if box not in self._plans:
            self._plans[box] = Plan([box], self.structure.names, self.structure.evaluated_as)
        return self._plans[box]

    def _message(self, limit: Limit, inputs: list[str], row: int | None, value: np.generic) -> str:
        """The message for a derived value that is out of its limits."""
        names = self.structure.names
        source = f"input{'s' * (len(inputs) > 1)} {' and '.join(map(repr, inputs))}: row {row} gives"
        computed = "" if isinstance(limit.child, Leaf) else f" = {formula(limit.child, names)}"
        return (
            f"{source if inputs else 'the constants give'} {names[limit.child]!r}{computed} the value {value}, outside "
            f"{limit.low}..{limit.high}, which {names[limit.box]!r} needs"
        )

    def watch(self, values: Mapping[Box, np.ndarray]) -> None:
        """Raise DataError if an `unknown` value is out of its limits. `values` are those of a pass, by box."""
        names = self.structure.names
        for limit in self.unknown:
            value = values.get(limit.child)
            if value is not None and (where := _outside(value, limit)) is not None:
                raise DataError(
                    f"the box {names[limit.child]!r} gave {value[where]} at {where} of the batch, outside "
                    f"{limit.low}..{limit.high}, which {names[limit.box]!r} needs"
                )

    def need_known(self, engine: str) -> None:
        """Raise UnsupportedError if there are `unknown` limits, because compiled code does not check them."""
        for limit in self.unknown:
            child, box = self.structure.names[limit.child], self.structure.names[limit.box]
            raise UnsupportedError(
                f"engine {engine!r}: the whole numbers that {box!r} takes from {child!r} are known only as they are "
                "computed (from parameters, noise, or several rows), and compiled code does not check their range: use "
                "engine='numpy'"
            )


def _outside(value: np.ndarray, limit: Limit) -> tuple[int, ...] | None:
    """The index of the first value outside the limits; None if all are inside."""
    low, high = limit.low, limit.high
    if value.dtype.kind == "f":
        low, high = low - SLACK * _size(low), high + SLACK * _size(high)
    inside = (value >= low) & (value <= high)
    return None if inside.all() else tuple(int(i) for i in np.argwhere(~inside)[0])


def _size(end: float) -> float:
    """The magnitude of an end of a range, at least 1; 1 for an infinite end."""
    return max(1.0, abs(end)) if np.isfinite(end) else 1.0


def keeps_rows_together(box: Box) -> bool:
    """True if the value has one block of rows an example, and each block depends on its own example alone.

    A trial decides: other numbers in the second example must not change the block of the first.
    """
    (two, three), batched = box.spec.shapes, _is_batched(box.spec)
    if not batched:
        return not any(_is_batched(child.spec) for child in box.children)
    if 3 * two[0] != 2 * three[0]:
        return False
    try:
        blocks = _first_blocks(box)
    except Exception:  # a box may refuse such numbers; then the trial decides nothing
        if not fails_again(lambda: _first_blocks(box)):
            raise
        return False
    return all(np.array_equal(blocks[0], other) for other in blocks[1:])


def _first_blocks(box: Box) -> list[np.ndarray]:
    """The block of the first example, for each of the tries."""
    rows = box.spec.shapes[0][0] // 2
    with np.errstate(all="ignore"):
        return [np.asarray(box.fprop(*arrays))[:rows] for arrays in _tries([child.spec for child in box.children])]


def _is_batched(spec: Spec) -> bool:
    return spec.shapes[0][:1] != spec.shapes[1][:1]


def _tries(specs: Iterable[Spec]) -> Iterator[list[np.ndarray]]:
    """Values of the children for two examples: equal examples first, then other numbers in the second example."""
    yield [spec.dummy(0) for spec in specs]
    for number in (1, 0):
        others = []
        for spec in specs:
            array = spec.dummy(0).copy()
            if _is_batched(spec):
                array[len(array) // 2 :] = {"float": np.nan, "int": number, "bool": bool(number)}[spec.kind]
            others.append(array)
        yield others
