"""Functions of the C library: found before anything is compiled, too."""

import ctypes
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

pytest.importorskip("llvmlite")

from bprop.engines.native.emit.symbols import address_of, lend

FIRST = "from bprop.engines.native.emit.symbols import address_of; print(bool(address_of('sched_yield')))"


@pytest.mark.skipif(not hasattr(os, "sched_yield"), reason="no such function here")
def test_a_function_is_found_in_a_process_that_has_compiled_nothing():
    """Else the first code of a process would wait without letting others run, and be kept for later processes."""
    done = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, timeout=300)
    assert done.stdout == "True\n", done.stderr


def test_what_is_not_there_has_no_address():
    assert address_of("no_function_has_this_name") is None


def test_a_function_of_a_library_that_llvm_does_not_search_is_lent(monkeypatch):
    lent, library = {}, SimpleNamespace(powf=ctypes.CFUNCTYPE(ctypes.c_float)(lambda: 0.0))
    monkeypatch.setattr("ctypes.CDLL", lambda name: {"ucrtbase": library}[name] if name == "ucrtbase" else missing())
    monkeypatch.setattr("bprop.engines.native.emit.symbols.binding.add_symbol", lent.__setitem__)
    monkeypatch.setattr("bprop.engines.native.emit.symbols.binding.address_of_symbol", lent.get)

    def missing():
        raise OSError("no such library")

    lend(["none", "ucrtbase"], ["powf", "expf"])
    assert lent == {"powf": ctypes.cast(library.powf, ctypes.c_void_p).value}
