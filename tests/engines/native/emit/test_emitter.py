"""Writing LLVM's instructions: loops that turn as often as range() says, and constants worked out at once."""

import numpy as np
import pytest

pytest.importorskip("llvmlite")

from llvmlite import ir

from bprop.engines.native.emit.emitter import (
    FLOATS,
    I1,
    I8,
    I32,
    I64,
    POINTER,
    VOID,
    Emitter,
    constant,
    stored_type,
    type_name,
    type_of,
)
from bprop.engines.native.run.object_code import loaded, machine_code
from bprop.engines.native.run.routines import ARGUMENTS

LANES = 4
SINGLE, DOUBLE = FLOATS["float32"], FLOATS["float64"]


def emitter():
    """(an emitter inside a function of a module of its own, the function)."""
    module = ir.Module("test")
    function = ir.Function(module, ir.FunctionType(VOID, [POINTER, *[I64] * 5]), "run")
    return Emitter(module, ir.IRBuilder(function.append_basic_block("entry")), LANES), function


def execute(write, dtype=np.int64, size=1024, numbers=(0, 0, 0, 0, 0)):
    """The memory that write(emitter, pointer, numbers) has filled; numbers are known only as it runs."""
    e, function = emitter()
    pointer, *given = function.args
    write(e, pointer, given)
    e.b.ret_void()
    found = np.zeros(size, dtype)
    loaded(machine_code(e.module), "run", ARGUMENTS)(found.ctypes.data, *numbers)
    return found


RANGES = [(0, 0, 1), (3, 1, 1), (0, 1, 1), (2, 3, 1), (0, 2, 1), (0, 7, 1), (3, 11, 1), (0, 9, 3), (0, 10, 3),
          (0, 3, 3), (1, 2, 5), (5, 5, 2), (-2, 2, 1)]  # fmt: skip


@pytest.mark.parametrize("known", [(), (0,), (1,), (0, 1)])
def test_loops_turn_as_often_as_range_says(known):
    """With bounds that are numbers of Python's, or of the program's, and a loop in a loop."""

    def write(e, pointer, given):
        for k, (start, stop, step) in enumerate(RANGES):
            # given[0] is 0: a number that is only known as the program runs
            lo = start if 0 in known else e.b.add(given[0], I64(start))
            hi = stop if 1 in known else e.b.add(given[0], I64(stop))
            with e.loop(lo, hi, step) as i, e.loop(0, 3) as j:
                seen = e.load(pointer, 64 * k, I64)
                place = e.add(64 * k + 1, seen)
                e.store(e.integer(e.add(e.mul(i, 10), j)), pointer, place)
                e.store(e.b.add(seen, I64(1)), pointer, 64 * k)

    found = execute(write)
    for k, bounds in enumerate(RANGES):
        wanted = [10 * i + j for i in range(*bounds) for j in range(3)]
        assert found[64 * k : 64 * k + 1 + len(wanted)].tolist() == [len(wanted), *wanted], bounds


@pytest.mark.parametrize("known", [(), (0, 1)])
@pytest.mark.parametrize(("start", "stop"), [(0, 0), (2, 1), (0, 1), (1, 5), (0, 9), (4, 20)])
def test_what_is_carried_through_a_loop(start, stop, known):
    def write(e, pointer, given):
        lo, hi = (start, stop) if known else (e.b.add(given[0], I64(start)), e.b.add(given[0], I64(stop)))

        def body(i, carry):
            total, turns = carry
            inner = e.repeat(0, 6, [total], lambda _, c: [e.b.add(c[0], I64(1))])
            return [e.b.add(inner[0], e.integer(i)), e.b.add(turns, I64(1))]

        for k, value in enumerate(e.repeat(lo, hi, [I64(100), I64(0)], body)):
            e.store(value, pointer, k)

    turns = range(start, stop)
    assert execute(write)[:2].tolist() == [100 + sum(turns) + 6 * len(turns), len(turns)]


def test_indices_known_beforehand_are_worked_out_at_once():
    e, function = emitter()
    number = function.args[1]
    assert (e.add(2, 3), e.mul(2, 3), e.minimum(2, 3), e.mul(0, number)) == (5, 6, 2, 0)
    assert e.add(0, number) is e.add(number, 0) is e.mul(1, number) is e.mul(number, 1) is number
    assert not e.b.block.instructions


def test_indices_known_as_the_program_runs():
    def write(e, pointer, n):
        found = [e.add(n[0], 3), e.add(3, n[0]), e.add(n[0], n[1]), e.mul(n[0], 3), e.mul(3, n[0]), e.mul(n[0], n[1]),
                 e.minimum(n[0], 6), e.minimum(6, n[0]), e.minimum(n[0], n[1]), e.minimum(n[0], 99)]  # fmt: skip
        for k, value in enumerate(found):
            e.store(e.integer(value), pointer, k)

    assert execute(write, numbers=(7, -2, 0, 0, 0))[:10].tolist() == [10, 10, 5, 21, 21, -14, 6, 6, -2, 7]


def test_vectors_of_one_value_and_of_lanes():
    def write(e, pointer, n):
        loaded = e.load(pointer, 0, I64)
        iota = e.iota(I64)
        vectors = [e.splat(n[0]), e.splat(I64(9)), e.splat(e.b.add(loaded, I64(4))), iota, *e.alike(n[1], iota)]
        vectors.append(e.lane_by_lane(lambda a, c: e.b.mul(a, c), iota, vectors[0]))
        for k, vector in enumerate(vectors):
            assert vector.type == ir.VectorType(I64, LANES)
            e.store(vector, pointer, LANES * k + 1)  # not where a vector would be aligned
        kept = e.scratch(e.vector(I64), 3)
        e.store_vector(e.iota(I64), kept, 2)
        e.store(e.load_vector(e.vector(I64), kept, 2), pointer, 101)
        assert e.alike(n[0], n[1]) == [n[0], n[1]]
        assert e.splat(vectors[0]) is vectors[0]
        e.store(e.lane_by_lane(lambda a: e.b.neg(a), n[0]), pointer, 100)

    found = execute(write, numbers=(7, -2, 0, 0, 0))
    wanted = [[7] * 4, [9] * 4, [4] * 4, [0, 1, 2, 3], [-2] * 4, [0, 1, 2, 3], [0, 7, 14, 21]]
    assert found[1:29].reshape(-1, 4).tolist() == wanted
    assert found[100:105].tolist() == [-7, 0, 1, 2, 3]


def test_constants_are_rounded_as_their_type_says():
    found = execute(lambda e, p, _: e.store(constant(e.vector(SINGLE), 0.1), p, 0), np.float32)
    assert (found[:4] == np.float32(0.1)).all()
    found = execute(
        lambda e, p, _: [e.store(constant(DOUBLE, v), p, i) for i, v in enumerate((0.1, -0.0, np.inf))], float
    )
    assert (found[0], np.signbit(found[1]), found[2]) == (0.1, True, np.inf)
    found = execute(lambda e, p, _: e.store(constant(e.vector(I32), -(2**31)), p, 0), np.int32)
    assert (found[:4] == -(2**31)).all()
    e, _ = emitter()
    assert e.like(I32(3), True).constant == 1


def test_types_have_names_and_places_in_memory():
    assert [type_name(t) for t in (SINGLE, DOUBLE, I32, ir.VectorType(SINGLE, 16), ir.VectorType(I64, 2))] == [
        "f32", "f64", "i32", "v16f32", "v2i64"]  # fmt: skip
    kinds = {"float32": SINGLE, "float64": DOUBLE, "int32": I32, "uint32": I32, "int8": I8, "uint64": I64}
    for name, wanted in kinds.items():
        assert type_of(np.dtype(name)) == stored_type(np.dtype(name)) == wanted
    assert (type_of(np.dtype(bool)), stored_type(np.dtype(bool))) == (I1, I8)


@pytest.mark.parametrize("name", ["float16", "float32", "float64", "int8", "int16", "int32", "int64"])
def test_values_of_every_size_are_read_and_written_one_beside_the_other(name):
    def write(e, pointer, n):
        kind = stored_type(np.dtype(name))
        for i in range(4):
            e.store(constant(kind, i + 1), pointer, i)
        e.store(e.load(pointer, 1, kind, vector=True), pointer, 5)
        e.store(e.load(pointer, 3, kind), pointer, 12)

    assert execute(write, name)[:13].tolist() == [1, 2, 3, 4, 0, 2, 3, 4, 0, 0, 0, 0, 4]


def test_a_function_is_declared_once():
    e, function = emitter()
    one = e.intrinsic("sqrt", e.b.sitofp(function.args[1], DOUBLE))
    two = e.intrinsic("sqrt", one)
    assert one.callee is two.callee
    assert one.callee.name == "llvm.sqrt.f64"


def test_code_for_a_rare_case_runs_only_there():
    def write(e, pointer, n):
        def other():
            e.store(I64(1), pointer, 10)
            return e.b.add(n[0], I64(100))

        rare = e.b.icmp_signed(">", n[0], I64(5))
        e.store(e.unless(rare, n[0], other), pointer, 0)

    assert execute(write, numbers=(5, 0, 0, 0, 0))[[0, 10]].tolist() == [5, 0]
    assert execute(write, numbers=(6, 0, 0, 0, 0))[[0, 10]].tolist() == [106, 1]


def test_a_function_of_the_module_is_written_once_for_a_type():
    written = []

    def body(e, value):
        written.append(value.type)
        return e.b.add(value, constant(value.type, 3))

    def write(e, pointer, n):
        for place, value in enumerate([n[0], n[1], e.iota(I64)]):
            e.store(e.outlined("three_more", body, value), pointer, place)

    assert execute(write, numbers=(1, 2, 0, 0, 0))[:6].tolist() == [4, 5, 3, 4, 5, 6]
    assert written == [I64, ir.VectorType(I64, LANES)]
