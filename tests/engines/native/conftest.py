"""Fixtures of the native engine's tests: programs of arrays run as compiled steps, and vectors of other widths."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

pytest.importorskip("llvmlite")

from bprop.engines.native.emit.assemble import Assembler
from bprop.engines.native.emit.gate import Gate
from bprop.engines.native.run import evaluate, native_run, object_code, routines, threads
from bprop.engines.native.run.object_code import Machine, loaded, machine_code
from bprop.engines.native.run.routines import ARGUMENTS
from bprop.engines.native.schedule import shares
from bprop.engines.trace.functions import new_tape
from bprop.engines.trace.tape import Traced
from bprop.engines.trace.tracer import Trace, dtype_in_trace


def step_of(function, arrays, dtype):
    """The trace of function(xp, *leaves) -> the leaves' new values, None where one stays as it is."""
    trace = Trace(new_tape(np.dtype(dtype)))
    leaves = []
    for i, array in enumerate(arrays):
        kind = trace.tape.dtype if array.dtype.kind == "f" else dtype_in_trace(array)
        leaves.append(trace.leaf(trace.state, str(i), array.shape, kind))
    for leaf, new in zip(leaves, function(trace.tape.functions, *leaves), strict=True):
        if new is not None:
            trace.updates.append((leaf, trace.tape.read(new)))
    return trace


def play(function, arrays, *, steps=1, dtype="float64", counts=(1,)):
    """The leaves after some steps, for every count of threads, and what was assembled."""
    arrays = [np.asarray(a) for a in arrays]
    trace = step_of(function, arrays, dtype)
    made = Assembler(trace, 1, object_code.machine().lanes(trace.tape.dtype), {}, None)
    code = loaded(machine_code(made.assemble()[0]), "run", ARGUMENTS)
    found = []
    for count in counts:
        kept = {array: place.allocate() for array, place in made.layouts.items()}
        for leaf, array in zip(trace.state.values(), arrays, strict=True):
            made.layouts[leaf].view(kept[leaf])[...] = array
        nothing, gate = np.zeros(1, np.int64), Gate()
        table = [(kept[k] if isinstance(k, Traced) else nothing).ctypes.data for k in made.table]
        table[-1] = gate.address
        addresses = np.array(table, np.int64)
        with ThreadPoolExecutor(count) as pool:
            list(pool.map(lambda i, at=addresses.ctypes.data, n=count: code(at, i, n, 0, steps, 0), range(count)))
        found.append([np.array(made.layouts[leaf].view(kept[leaf])) for leaf in trace.state.values()])
    return found, made


def play_numpy(function, arrays, steps=1):
    """The same, step by step: all new values first, then all updates."""
    arrays = [np.array(a) for a in arrays]
    for _ in range(steps):
        new = function(np, *arrays)
        arrays = [old if value is None else np.array(np.broadcast_to(value, old.shape))
                  for old, value in zip(arrays, new, strict=True)]  # fmt: skip
    return arrays


@pytest.fixture(name="step_of")
def _step_of():
    """step_of(function, arrays, dtype): the trace of a step."""
    return step_of


@pytest.fixture
def steps():
    """steps(function, arrays, steps=, dtype=, counts=): the leaves after some compiled steps by count of threads."""
    return lambda *args, **settings: play(*args, **settings)[0]


@pytest.fixture
def assembled():
    """assembled(function, arrays, ...): what the steps were compiled from."""
    return lambda *args, **settings: play(*args, **settings)[1]


@pytest.fixture
def same(steps):
    """same(function, arrays, steps=, counts=): that compiled steps do what NumPy does."""

    def compare(function, arrays, **settings):
        expected = play_numpy(function, arrays, settings.get("steps", 1))
        for found in steps(function, arrays, **settings):
            for one, two in zip(found, expected, strict=True):
                largest = np.abs(two[np.isfinite(two)]).max(initial=1.0)
                np.testing.assert_allclose(one, two, rtol=0, atol=1e-12 * largest)

    return compare


@pytest.fixture(params=[16, 32, "all"])
def vectors(request, monkeypatch):
    """The bytes of a vector: code is made for processors with narrower ones, and for this one."""
    here = object_code.machine()
    width = here.vector_bytes if request.param == "all" else request.param
    made = Machine(here.name, here.features, width)
    for module in (object_code, evaluate, routines, native_run):
        monkeypatch.setattr(module, "machine", lambda: made)
    monkeypatch.setattr(routines, "_routines", type(routines._routines)())
    return width


@pytest.fixture
def shared_out(monkeypatch):
    """Kernels of any size are shared out among threads, in routines of their own."""
    monkeypatch.setattr(shares, "SHARED_FROM", 1)
    monkeypatch.setattr(threads, "cores", lambda: 5)
    monkeypatch.setattr(routines, "_routines", type(routines._routines)())
