"""Processes end with the one that launched them, also where that was killed. The programs here train nothing."""

import os
import subprocess
import sys
import threading
import time

import pytest

from bprop.distributed.lifeline import LIFELINE, end_with_launcher, lifeline

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pipes are inherited by their number")
PROGRAM = """
import os, signal, sys, time
from pathlib import Path
from bprop.distributed import lifeline
k = os.environ["BPROP_PROCESS"]
lifeline.end_with_launcher()
assert lifeline.LIFELINE not in os.environ
"""
START = "from bprop.distributed.launch import Launch; Launch(2, ['program.py']).run()"


def wait_for(names, folder, text=""):
    """Wait until these files have that text."""
    end = time.monotonic() + 60
    while not all((folder / name).exists() and (folder / name).read_text() == text for name in names):
        assert time.monotonic() < end, names
        time.sleep(0.02)


def killed(folder, code):
    """Launch two processes of the program in a folder, and kill the one that launches when they are ready."""
    (folder / "program.py").write_text(PROGRAM + code)
    running = subprocess.Popen([sys.executable, "-c", START], cwd=folder)
    wait_for(["ready0", "ready1"], folder)
    running.kill()
    running.wait(60)


def test_processes_whose_launcher_was_killed_may_save_and_end(tmp_path):
    killed(
        tmp_path,
        "def stop(*_):\n    Path('saved' + k).write_text('whole'); sys.exit(143)\n"
        "signal.signal(signal.SIGTERM, stop)\nPath('ready' + k).touch()\ntime.sleep(60)\nPath('saved' + k).touch()",
    )
    wait_for(["saved0", "saved1"], tmp_path, "whole")


def test_a_process_that_does_not_stop_ends_all_the_same(tmp_path):
    killed(
        tmp_path,
        "lifeline.GRACE = 0.1\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "import subprocess\n"
        'watch = \'import sys; sys.stdin.read(); open("gone" + sys.argv[1], "w").write("gone")\'\n'
        "held = subprocess.Popen([sys.executable, '-c', watch, k], stdin=subprocess.PIPE)\n"
        "Path('ready' + k).touch()\ntime.sleep(60)\nheld.kill()",
    )
    wait_for(["gone0", "gone1"], tmp_path, "gone")


@pytest.mark.parametrize("value", ["", "0:1", "9999:1"])
def test_a_process_that_nobody_launched_is_not_watched(monkeypatch, value):
    monkeypatch.setenv(LIFELINE, value)
    end_with_launcher()
    assert LIFELINE not in os.environ
    assert "bprop-lifeline" not in [thread.name for thread in threading.enumerate()]


def test_the_pipe_is_closed_with_the_context():
    with lifeline() as (number, variable):
        assert variable[LIFELINE].startswith(f"{number}:")
    with pytest.raises(OSError, match=r"."):
        os.fstat(number)
