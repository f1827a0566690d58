"""A call by one address: first the batch, then the presets, then the step, then the loss; or nothing of it."""

import numpy as np
import pytest

pytest.importorskip("llvmlite")

from llvmlite import ir

from bprop.engines.native.emit import perform
from bprop.engines.native.emit.emitter import Emitter
from bprop.engines.native.emit.intake import intake_name
from bprop.engines.native.emit.team import RUN
from bprop.engines.native.run.object_code import loaded, machine_code
from bprop.engines.native.run.routines import ARGUMENTS
from bprop.engines.native.run.team import TEAM, performing


@pytest.fixture(scope="module")
def noting():
    """Code of a step that writes its five numbers into its table, and the first word there once more at the end."""
    module = ir.Module("test")
    function = ir.Function(module, RUN, "run")
    e = Emitter(module, ir.IRBuilder(function.append_basic_block("entry")), 4)
    table, *numbers = function.args
    e.store(e.load(table, 0, numbers[0].type), table, 6)
    for place, number in enumerate(numbers, start=1):
        e.store(number, table, place)
    e.b.ret_void()
    return loaded(machine_code(module), "run", ARGUMENTS)


class Made:
    """A block of one intake of float64 into float32 and one preset, and its arrays."""

    def __init__(self, noting, dtype, numbers, threads=1):
        self.source, self.target = np.array(numbers), np.full(len(numbers), 7, "float32")
        self.limits, self.table, self.result = np.array([-10.0, 10.0]), np.zeros(7, np.int64), np.zeros(1, dtype)
        self.sums = np.array([10.0, 1.0, 4.0, 1.0], dtype)
        self.places = np.array([self.sums[i:].ctypes.data for i in range(4)], np.int64)
        words = dict.fromkeys(range(perform.WORDS), 0) | {
            perform.CODE: noting.address, perform.ALONE: self.table.ctypes.data, perform.T: 5,
            perform.THREADS: threads, perform.TEAM: TEAM.address, perform.LOSS: self.sums.itemsize,
            perform.RESULT: self.result.ctypes.data, perform.SUMS: self.places.ctypes.data, perform.INTAKES: 1,
            perform.PRESETS: 1,
        }  # fmt: skip
        take = performing().address_of(intake_name(self.source.dtype, self.target.dtype))
        arrays = self.source.ctypes.data, self.target.ctypes.data, len(numbers), self.limits.ctypes.data
        self.words = np.array([*words.values(), take, *arrays, self.table.ctypes.data, 42], np.int64)

    def __call__(self):
        return performing().perform(self.words.ctypes.data)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("threads", [1, 2])  # nobody is awake, so it works alone
def test_a_call_takes_the_batch_sets_the_presets_does_a_step_and_computes_the_loss(noting, dtype, threads):
    block = Made(noting, dtype, [1.5, -2.0, 0.1], threads)
    assert [block(), block()] == [0, 0]
    assert block.target.tolist() == np.array([1.5, -2.0, 0.1], "float32").tolist()
    assert block.table.tolist() == [42, 0, 1, 0, 1, 5, 42]  # the preset stands before the step
    assert block.result[0] == 3.0
    assert block.words[perform.CALLS] == 2 and block.words[perform.NANOSECONDS] > 0
    assert block.words[perform.HELPED] == 0


@pytest.mark.parametrize("bad", [np.nan, 11.0, -np.inf])
def test_a_number_out_of_its_limits_leaves_all_else_undone(noting, bad):
    block = Made(noting, "float32", [1.5, bad, 0.1])
    assert block() == 1
    assert not block.table.any() and not block.result.any()
    assert block.words[perform.CALLS] == 0
