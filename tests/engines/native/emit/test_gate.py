"""All threads of a call go to work, or the caller alone: whoever comes, whenever, in whatever order."""

import threading
import time

import numpy as np
import pytest

pytest.importorskip("llvmlite")

import ctypes

from llvmlite import binding, ir

from bprop.engines.native.emit import gate
from bprop.engines.native.emit.emitter import I64, POINTER, Emitter
from bprop.engines.native.emit.gate import ARRIVED, AT_WORK, DOOR, SHUT, Gate, emit_barrier, emit_shut, gate_function
from bprop.engines.native.run.object_code import loaded, machine, machine_code

PATIENCE = 60  # seconds after which something hangs
ARGUMENTS = [ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p]


def compiled(barriers=0):
    """go(gate, thread, threads, answer): through the gate, and so many barriers. answer[0]: what the gate said."""
    module = ir.Module("test")
    enter = gate_function(module, machine().lanes(np.dtype("float64")), gate.LONGEST)
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [POINTER, I64, I64, POINTER]), "go")
    e = Emitter(module, ir.IRBuilder(function.append_basic_block("entry")), 4)
    address, thread, threads, answer = function.args
    passed = e.b.alloca(I64)
    e.b.store(I64(0), passed)
    count = e.b.call(enter, [address, thread, threads])
    e.b.store(count, answer)
    with e.b.if_then(e.b.icmp_signed("==", count, I64(0))):
        e.b.ret_void()
    for _ in range(barriers):
        emit_barrier(e, address, count, passed)
    if barriers:
        with e.b.if_then(e.b.icmp_signed("==", thread, I64(0))):
            emit_shut(e.b, address)
    e.b.ret_void()
    return loaded(machine_code(module), "go", ARGUMENTS)


def through(code, of, thread, threads):
    """What the gate says to a thread."""
    answer = np.full(1, -7, np.int64)
    code(of.address, thread, threads, answer.ctypes.data)
    return int(answer[0])


def side_by_side(code, of, numbers, threads, pause=0.0):
    """What it says to several threads that come one after the other."""
    found = {}
    workers = []
    for number in numbers:
        work = lambda i=number: found.update({i: through(code, of, i, threads)})  # noqa: E731
        workers.append(threading.Thread(target=work, daemon=True))
        workers[-1].start()
        time.sleep(pause)
    for worker in workers:
        worker.join(PATIENCE)
        assert not worker.is_alive()
    return found


@pytest.fixture
def patient(monkeypatch):
    """Threads that come milliseconds apart are waited for, whatever else the machine has to do."""
    monkeypatch.setattr(gate, "LONGEST", 10**7)


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 2, 3), (3, 1, 2, 0), (2, 0, 3, 1)])
def test_all_are_let_in_whoever_comes_first(patient, order):
    code = compiled(barriers=3)
    for pause in (0.0, 0.001):
        of = Gate()
        assert side_by_side(code, of, order, len(order), pause) == dict.fromkeys(order, len(order))
        assert of.words[ARRIVED] == 3 * len(order)
        assert not of.in_use


def test_a_caller_without_helpers_waits_for_nobody():
    of = Gate()
    assert through(compiled(), of, 0, 1) == 1
    assert of.words[DOOR] == AT_WORK


def test_a_caller_to_whom_nobody_comes_works_alone():
    of = Gate()
    assert through(compiled(), of, 0, 2) == 1
    assert of.words[DOOR] == SHUT


def test_where_one_is_missing_the_others_go_home():
    of = Gate()
    assert side_by_side(compiled(), of, (1, 0), 3) == {0: 1, 1: 0}


def test_who_comes_late_goes_home():
    of = Gate()
    code = compiled()
    assert through(code, of, 0, 2) == 1
    assert through(code, of, 1, 2) == 0


def test_a_helper_whose_caller_never_comes_gives_up_and_shuts_the_gate():
    of = Gate()
    assert through(compiled(), of, 1, 2) == 0
    assert not of.in_use
    assert through(compiled(), of, 0, 2) == 1  # and should the caller come after all, it works alone


def test_who_waits_is_sent_home_when_the_gate_is_shut(monkeypatch):
    monkeypatch.setattr(gate, "LONGEST", 2**62)
    of, code, found = Gate(), compiled(), []
    waiting = threading.Thread(target=lambda: found.append(through(code, of, 1, 2)), daemon=True)
    waiting.start()
    while of.words[DOOR] == 0:  # it has not come yet
        time.sleep(0.001)
    assert of.in_use
    of.shut()
    waiting.join(PATIENCE)
    assert found == [0]


@pytest.mark.parametrize(
    ("processor", "hint"),
    [
        ("x86_64-unknown-linux-gnu", "llvm.x86.sse2.pause"),
        ("i686-pc-windows-msvc", "llvm.x86.sse2.pause"),
        ("aarch64-unknown-linux-gnu", "llvm.aarch64.hint"),
        ("arm64-apple-darwin", "llvm.aarch64.hint"),
        ("riscv64-unknown-linux-gnu", None),
    ],
)
def test_a_loop_of_waiting_tells_the_processor_in_its_own_words(monkeypatch, processor, hint):
    monkeypatch.setattr(gate, "triple", lambda: processor)
    module = ir.Module("test")
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), []), "wait")
    emitter = Emitter(module, ir.IRBuilder(function.append_basic_block("entry")), 1)
    gate.emit_pause(emitter)
    emitter.b.ret_void()
    binding.parse_assembly(str(module)).verify()
    assert [other.name for other in module.functions if other is not function] == ([] if hint is None else [hint])


def test_each_gate_has_cache_lines_of_its_own():
    for _ in range(20):
        of = Gate()
        assert of.address % 64 == 0
        assert of.words.nbytes == 128
        assert not of.words.any()
