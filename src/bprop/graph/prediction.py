"""Prediction: a pass that computes the outputs alone, a part of the rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from math import prod
from typing import Any, NamedTuple

import numpy as np

from bprop.graph import validation
from bprop.graph.mixing import ROWS, Rows
from bprop.graph.passes import compute
from bprop.graph.plan import Context, Plan
from bprop.graph.ranges import Ranges
from bprop.graph.validation import Limits
from bprop.heap import keep_freed_memory
from bprop.leaves import Constant, Input, Parameter
from bprop.namespace import Array
from bprop.structure.structure import Structure

PART = 4096
"""Rows computed at a time: few, so that the values stay in the processor's cache, but enough for all cores."""

COMPILED_FROM = 500_000_000
"""Rows times weights of a call from which on its rows are computed by compiled code, where there is an engine for it.
The choice depends on the call alone, so that the same call has the same bits, whatever came before it."""

Arrays = dict[str, Array]
Compiled = Callable[[Mapping[str, Array], Arrays, Mapping[str, Array]], bool]
"""compiled(theta, arrays, results) writes the outputs of all rows to `results`. False: it cannot, and wrote nothing."""

MakeCompiled = Callable[["np.dtype[Any]"], Compiled]


class Start(NamedTuple):
    """A pass before its data: the values by slot, with those of parameters and constants filled in."""

    values: list[Array]
    context: Context


class Predictor:
    """The outputs of a graph for new examples: `outputs(start(theta, dtype), read(data))`.

    It computes once what depends neither on theta nor on data: the leaves that the outputs need, the order of the
    boxes, the slots of the outputs. A graph has one predictor, `graph.predictor`.
    """

    known: Any
    limits: Limits
    plan: Plan
    make_compiled: MakeCompiled | None

    def __init__(self, structure: Structure, plan: Plan, limits: Limits, compiled: MakeCompiled | None = None):
        keep_freed_memory()
        self.known, self.limits, self.plan, self.make_compiled = structure.inputs, limits, plan, compiled
        self.compiled: dict[np.dtype[Any], Compiled] = {}
        """Compiled code by precision, made on first use."""
        self.engine: str = "numpy"
        """The engine that computed the last call."""
        self.ranges: Ranges = Ranges(structure, tuple(structure.outputs.values()))
        self.leaves: dict[str, int] = self.plan.leaves
        boxes = {name: self.plan.boxes[slot] for name, slot in self.leaves.items()}
        self.inputs: dict[str, Input] = {name: box for name, box in boxes.items() if isinstance(box, Input)}
        self.parameters: dict[str, int] = {
            name: self.leaves[name] for name, box in boxes.items() if isinstance(box, Parameter)
        }
        self.weights: int = sum(prod(box.shape) for box in boxes.values() if isinstance(box, Parameter))
        self.constants: dict[Constant, int] = {
            box: self.leaves[name] for name, box in boxes.items() if isinstance(box, Constant)
        }
        self.names: list[Any] = list(structure.outputs)
        self.slots: list[int] = [self.plan.slot_of[box] for box in structure.outputs.values()]
        self.needs_context: bool = any(node.box.needs for node in self.plan.nodes)

    def read(self, data: Mapping[str, Any]) -> Arrays:
        """The inputs that the outputs need, checked. `data` may hold other inputs of the graph, which are ignored."""
        if data.keys() != self.inputs.keys():
            data = {name: data[name] for name in data if name in self.inputs or name not in self.known}
        arrays = validation.read_inputs(data, self.inputs, self.limits)
        if self.ranges.derived:
            self.ranges.check(arrays)
        return arrays

    def start(self, theta: Arrays, dtype: np.dtype) -> Start:
        """The start of every pass with this theta (from `read_params`) in this precision."""
        values: list[Array] = [None] * len(self.plan.boxes)
        for name, slot in self.parameters.items():
            values[slot] = theta[name].astype(dtype, copy=False)
        for box, slot in self.constants.items():
            values[slot] = validation.cast(box.value, box, dtype)
        return Start(values, Context(None, (None, None), dtype))

    def outputs(self, start: Start, arrays: Arrays) -> Any:
        """The output for inputs from `read`; {name: output} if the graph has several."""
        rows = len(next(iter(arrays.values()))) if arrays else 1
        self.engine = "numpy"
        if rows * self.weights >= COMPILED_FROM and (results := self._compiled(start, arrays, rows)) is not None:
            outputs, self.engine = results, "native"
        elif rows <= PART or not self.in_parts:
            outputs = self._part(start, arrays, rows)
        else:
            cuts = (slice(i, min(i + PART, rows)) for i in range(0, rows, PART))
            parts = [self._part(start, {n: a[cut] for n, a in arrays.items()}, cut.stop - cut.start) for cut in cuts]
            outputs = [np.concatenate(part) for part in zip(*parts, strict=True)]
        return outputs[0] if len(outputs) == 1 else dict(zip(self.names, outputs, strict=True))

    def _compiled(self, start: Start, arrays: Arrays, rows: int) -> list[Array] | None:
        """The outputs, by compiled code; None where there is none for this graph, precision or processor."""
        dtype = start.context.dtype
        if self.make_compiled is None or not arrays or not self.in_parts:
            return None
        if dtype not in self.compiled:
            self.compiled[dtype] = self.make_compiled(dtype)
        first = self._part(start, {name: array[:1] for name, array in arrays.items()}, 1)
        results = [np.empty((rows, *array.shape[1:]), array.dtype) for array in first]
        theta = {name: start.values[slot] for name, slot in self.parameters.items()}
        done = self.compiled[dtype](theta, arrays, dict(zip(self.names, results, strict=True)))
        return results if done else None

    def _part(self, start: Start, arrays: Arrays, rows: int) -> list[Array]:
        values, context = start.values.copy(), start.context
        for name, array in arrays.items():
            values[self.leaves[name]] = validation.cast(array, self.inputs[name], context.dtype)
        compute(self.plan, values, Context.of(rows, context.dtype) if self.needs_context else context)
        return [values[slot] for slot in self.slots]

    @cached_property
    def in_parts(self) -> bool:
        """True if row i of every output depends on row i of the inputs alone. Then rows may be computed in parts."""
        rows = Rows(self.plan, training=False)
        return rows.mixing is None and not self.needs_context and all(rows.kinds[slot] == ROWS for slot in self.slots)
