"""Functions of the C library: found before anything is compiled, too."""

import os
import subprocess
import sys

import pytest

pytest.importorskip("llvmlite")

from bprop.engines.native.emit.symbols import address_of

FIRST = "from bprop.engines.native.emit.symbols import address_of; print(bool(address_of('sched_yield')))"


@pytest.mark.skipif(not hasattr(os, "sched_yield"), reason="no such function here")
def test_a_function_is_found_in_a_process_that_has_compiled_nothing():
    """Else the first code of a process would wait without letting others run, and be kept for later processes."""
    done = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, timeout=300)
    assert done.stdout == "True\n", done.stderr


def test_what_is_not_there_has_no_address():
    assert address_of("no_function_has_this_name") is None
