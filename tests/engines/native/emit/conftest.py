"""What kernels leave between the rows of an array: zeros, on which others rely."""

import numpy as np
import pytest


@pytest.fixture
def dirty_padding():
    """dirty_padding(function, *arrays) -> the operations whose memory holds other numbers than 0 between its rows."""
    return run_and_look


def run_and_look(function, *arrays, dtype="float32"):
    from bprop.engines.native.emit.assemble import Assembler
    from bprop.engines.native.emit.gate import Gate
    from bprop.engines.native.run.object_code import loaded, machine, machine_code
    from bprop.engines.native.run.routines import ARGUMENTS
    from bprop.engines.trace.functions import new_tape
    from bprop.engines.trace.tape import Traced
    from bprop.engines.trace.tracer import Trace

    dtype = np.dtype(dtype)
    trace = Trace(new_tape(dtype))
    leaves = [trace.leaf(trace.arguments, str(i), a.shape, dtype) for i, a in enumerate(arrays)]
    for i, value in enumerate(function(*leaves)):
        trace.updates.append((trace.leaf(trace.state, str(i), value.shape, dtype), value))
    assembler = Assembler(trace, 1, machine().lanes(dtype), {}, None)
    module, _ = assembler.assemble()
    memory = {array: layout.allocate() for array, layout in assembler.layouts.items()}
    for leaf, array in zip(leaves, arrays, strict=True):
        assembler.layouts[leaf].view(memory[leaf])[...] = array
    nothing = Gate().words
    table = np.array([(memory[k] if isinstance(k, Traced) else nothing).ctypes.data for k in assembler.table], np.int64)
    loaded(machine_code(module), "run", ARGUMENTS)(table.ctypes.data, 0, 1, 0, 1, 0)
    for array, layout in assembler.layouts.items():
        layout.view(memory[array])[...] = 0
    return [array.op for array, values in memory.items() if values.any()]
