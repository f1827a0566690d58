"""Data for a graph, by the names of its inputs and checked, and the values of the leaves of a pass."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np

from bprop import errors
from bprop.data import DataSet
from bprop.graph import arguments, representable, validation
from bprop.graph.plan import Context, Plan
from bprop.graph.prediction import Predictor
from bprop.graph.ranges import Ranges
from bprop.graph.validation import cast
from bprop.namespace import Array
from bprop.structure.structure import Structure

NO_INPUTS: Mapping[str, Any] = MappingProxyType({})


class Intake(Structure):
    """A structure that reads data."""

    predictor: Predictor

    @cached_property
    def limits(self) -> validation.Limits:
        """{input name: (lowest, highest, box)}: the legal values of inputs, and the box that needs them."""
        return self.ranges.direct

    @cached_property
    def ranges(self) -> Ranges:
        """The legal values of the children of boxes, whether these are inputs or computed."""
        return Ranges(self, tuple(self.order))

    def named(self, data: Any, more: Mapping[str, Any] = NO_INPUTS, predicts: bool = False) -> Mapping[str, Any]:
        """{input: array} of the data of a call and its keywords: see `bprop.graph.arguments.by_name`."""
        if data is None:
            return more
        data = data.arrays if isinstance(data, DataSet) else data
        if isinstance(data, dict):
            return {**data, **more} if more else data
        x = self.predictor.inputs if self.outputs else arguments.roles(self)
        return arguments.by_name(self, x, data, more, predicts)

    def read(self, data: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Data as arrays, checked: names, shapes, kinds, finite values, labels in range, equal lengths."""
        arrays = validation.read_inputs(data, self.inputs, self.limits)
        self.ranges.check(arrays)
        return arrays

    def read_set(self, data: Any, weights: Any = None, name: str = "weights") -> DataSet:
        """Data as a data set, checked like `read`, with its example weights, which errors call `name`."""
        data = data if isinstance(data, DataSet) else self.named(data)
        examples = validation.read_set(data, self.inputs, self.limits, weights, name)
        if self.ranges.derived:
            for cut in examples.cuts():
                self.ranges.check({name: array[cut] for name, array in examples.arrays.items()}, cut.start)
        return examples

    def leaves_of(
        self,
        plan: Plan,
        params: Mapping[str, Any],
        data: Mapping[str, Any],
        seed: int = 0,
        weights: Any = None,
        dtype: Any = None,
    ) -> tuple[dict[str, Array], Context]:
        """The start of a pass: the values of the leaves by name, checked and in its dtype, and its context."""
        theta = validation.read_params(params, self.parameters)
        arrays = self.read(data)
        rows = validation.check_rows(arrays) if arrays else 1
        dtype = validation.precision(dtype, theta, arrays)
        weights = validation.read_weights(weights, rows)
        representable.need_weights(weights, dtype)
        representable.need_leaves(theta, self.parameters, "parameter", dtype)
        representable.need_leaves({n: b.value for n, b in self.constants.items()}, self.constants, "constant", dtype)
        for name, array in arrays.items():
            representable.need_finite(f"input {name!r}", array, dtype)
        context = Context.of(rows, dtype, natural(seed), weights)
        leaves = {name: cast(array, self.boxes[name], dtype) for name, array in {**theta, **arrays}.items()}
        leaves |= {name: cast(box.value, box, dtype) for name, box in self.constants.items()}
        return {n: leaves[n] for n in plan.leaves}, context


def natural(seed: int) -> int:
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise errors.SettingError(f"a seed is a whole number, 0 or more, not {seed!r}")
    return int(seed)
