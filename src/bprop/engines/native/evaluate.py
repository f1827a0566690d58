"""One function of arrays, traced, compiled and run once: for looking at what the native engine makes of a box."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bprop.engines.native.assemble import Assembler
from bprop.engines.native.compiler import loaded, machine, machine_code
from bprop.engines.native.functions import new_tape
from bprop.engines.native.gate import Gate
from bprop.engines.native.memory import memory
from bprop.engines.native.routines import ARGUMENTS
from bprop.engines.native.trace import Trace, kind_of
from bprop.engines.native.traced import Traced


def evaluate(function: Callable[..., Sequence[Any]], *arrays: Any, dtype: Any = np.float64) -> list[np.ndarray]:
    """What `function` (arrays -> several arrays), written on the array namespace, gives of NumPy arrays."""
    dtype = np.dtype(dtype)
    trace = Trace(new_tape(dtype))
    given = [np.asarray(a) for a in arrays]
    kinds = [dtype if a.dtype.kind == "f" else kind_of(a) for a in given]
    leaves = [trace.leaf(trace.given, str(i), a.shape, k) for i, (a, k) in enumerate(zip(given, kinds, strict=True))]
    outputs = []
    for i, found in enumerate(function(*leaves)):
        value = trace.tape.read(found)
        outputs.append(trace.leaf(trace.state, str(i), value.shape, value.dtype))
        trace.updates.append((outputs[-1], value))
    trace.take_arrays()
    made = Assembler(trace, 1, machine().lanes(dtype), {}, None)
    module, _ = made.assemble()
    kept = {array: memory(layout) for array, layout in made.layouts.items()}
    for leaf, array in zip(leaves, given, strict=True):
        made.layouts[leaf].view(kept[leaf])[...] = array
    for name, array in trace.tape.arrays.items():
        made.layouts[trace.given[name]].view(kept[trace.given[name]])[...] = array
    nothing = Gate().words
    table = np.array([(kept[k] if isinstance(k, Traced) else nothing).ctypes.data for k in made.table], np.int64)
    loaded(machine_code(module), "run", ARGUMENTS)(table.ctypes.data, 0, 1, 0, 1, 0)
    return [np.array(made.layouts[leaf].view(kept[leaf])) for leaf in outputs]
