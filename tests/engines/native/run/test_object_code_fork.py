"""A process that is forked while another thread is in LLVM compiles as any other."""

import os
import subprocess
import sys

import pytest

SCRIPT = """
import os, sys, threading, time
import numpy as np
import bprop as bp
from llvmlite.binding import ffi

data = {"x": np.random.default_rng(0).normal(size=(20, 3)), "y": np.arange(20) % 2}

def train(hidden):
    bp.train(bp.mlp([3, hidden, 2]), data, engine="native", batch_size=4, epochs=1, progress=False)

train(3)
inside, forking = threading.Event(), threading.Event()
os.register_at_fork(before=forking.set)

def compile_for_long():
    with ffi.lib._lock:
        inside.set()
        forking.wait()
        time.sleep(0.5)

thread = threading.Thread(target=compile_for_long)
thread.start()
inside.wait()
child = os.fork()
if child == 0:
    train(4)
    os._exit(7)
thread.join()
train(5)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_fork_waits_until_no_thread_is_in_llvm():
    command = [sys.executable, "-W", "ignore", "-c", SCRIPT]  # Python warns of forks beside threads
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, process_group=0) as ran:
        try:
            out, err = ran.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(ran.pid, 9)
            pytest.fail("the forked process waits for a thread that it does not have")
    assert (out, err) == ("7\n", "")
