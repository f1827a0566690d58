"""Processes of `bprop launch` that are killed: a planted loss is noticed. The program here trains nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the processes to kill are those of POSIX")
ROOT = Path(__file__).parents[1]
PROGRAM = """
import os, sys, time
from pathlib import Path
if os.environ["BPROP_PROCESS"] == "0":
    starts = Path("starts")
    starts.write_text(starts.read_text() + "x" if starts.exists() else "x")
    Path("run").mkdir(exist_ok=True)
    Path("run", f"step-{len(starts.read_text())}.bprop").touch()
    import bprop as bp
    graph = bp.mlp([2, 2])
    bp.save(sys.argv[1], bp.Model(graph, graph.init(seed=len(starts.read_text()))))
    time.sleep(0 if sys.argv[1] == "whole.bprop" or len(starts.read_text()) > 2 else 60)
time.sleep(0 if sys.argv[1] == "whole.bprop" else 1)
"""


def test_a_run_that_differs_after_a_kill_is_noticed(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(ROOT))
    from fuzz import launched

    (tmp_path / "program.py").write_text(PROGRAM)
    start = "import sys; from bprop.distributed.launch import Launch; sys.exit(Launch(2, sys.argv[1:], 3).run())"

    def launch(folder, out):
        return subprocess.Popen([sys.executable, "-c", start, "program.py", out], cwd=folder)

    monkeypatch.setattr(launched, "launch", launch)
    (tmp_path / "words.txt").touch()
    kills = launched.Launched(tmp_path, seed=3)
    kills.run(most=1)
    assert kills.problems == ["a run that was killed is another"]
    assert kills.counts["runs compared"] == 1
    assert sum(kills.counts.values()) == 2


def test_the_processes_that_a_process_has_started(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    from fuzz import launched

    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        started = launched.children(os.getpid())
        process.communicate(b"\n")
    assert process.pid in started
    assert os.getpid() not in started and os.getppid() not in started
    assert process.pid not in launched.children(os.getpid())
