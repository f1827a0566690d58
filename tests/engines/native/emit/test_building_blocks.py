"""Constants, polynomials, powers of two and limits, for scalars and vectors of both precisions."""

import numpy as np
import pytest

pytest.importorskip("llvmlite")

from llvmlite import ir

from bprop.engines.native.emit.building_blocks import BuildingBlocks, is_float, scalar
from bprop.engines.native.emit.emitter import FLOATS, I32, I64, POINTER, VOID, Emitter
from bprop.engines.native.run.object_code import loaded, machine_code
from bprop.engines.native.run.routines import ARGUMENTS

LANES = 4


def execute(write, x):
    """write(blocks, vector) of four numbers."""
    module = ir.Module("test")
    function = ir.Function(module, ir.FunctionType(VOID, [POINTER, *[I64] * 5]), "run")
    e = Emitter(module, ir.IRBuilder(function.append_basic_block("entry")), LANES)
    kind = FLOATS[x.dtype.name]
    e.store(write(BuildingBlocks(e), e.load(function.args[0], 0, kind, vector=True)), function.args[0], 0)
    e.b.ret_void()
    memory = x.copy()
    loaded(machine_code(module), "run", ARGUMENTS)(memory.ctypes.data, 0, 0, 0, 0, 0)
    return memory


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_blocks_compute_what_they_say(dtype):
    x = np.array([-3.0, 0.5, 2.0, 7.0], dtype)
    cases = {
        "polynomial": (lambda m, v: m.polynomial(v, (1.0, -2.0, 0.5)), 1 - 2 * x + x**2 / 2),
        "fma": (lambda m, v: m.fma(v, v, m.c(v, 3)), x * x + 3),
        "fma_minus": (lambda m, v: m.fma_minus(v, v, m.c(v, 3)), x * x - 3),
        "minus_fma": (lambda m, v: m.minus_fma(v, v, m.c(v, 3)), 3 - x * x),
        "abs": (lambda m, v: m.abs(v), np.abs(x)),
        "clamped": (lambda m, v: m.clamped(v, -1.0, 2.5), np.clip(x, -1, 2.5)),
    }
    for name, (write, wanted) in cases.items():
        np.testing.assert_array_equal(execute(write, x), wanted, err_msg=name)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_powers_of_two_reach_the_ends_of_normal_numbers_and_nan_passes_limits(dtype):
    info = np.finfo(dtype)
    k = np.array([info.minexp, -1, 0, info.maxexp - 1], dtype)
    np.testing.assert_array_equal(execute(lambda m, v: m.power_of_two(v), k), np.exp2(k.astype(float)))
    x = np.array([np.nan, -np.inf, np.inf, 0.0], dtype)
    np.testing.assert_array_equal(execute(lambda m, v: m.clamped(v, -1.0, 1.0), x), [np.nan, -1, 1, 0])


def test_types_of_lanes():
    vector = ir.VectorType(FLOATS["float32"], 4)
    assert (scalar(vector), scalar(I32)) == (FLOATS["float32"], I32)
    assert is_float(ir.Constant(vector, [0.0] * 4))
    assert not is_float(I32(1))
