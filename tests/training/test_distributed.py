"""Two processes that train together: the losses of one, the same bits in both, and a run that is killed and goes on."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

import bprop as bp
from bprop.distributed import launch
from bprop.distributed.launch import Launch
from bprop.errors import LostProcessError, NonFiniteError, SettingError
from bprop.training.distributed import DistributedTrainer, leads

pytest.importorskip("jax")

TASK = """
import json, os, signal, sys, threading, time
from pathlib import Path
import numpy as np
import bprop as bp
from bprop.errors import SettingError

k = int(os.environ.get("BPROP_PROCESS", 0))
rng = np.random.default_rng(0)
X = rng.normal(size=(120, 4)).astype("float32")
data = {"x": X, "y": (X[:, 0] * X[:, 1] > 0).astype(int)}
network = bp.mlp([4, 6, 2], dropout=0.2, l2=1e-3)
common = dict(rule=bp.Adam(0.02), epochs=5, batch_size=16, validation=0.2, progress=False)
"""

TWO = (
    TASK
    + """
called = []
def stop(record):
    called.append(record.epoch)
    return record.epoch == 2

fit = bp.train(network, data, distributed=True, **common)
short = bp.train(network, data, distributed=True, callbacks=stop, **common)
np.savez(f"theta{k}.npz", **fit.params)
Path(f"facts{k}").write_text(json.dumps({
    "losses": [r.loss for r in fit.history], "validation": [r.validation["loss"] for r in fit.history],
    "reason": fit.engine_reason, "stopped": short.stopped, "epochs": len(short.history), "called": called,
}))
data["x"] = data["x"] + k
try:
    bp.train(network, data, distributed=True, **common)
except SettingError as error:
    Path(f"differ{k}").write_text(str(error))
"""
)

KILLED = (
    TASK
    + """
first = not Path("killed").exists()
def kill():
    while not sorted(Path("run").glob("step-*"))[-1:] > [Path("run/step-000000000005.bprop")]:
        time.sleep(0.002)
    Path("killed").touch()
    os.kill(os.getpid(), signal.SIGKILL)

if k == 1 and first:
    threading.Thread(target=kill, daemon=True).start()
slow = [lambda record: time.sleep(0.3)] if first else []
fit = bp.train(
    network, data, distributed=True, checkpoint="run/", every="1epochs", resume=True, callbacks=slow, **common
)
np.savez(f"theta{k}.npz", **fit.params)
"""
)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """run(text, restarts): (exit code, lines, folder) of a program in two processes."""

    def start(text, restarts=0):
        folder = tmp_path_factory.mktemp("together")
        (folder / "program.py").write_text(text)
        lines = []
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            patch.setattr(launch, "GRACE", 60.0)  # each process says by itself what went wrong
            return Launch(2, ["program.py"], restarts, lines.append).run(), lines, folder

    return start


@pytest.fixture(scope="module")
def two(run):
    return run(TWO)


def thetas(folder):
    return [dict(np.load(folder / f"theta{k}.npz")) for k in range(2)]


def facts(folder, k=0):
    return json.loads((folder / f"facts{k}").read_text())


def test_two_processes_have_the_losses_of_one_and_the_same_theta(two):
    _, _, folder = two
    here = {}
    exec(TASK, here)  # the same data and settings in this process
    one = bp.train(here["network"], here["data"], engine="numpy", **here["common"])
    assert facts(folder)["reason"] == "xla, on 2 devices of 2 processes"
    assert facts(folder)["losses"] == pytest.approx([record.loss for record in one.history], rel=1e-6)
    measured = [record.validation["loss"] for record in one.history]
    assert facts(folder)["validation"] == pytest.approx(measured, rel=1e-6)
    zero, first = thetas(folder)
    assert all(zero[name].tobytes() == first[name].tobytes() for name in one.params)


def test_a_callback_of_process_0_stops_both(two):
    _, _, folder = two
    for k, called in enumerate(([1, 2], [])):
        assert facts(folder, k)["stopped"] == "callback" and facts(folder, k)["epochs"] == 2
        assert facts(folder, k)["called"] == called


def test_other_data_in_a_process_is_refused_in_all(two):
    code, _, folder = two
    for k in range(2):
        assert "the processes differ in their data: all" in (folder / f"differ{k}").read_text()
    assert code == 1  # a process that has failed does not wait for the others


def test_a_run_whose_process_is_killed_ends_with_the_same_bits(run, two):
    code, lines, folder = run(KILLED, restarts=3)
    assert code == 0 and len(lines) == 1
    assert "started again (1 of at most 3 times)" in lines[0]
    undisturbed = thetas(two[2])[0]
    for theta in thetas(folder):
        assert all(theta[name].tobytes() == array.tobytes() for name, array in undisturbed.items())


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"engine": "numpy"}, "engine='numpy' computes in one process"),
        ({"augment": lambda batch, rng: batch}, "come anew in every process"),
        ({"distributed": 2}, "distributed is True or False, not 2"),
    ],
)
def test_what_cannot_be_distributed_is_refused(settings, says):
    data = {"x": np.eye(4), "y": np.arange(4) % 2}
    with pytest.raises(SettingError) as error:
        bp.train(bp.mlp([4, 2]), data, progress=False, **{"distributed": True, **settings})
    assert says in str(error.value)


def test_a_training_in_one_process_leads():
    assert leads(False)


@pytest.mark.parametrize(
    ("error", "raised", "left"),
    [
        (NonFiniteError("NaN"), NonFiniteError, []),  # every process ends so, and waits for the others
        (ValueError("mine"), ValueError, [1]),
        (ConnectionError("gone"), LostProcessError, [75]),
    ],
)
def test_a_process_that_fails_alone_does_not_wait_for_the_others(error, raised, left):
    codes = []
    engine = SimpleNamespace(is_loss=lambda one: isinstance(one, ConnectionError), leave=codes.append)
    trainer = SimpleNamespace(member=SimpleNamespace(leads=True))
    with pytest.raises(raised), DistributedTrainer._leaving(trainer, engine):
        raise error
    assert codes == left
