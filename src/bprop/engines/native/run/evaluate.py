"""One function of arrays, traced, compiled and run once: to look at what the native engine makes of a box."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bprop.engines.native.emit.assemble import Assembler
from bprop.engines.native.emit.gate import Gate
from bprop.engines.native.run.object_code import loaded, machine, machine_code
from bprop.engines.native.run.routines import ARGUMENTS
from bprop.engines.trace.functions import new_tape
from bprop.engines.trace.tape import Traced
from bprop.engines.trace.tracer import Trace, dtype_in_trace


def evaluate(function: Callable[..., Sequence[Any]], *arrays: Any, dtype: Any = np.float64) -> list[np.ndarray]:
    """The results of `function` (arrays -> several arrays), written on the array namespace, for NumPy arrays."""
    dtype = np.dtype(dtype)
    trace = Trace(new_tape(dtype))
    inputs = [np.asarray(a) for a in arrays]
    kinds = [dtype if a.dtype.kind == "f" else dtype_in_trace(a) for a in inputs]
    leaves = [
        trace.leaf(trace.arguments, str(i), a.shape, k) for i, (a, k) in enumerate(zip(inputs, kinds, strict=True))
    ]
    outputs = []
    for i, result in enumerate(function(*leaves)):
        value = trace.tape.read(result)
        outputs.append(trace.leaf(trace.state, str(i), value.shape, value.dtype))
        trace.updates.append((outputs[-1], value))
    trace.take_arrays()
    assembler = Assembler(trace, 1, machine().lanes(dtype), {}, None)
    module, _ = assembler.assemble()
    memory = {array: layout.allocate() for array, layout in assembler.layouts.items()}
    for leaf, array in zip(leaves, inputs, strict=True):
        assembler.layouts[leaf].view(memory[leaf])[...] = array
    for name, array in trace.tape.arrays.items():
        assembler.layouts[trace.arguments[name]].view(memory[trace.arguments[name]])[...] = array
    nothing = Gate().words
    table = np.array([(memory[k] if isinstance(k, Traced) else nothing).ctypes.data for k in assembler.table], np.int64)
    loaded(machine_code(module), "run", ARGUMENTS)(table.ctypes.data, 0, 1, 0, 1, 0)
    return [np.array(assembler.layouts[leaf].view(memory[leaf])) for leaf in outputs]
