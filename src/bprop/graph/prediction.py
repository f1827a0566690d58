"""Predicting: the pass of a graph that is asked for its outputs alone, a part of the rows at a time."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from bprop.graph import validation
from bprop.graph.mixing import ROWS, Rows
from bprop.graph.passes import compute
from bprop.graph.plan import Context, Plan
from bprop.graph.ranges import Ranges
from bprop.graph.validation import Limits
from bprop.leaves import Constant, Input, Parameter
from bprop.namespace import Array
from bprop.structure.structure import Structure

PART = 4096
"""Rows computed at a time: few enough for the values on the way to stay near the processor, enough for its cores."""

Arrays = dict[str, Array]


class Start(NamedTuple):
    """A pass before the data: values by slot, so far of the leaves that are the same for all examples."""

    values: list[Array]
    context: Context


class Predictor:
    """The outputs of a graph for new examples: `outputs(start(theta, dtype), read(data))`.

    What depends neither on theta nor on data is found once, as it is made: the leaves that the outputs need, the
    order of the boxes, the places of the outputs. A graph has one predictor, `graph.predictor`.
    """

    def __init__(self, structure: Structure, plan: Plan, limits: Limits):
        self.known, self.limits, self.plan = structure.inputs, limits, plan
        self.ranges = Ranges(structure, tuple(structure.outputs.values()))
        self.leaves = self.plan.leaves
        boxes = {name: self.plan.boxes[slot] for name, slot in self.leaves.items()}
        self.inputs = {name: box for name, box in boxes.items() if isinstance(box, Input)}
        self.parameters = {name: self.leaves[name] for name, box in boxes.items() if isinstance(box, Parameter)}
        self.constants = {box: self.leaves[name] for name, box in boxes.items() if isinstance(box, Constant)}
        self.names = list(structure.outputs)
        self.slots = [self.plan.slot_of[box] for box in structure.outputs.values()]
        self.needs_context = any(node.box.needs for node in self.plan.nodes)

    def read(self, given: Mapping[str, Any]) -> Arrays:
        """The inputs that the outputs need, checked. Others of the graph may be given: they are not looked at."""
        if given.keys() != self.inputs.keys():
            given = {name: given[name] for name in given if name in self.inputs or name not in self.known}
        arrays = validation.read_inputs(given, self.inputs, self.limits)
        if self.ranges.derived:
            self.ranges.check(arrays)
        return arrays

    def start(self, theta: Arrays, dtype: np.dtype) -> Start:
        """Where every pass starts, given parameters that are read and the precision to compute in."""
        values: list[Array] = [None] * len(self.plan.boxes)
        for name, slot in self.parameters.items():
            values[slot] = theta[name].astype(dtype, copy=False)
        for box, slot in self.constants.items():
            values[slot] = validation.cast(box.value, box, dtype)
        return Start(values, Context(None, (None, None), dtype))

    def outputs(self, start: Start, arrays: Arrays) -> Any:
        """The one output, or {name: output} where there are several, for inputs that are read."""
        rows = len(next(iter(arrays.values()))) if arrays else 1
        if rows <= PART or not self.in_parts:
            found = self._part(start, arrays, rows)
        else:
            cuts = (slice(i, min(i + PART, rows)) for i in range(0, rows, PART))
            parts = [self._part(start, {n: a[cut] for n, a in arrays.items()}, cut.stop - cut.start) for cut in cuts]
            found = [np.concatenate(part) for part in zip(*parts, strict=True)]
        return found[0] if len(found) == 1 else dict(zip(self.names, found, strict=True))

    def _part(self, start: Start, arrays: Arrays, rows: int) -> list[Array]:
        values, context = start.values.copy(), start.context
        for name, array in arrays.items():
            values[self.leaves[name]] = validation.cast(array, self.inputs[name], context.dtype)
        compute(self.plan, values, Context.of(rows, context.dtype) if self.needs_context else context)
        return [values[slot] for slot in self.slots]

    @cached_property
    def in_parts(self) -> bool:
        """Whether row i of every output comes from row i of the inputs alone, so that the parts give the whole."""
        rows = Rows(self.plan, training=False)
        return rows.mixing is None and not self.needs_context and all(rows.kinds[slot] == ROWS for slot in self.slots)
