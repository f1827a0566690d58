"""Training that is killed at random moments, inside writes too, and resumed each time, is the run never killed.

BPROP_KILLS says how often it is killed on each engine (default 3): `BPROP_KILLS=50 pytest tests/training/test_kill.py`.
"""

import json
import os
import random
import signal
import subprocess
import sys
from importlib.util import find_spec
from threading import Timer

import pytest

import bprop as bp
from bprop.disk.unfinished import UNFINISHED

KILLS = int(os.environ.get("BPROP_KILLS", "3"))
ENGINES = {"numpy": "numpy", "xla": "jax", "native": "llvmlite"}

RUN = """
import sys, time
import numpy as np
import bprop as bp
from bprop.disk.unfinished import UNFINISHED

engine, epochs, every, folder, out = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5]
x, y = bp.Input("x", (4,)), bp.Input("y", (), dtype="int")
W1, b1, W2, b2 = (bp.Parameter(n, s) for n, s in {"W1": (4, 6), "b1": (6,), "W2": (6, 3), "b2": (3,)}.items())
f = bp.softmax(bp.linear(bp.dropout(bp.tanh(bp.linear(x, W1, b1)), 0.3), W2, b2))
graph = bp.Graph(loss=bp.nll(f, y), penalty=1e-3 * bp.l2(W1, W2), outputs={"f": f})
rng = np.random.default_rng(0)
data = {"x": rng.normal(size=(40, 4)), "y": rng.integers(3, size=40)}
rule = bp.SGD(bp.schedules.cosine(0.2, 8 * epochs), momentum=0.9)
places = {} if folder == "none" else {"checkpoint": folder, "every": every, "resume": True}
fit = bp.train(
    graph, data, rule=rule, batch_size=4, epochs=epochs, seed=3, validation=0.2, patience=3 * epochs // 4,
    engine=engine, progress=False, callbacks=[lambda record, fit: time.sleep(0.01)] if places else [], **places,
)
print(fit.stopped, fit.best_epoch, fit.updates)
bp.save(out, fit)
"""


def start(tmp_path, *words):
    environment = {**os.environ, "BPROP_CACHE": str(tmp_path / "cache")}
    command = [sys.executable, "-c", RUN, *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def killed(process, folder, before, after):
    """Whether the process was killed so many seconds after it began to write what was not there before."""
    timer = None
    while process.poll() is None:
        if timer is None and set(os.listdir(folder)) != before:
            timer = Timer(after, lambda: process.send_signal(signal.SIGKILL))
            timer.start()
        try:
            process.wait(0.005)
        except subprocess.TimeoutExpired:
            continue
    if timer is not None:
        timer.cancel()
    out, complaint = process.communicate()
    assert process.returncode in (0, -signal.SIGKILL), complaint
    assert "Traceback" not in complaint
    return process.returncode == -signal.SIGKILL, out


def comparable(record):
    return {k: v for k, v in record.to_dict().items() if k not in ("seconds", "examples_per_second")}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("engine", ENGINES)
def test_a_run_killed_at_random_moments_is_the_run_never_killed(tmp_path, engine):
    if find_spec(ENGINES[engine]) is None:
        pytest.skip(f"{ENGINES[engine]} is not installed")
    epochs, folder, chance = 40 + 15 * KILLS, tmp_path / "run", random.Random(engine)
    folder.mkdir()
    whole = start(tmp_path, engine, epochs, "-", "none", tmp_path / "whole.bprop")
    expected, complaint = whole.communicate()
    assert whole.returncode == 0, complaint
    kills = unfinished = 0
    while kills < KILLS:
        every = chance.choice(["1steps", "3steps", "1epochs", "0.001s"])
        process = start(tmp_path, engine, epochs, every, folder, tmp_path / "resumed.bprop")
        died, said = killed(process, folder, set(os.listdir(folder)), chance.expovariate(1 / 0.03))
        assert died, f"finished after {kills} kills"
        kills += died
        unfinished += any(name.endswith(UNFINISHED) for name in os.listdir(folder))
    last = start(tmp_path, engine, epochs, "5epochs", folder, tmp_path / "resumed.bprop")
    said, complaint = last.communicate()
    assert last.returncode == 0, complaint
    assert said == expected
    one, two = bp.load(tmp_path / "whole.bprop"), bp.load(tmp_path / "resumed.bprop")
    assert {n: a.tobytes() for n, a in one.params.items()} == {n: a.tobytes() for n, a in two.params.items()}
    assert json.dumps([comparable(r) for r in one.history]) == json.dumps([comparable(r) for r in two.history])
    best, updates = bp.load(folder / "best.bprop"), one.history[-1].updates
    assert {n: a.tobytes() for n, a in one.params.items()} == {n: a.tobytes() for n, a in best.params.items()}
    assert sorted(os.listdir(folder))[-1] == f"step-{updates:012}.bprop"
    print(f"{engine}: {kills} kills, {unfinished} of them inside a write, {updates} updates")
