"""Where a checkpoint says that a run was: any place that a run can be at, and no other."""

import os

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.data import DataSet
from bprop.engines import Job
from bprop.model import Model
from bprop.record import Record
from bprop.training import checkpoint
from bprop.training.epoch import Position
from bprop.training.stopping import EarlyStopping

GRAPH = bp.Graph(loss=bp.square(bp.Input("x") * bp.Parameter("w", ())))
JOB = Job(GRAPH, bp.SGD(0.1), DataSet({"x": np.ones(6)}), 2, np.dtype("float64"), 0)  # 3 steps an epoch
SETTINGS = checkpoint.settings(JOB, True)
STOPPING = {"best_epoch": 1, "best_value": 0.5, "waited": 0}


def written(tmp_path, place, stopping=STOPPING, epochs=2):
    history = [Record(epoch + 1, 3 * (epoch + 1), 1.0, 0.0, 1.0) for epoch in range(epochs)]
    waiting = EarlyStopping(3)
    for key, value in stopping.items():
        setattr(waiting, key, value)
    position = Position(**({"epoch": 2, "step": 1, "updates": 7, "seconds": 0.5, "running": [[2.0, 3.0]]} | place))
    model = Model(GRAPH, {"w": np.ones(())}, history)
    checkpoint.write(tmp_path / "run", model, SETTINGS, position, [], waiting)
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
    saved = checkpoint.read(written(tmp_path, place), JOB, SETTINGS)
    assert saved.position == {"epoch": 2, "step": 1, "updates": 7, "seconds": 0.5, "running": [[2.0, 3.0]]} | place


@pytest.mark.parametrize("stopping", [{"best_value": None}, {"waited": 5}, {"best_epoch": 0}])
def test_a_wait_that_can_be_is_read(tmp_path, stopping):
    saved = checkpoint.read(written(tmp_path, {}, STOPPING | stopping), JOB, SETTINGS)
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
    with pytest.raises(errors.ModelFileError, match="does not say where a run was"):
        checkpoint.read(written(tmp_path, place), JOB, SETTINGS)


@pytest.mark.parametrize(
    "stopping", [{"best_epoch": -1}, {"best_epoch": 1.0}, {"waited": -1}, {"waited": None}, {"best_value": "0.5"}]
)
def test_a_wait_that_cannot_be_is_refused(tmp_path, stopping):
    with pytest.raises(errors.ModelFileError, match="does not say where a run was"):
        checkpoint.read(written(tmp_path, {}, STOPPING | stopping), JOB, SETTINGS)


def test_resuming_asks_for_a_place_only_where_it_is_not_said():
    assert checkpoint.source_of(None, "here") is None
    assert checkpoint.source_of(False, "here") is None
    assert checkpoint.source_of("there", None) == "there"
    assert checkpoint.source_of("there", "here") == "there"
    with pytest.raises(errors.SettingError, match="give checkpoint="):
        checkpoint.source_of(True, None)


def test_resume_true_is_the_checkpoint_where_there_is_one(tmp_path):
    assert checkpoint.source_of(True, tmp_path / "file") is None
    assert checkpoint.source_of(True, tmp_path) is None  # a folder without checkpoints
    (tmp_path / "file").write_bytes(b"")
    assert checkpoint.source_of(True, tmp_path / "file") == tmp_path / "file"
    (tmp_path / "step-000000000012.bprop").write_bytes(b"")
    assert checkpoint.source_of(True, tmp_path) == tmp_path


def test_a_folder_without_a_checkpoint_says_so(tmp_path):
    with pytest.raises(errors.ModelFileError, match="there is no checkpoint in this folder"):
        checkpoint.read(tmp_path, JOB, SETTINGS)


def test_the_same_place_is_the_same_by_any_path(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "run")
    assert checkpoint.same_place(tmp_path / "run", tmp_path / "x" / ".." / "run")
    assert checkpoint.same_place(tmp_path / "link", tmp_path / "run")
    assert not checkpoint.same_place(tmp_path / "run", tmp_path / "other")


def test_the_checksum_follows_every_value_of_every_array_and_their_order():
    def of(**arrays):
        weights = arrays.pop("weights", None)
        return checkpoint.checksum(DataSet({name: np.asarray(array) for name, array in arrays.items()}, weights))

    rows = np.arange(2 * checkpoint.PART + 3.0)
    other = [rows.copy() for _ in range(4)]
    for array, row in zip(other, (0, checkpoint.PART - 1, checkpoint.PART, -1), strict=True):
        array[row] += 1
    sums = [of(x=rows), *(of(x=array) for array in other), of(x=rows[::-1]), of(x=rows[:-1]), of(x=rows, y=rows + 2)]
    sums += [of(x=rows, weights=rows), of(x=rows, weights=rows + 1)]
    assert len(set(sums)) == len(sums)
    assert of(x=rows) == of(x=rows.copy())


def test_resume_true_does_not_begin_anew_where_it_may_not_look(tmp_path, monkeypatch):
    def refused(path):
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "stat", refused)
    with pytest.raises(errors.UnreadableError, match="cannot be read: permission denied"):
        checkpoint.source_of(True, tmp_path / "run")
