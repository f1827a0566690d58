"""Where a checkpoint says that a run was: any place that a run can be at, and no other."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.data import DataSet
from bprop.engines import Job
from bprop.model import Model
from bprop.record import Record
from bprop.training.checkpoints import file, resume
from bprop.training.epoch import Position
from bprop.training.stopping import EarlyStopping

GRAPH = bp.Graph(loss=bp.square(bp.Input("x") * bp.Parameter("w", ())))
JOB = Job(GRAPH, bp.SGD(0.1), DataSet({"x": np.ones(6)}), 2, np.dtype("float64"), 0)  # 3 steps an epoch
SETTINGS = resume.fingerprint(JOB, True)
STOPPING = {"best_epoch": 1, "best_value": 0.5, "waited": 0}


def written(tmp_path, place, stopping=STOPPING, epochs=2):
    history = [Record(epoch + 1, 3 * (epoch + 1), 1.0, 0.0, 1.0) for epoch in range(epochs)]
    waiting = EarlyStopping(3)
    for key, value in stopping.items():
        setattr(waiting, key, value)
    position = Position(**({"epoch": 2, "step": 1, "updates": 7, "seconds": 0.5, "running": [[2.0, 3.0]]} | place))
    model = Model(GRAPH, {"w": np.ones(())}, history)
    file.write(tmp_path / "run", model, SETTINGS, position, [], waiting)
    return tmp_path / "run"


@pytest.mark.parametrize(
    "place",
    [
        {},
        {"step": 3, "updates": 9},
        {"step": 0, "updates": 6, "running": None},
        {"step": 0, "updates": 6, "running": []},
        {"seconds": 0},
        {"running": [[2, 3.5], [0.0, 0.0]]},
    ],
)
def test_a_place_that_a_run_can_be_at_is_read(tmp_path, place):
    saved = resume.load(written(tmp_path, place), JOB, SETTINGS)
    assert saved.position == {"epoch": 2, "step": 1, "updates": 7, "seconds": 0.5, "running": [[2.0, 3.0]]} | place


@pytest.mark.parametrize("stopping", [{"best_value": None}, {"waited": 5}, {"best_epoch": 0}])
def test_a_wait_that_can_be_is_read(tmp_path, stopping):
    saved = resume.load(written(tmp_path, {}, STOPPING | stopping), JOB, SETTINGS)
    assert saved.stopping == STOPPING | {"monitor": "loss"} | stopping


@pytest.mark.parametrize(
    "place",
    [
        {"epoch": 1},
        {"epoch": 3},
        {"epoch": 2.0},
        {"epoch": -2},
        {"step": 4, "updates": 10},
        {"step": -1, "updates": 5},
        {"step": True},
        {"updates": 8},
        {"updates": 7.0},
        {"seconds": "0.5"},
        {"seconds": None},
        {"running": None},
        {"running": []},
        {"running": [["2.0", 3.0]]},
        {"running": [2.0, 3.0]},
        {"step": 0, "updates": 6},
    ],
)
def test_a_place_that_no_run_can_be_at_is_refused(tmp_path, place):
    with pytest.raises(errors.ModelFileError, match="its position in training is missing or impossible"):
        resume.load(written(tmp_path, place), JOB, SETTINGS)


@pytest.mark.parametrize(
    "stopping", [{"best_epoch": -1}, {"best_epoch": 1.0}, {"waited": -1}, {"waited": None}, {"best_value": "0.5"}]
)
def test_a_wait_that_cannot_be_is_refused(tmp_path, stopping):
    with pytest.raises(errors.ModelFileError, match="its position in training is missing or impossible"):
        resume.load(written(tmp_path, {}, STOPPING | stopping), JOB, SETTINGS)


def test_a_folder_without_a_checkpoint_says_so(tmp_path):
    with pytest.raises(errors.ModelFileError, match="there is no checkpoint in this folder"):
        resume.load(tmp_path, JOB, SETTINGS)
