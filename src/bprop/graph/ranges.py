"""Values that boxes can take (labels, row numbers, shares in [0, 1]), checked wherever they come from.

Those of an input are checked as it is read (`direct`). Those computed from inputs and constants, a column of an input
say, are computed on the data beforehand (`derived`). Row numbers and labels that depend on parameters, on noise or on
other rows of the batch are checked as a pass on NumPy computes them (`unknown`); no compiled engine takes them.
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
from bprop.outside import comes_again
from bprop.shapes import Spec
from bprop.structure.formula import formula
from bprop.structure.order import topological_order
from bprop.structure.structure import Structure

PART = 4096
"""Rows computed at a time."""
SLACK = 1e-6
"""How far beyond a limit a float may be that is computed: as far as rounding gets it."""


class Limit(NamedTuple):
    """`box` takes values of `child` between `low` and `high` only."""

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
        """The plan of what a limited value is computed from, by its box."""
        return {}

    @cached_property
    def boxes(self) -> list[Box]:
        return topological_order(self.roots, lambda box: box.children)

    @cached_property
    def limits(self) -> list[Limit]:
        found = ((box, position, *ends) for box in self.boxes for position, ends in box.limits().items())
        return [Limit(box, box.children[position], low, high) for box, position, low, high in found]

    @cached_property
    def direct(self) -> validation.Limits:
        """{input name: (lowest, highest, box)}: the values that boxes can take from their inputs."""
        found: dict[str, tuple[float, float, str]] = {}
        names = self.structure.names
        for box, child, low, high in self.limits:
            if isinstance(child, Input):
                lowest, highest, who = found.get(names[child], (-np.inf, np.inf, names[box]))
                if low > lowest or high < highest:
                    who = names[box]
                found[names[child]] = (max(low, lowest), min(high, highest), who)
        return found

    @cached_property
    def foreseen(self) -> set[Box]:
        """The boxes of which each row follows from the same row of the inputs, and from constants.

        Looked for only among those that limited values are computed from.
        """
        computed = [limit.child for limit in self.limits if not isinstance(limit.child, Input)]
        found: set[Box] = {limit.child for limit in self.limits if isinstance(limit.child, Input)}
        for box in topological_order(computed, lambda box: box.children):
            if isinstance(box, Leaf):
                if not isinstance(box, Parameter):
                    found.add(box)
            elif not box.needs and found.issuperset(box.children) and keeps_rows_together(box):
                found.add(box)
        return found

    @cached_property
    def derived(self) -> list[Limit]:
        """The limits of what is computed from inputs and constants alone."""
        return [limit for limit in self.limits if limit.child in self.foreseen and not isinstance(limit.child, Input)]

    @cached_property
    def unknown(self) -> list[Limit]:
        """The limits of whole numbers that are not known before a pass."""
        return [limit for limit in self.limits if limit.child not in self.foreseen and limit.child.spec.kind == "int"]

    def check(self, arrays: Mapping[str, np.ndarray], first: int = 0) -> None:
        """Raise DataError for data from which a box would get a value out of its limits.

        `arrays` are read by `validation.read_inputs`; `first` is the number of their first row in the data set.
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
        """What is wrong with a derived value."""
        names = self.structure.names
        source = f"input{'s' * (len(inputs) > 1)} {' and '.join(map(repr, inputs))}: row {row} gives"
        computed = "" if isinstance(limit.child, Leaf) else f" = {formula(limit.child, names)}"
        return (
            f"{source if inputs else 'the constants give'} {names[limit.child]!r}{computed} the value {value}, outside "
            f"{limit.low}..{limit.high}, which {names[limit.box]!r} needs"
        )

    def watch(self, values: Mapping[Box, np.ndarray]) -> None:
        """The same for the unknown ones, of a pass that has just computed these values."""
        names = self.structure.names
        for limit in self.unknown:
            value = values.get(limit.child)
            if value is not None and (where := _outside(value, limit)) is not None:
                raise DataError(
                    f"the box {names[limit.child]!r} gave {value[where]} at {where} of the batch, outside "
                    f"{limit.low}..{limit.high}, which {names[limit.box]!r} needs"
                )

    def need_known(self, engine: str) -> None:
        """Raise UnsupportedError where there are unknown ones, which compiled code does not check."""
        for limit in self.unknown:
            child, box = self.structure.names[limit.child], self.structure.names[limit.box]
            raise UnsupportedError(
                f"engine {engine!r}: the whole numbers that {box!r} takes from {child!r} are known only as they are "
                "computed (from parameters, noise, or several rows), and compiled code does not check their range: use "
                "engine='numpy'"
            )


def _outside(value: np.ndarray, limit: Limit) -> tuple[int, ...] | None:
    """Where the first value outside the limits is; None where there is none."""
    low, high = limit.low, limit.high
    if value.dtype.kind == "f":
        low, high = low - SLACK * _size(low), high + SLACK * _size(high)
    inside = (value >= low) & (value <= high)
    return None if inside.all() else tuple(int(i) for i in np.argwhere(~inside)[0])


def _size(end: float) -> float:
    """The size of numbers near an end of a range: at least 1, and 1 where there is no end."""
    return max(1.0, abs(end)) if np.isfinite(end) else 1.0


def keeps_rows_together(box: Box) -> bool:
    """Whether the value has as many blocks as there are examples, and each follows from one example alone.

    It is tried out: other numbers in the second example must not reach the block of the first.
    """
    (two, three), batched = box.spec.shapes, _is_batched(box.spec)
    if not batched:
        return not any(_is_batched(child.spec) for child in box.children)
    if 3 * two[0] != 2 * three[0]:
        return False
    try:
        found = _first_blocks(box)
    except Exception:  # a box may refuse such numbers: then nothing is known
        if not comes_again(lambda: _first_blocks(box)):
            raise
        return False
    return all(np.array_equal(found[0], other) for other in found[1:])


def _first_blocks(box: Box) -> list[np.ndarray]:
    rows = box.spec.shapes[0][0] // 2
    with np.errstate(all="ignore"):
        return [np.asarray(box.fprop(*arrays))[:rows] for arrays in _tries([child.spec for child in box.children])]


def _is_batched(spec: Spec) -> bool:
    return spec.shapes[0][:1] != spec.shapes[1][:1]


def _tries(specs: Iterable[Spec]) -> Iterator[list[np.ndarray]]:
    """Values of children for two examples: the same, then others in the second example."""
    yield [spec.dummy(0) for spec in specs]
    for number in (1, 0):
        others = []
        for spec in specs:
            array = spec.dummy(0).copy()
            if _is_batched(spec):
                array[len(array) // 2 :] = {"float": np.nan, "int": number, "bool": bool(number)}[spec.kind]
            others.append(array)
        yield others
