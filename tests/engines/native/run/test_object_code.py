"""Machine code for this processor: the same each time, alive as long as it is called, in vectors of whole width."""

import gc
import re
import struct
import threading

import numpy as np
import pytest

pytest.importorskip("llvmlite")

from llvmlite import binding, ir

from bprop.engines.native.emit.assemble import Assembler
from bprop.engines.native.emit.emitter import I64, POINTER, VOID
from bprop.engines.native.emit.symbols import NAMES, YIELDS
from bprop.engines.native.run.object_code import Machine, loaded, machine, machine_code
from bprop.engines.native.run.routines import ARGUMENTS
from bprop.engines.trace.functions import new_tape
from bprop.engines.trace.tracer import Trace


def adding(number):
    """A module whose `run` adds a number to where its first argument points."""
    module = ir.Module("test")
    function = ir.Function(module, ir.FunctionType(VOID, [POINTER, *[I64] * 5]), "run")
    b = ir.IRBuilder(function.append_basic_block("entry"))
    b.store(b.add(b.load(function.args[0], typ=I64), I64(number)), function.args[0])
    b.ret_void()
    return module


def program():
    """A module of several kernels: products, sums and functions of numbers."""
    trace = Trace(new_tape(np.dtype("float32")))
    a, b = (trace.leaf(trace.state, name, (20, 20), trace.tape.dtype) for name in "ab")
    xp = trace.tape.functions
    trace.updates += [(a, xp.tanh(a @ b) + b.sum(axis=0)), (b, xp.exp(b) - (a @ b).mean())]
    return Assembler(trace, 1, machine().lanes(trace.tape.dtype), {}, None).assemble()[0]


@pytest.mark.parametrize(("width", "singles", "doubles"), [(16, 4, 2), (32, 8, 4), (64, 16, 8)])
def test_lanes_are_what_fits_a_vector(width, singles, doubles):
    made = Machine("", "", width)
    assert (made.lanes(np.dtype("float32")), made.lanes(np.dtype("float64"))) == (singles, doubles)


def test_this_machine_is_asked_once_and_has_vectors():
    assert machine() is machine()
    assert machine().vector_bytes in (16, 32, 64)


def test_every_function_that_is_defined_is_to_use_whole_vectors():
    text = str(program())
    defined = re.findall(r"^define .*$", text, re.MULTILINE)
    assert len(defined) > 2
    found = Machine("", "", 32).with_attributes(text)
    changed = re.findall(r"^define .*$", found, re.MULTILINE)
    assert [line.removesuffix(" #0") for line in changed] == defined
    assert all(line.endswith(" #0") for line in changed)
    assert not re.search(r"^declare .*#0$", found, re.MULTILINE)
    assert '"prefer-vector-width"="256" "min-legal-vector-width"="256"' in found


def test_the_same_program_is_the_same_machine_code():
    assert machine_code(program()) == machine_code(program())
    assert machine_code(adding(1)) != machine_code(adding(2))


def test_what_is_loaded_lives_by_itself_and_beside_others():
    """Functions of one name, whose modules and bytes are gone."""
    codes = [loaded(bytes(machine_code(adding(number))), "run", ARGUMENTS) for number in (1, 10, 100)]
    gc.collect()
    total = np.zeros(1, np.int64)
    for code in codes:
        code(total.ctypes.data, 0, 0, 0, 0, 0)
    assert total[0] == 111


def test_a_kept_object_file_is_as_good_as_a_new_one(tmp_path):
    path = tmp_path / "code"
    path.write_bytes(machine_code(adding(5)))
    total = np.ones(1, np.int64)
    loaded(path.read_bytes(), "run", ARGUMENTS)(total.ctypes.data, 0, 0, 0, 0, 0)
    assert total[0] == 6


def test_other_python_threads_run_while_a_loop_does():
    """`run` waits for memory that another thread of Python's changes."""
    module = ir.Module("test")
    function = ir.Function(module, ir.FunctionType(VOID, [POINTER, *[I64] * 5]), "run")
    b = ir.IRBuilder(function.append_basic_block("entry"))
    wait, after = b.append_basic_block("wait"), b.append_basic_block("after")
    b.branch(wait)
    b.position_at_end(wait)
    turns = b.phi(I64)
    turns.add_incoming(I64(0), function.entry_basic_block)
    more = b.add(turns, I64(1))
    turns.add_incoming(more, wait)
    changed = b.icmp_signed("!=", b.load_atomic(function.args[0], "acquire", 8, typ=I64), I64(0))
    b.cbranch(b.or_(changed, b.icmp_signed(">", more, I64(10**10))), after, wait)
    b.position_at_end(after)
    b.ret_void()
    code, flag = loaded(machine_code(module), "run", ARGUMENTS), np.zeros(1, np.int64)
    worker = threading.Thread(target=code, args=(flag.ctypes.data, 0, 0, 0, 0, 0), daemon=True)
    worker.start()
    flag[0] = 1
    worker.join(5)
    assert not worker.is_alive()


def test_what_is_no_program_is_refused():
    module = adding(1)
    function = ir.Function(module, ir.FunctionType(I64, []), "wrong")
    function.append_basic_block("entry")  # without an end
    with pytest.raises(RuntimeError):
        machine_code(module)


def undefined(content):
    """The names that an object file (ELF, 64 bits, little-endian) needs from elsewhere."""
    assert content[:5] == b"\x7fELF\x02"
    start, size, count = struct.unpack_from("<Q", content, 40)[0], *struct.unpack_from("<HH", content, 58)
    sections = [struct.unpack_from("<IIQQQQIIQQ", content, start + size * i) for i in range(count)]
    names = set()
    for _, kind, _, _, offset, length, link, _, _, _ in sections:
        if kind == 2:  # a table of symbols; `link` is the section with their names
            for place in range(offset + 24, offset + length, 24):  # the first one is empty
                name, _, _, section = struct.unpack_from("<IBBH", content, place)
                if section == 0:
                    text = sections[link][4] + name
                    names.add(content[text : content.index(b"\0", text)].decode())
    return names


@pytest.mark.parametrize(
    "system", ["x86_64-pc-windows-msvc-elf", "aarch64-unknown-linux-gnu", "x86_64-unknown-linux-gnu"]
)
def test_code_for_another_system_needs_only_functions_that_are_lent_to_it(system, monkeypatch):
    monkeypatch.setattr("bprop.engines.native.emit.gate.triple", lambda: system)  # its own instruction for waiting
    binding.initialize_all_targets()
    binding.initialize_all_asmprinters()
    assert undefined(machine_code(program(), system)) <= {*NAMES, *YIELDS}


def test_the_format_of_windows_itself_would_need_what_no_library_has():
    """The reason for ELF: if this fails, LLVM has changed, and `loadable` may be needless."""
    assert b"_fltused" in machine_code(program(), "x86_64-pc-windows-msvc")
