"""Where a run resumes from, and by what it is known that it is the same run."""

import os
from types import SimpleNamespace

import numpy as np
import pytest

from bprop import errors
from bprop.data import DataSet
from bprop.training.checkpoints import resume


def test_resuming_asks_for_a_place_only_where_it_is_not_said():
    assert resume.source_of(None, "here") is None
    assert resume.source_of(False, "here") is None
    assert resume.source_of("there", None) == "there"
    assert resume.source_of("there", "here") == "there"
    with pytest.raises(errors.SettingError, match="give checkpoint="):
        resume.source_of(True, None)


def test_resume_true_is_the_checkpoint_where_there_is_one(tmp_path):
    assert resume.source_of(True, tmp_path / "file") is None
    assert resume.source_of(True, tmp_path) is None  # a folder without checkpoints
    (tmp_path / "file").write_bytes(b"")
    assert resume.source_of(True, tmp_path / "file") == tmp_path / "file"
    (tmp_path / "step-000000000012.bprop").write_bytes(b"")
    assert resume.source_of(True, tmp_path) == tmp_path


def test_the_same_place_is_the_same_by_any_path(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "run")
    assert resume.same_place(tmp_path / "run", tmp_path / "x" / ".." / "run")
    assert resume.same_place(tmp_path / "link", tmp_path / "run")
    assert not resume.same_place(tmp_path / "run", tmp_path / "other")


def test_the_checksum_follows_every_value_of_every_array_and_their_order():
    def of(**arrays):
        weights = arrays.pop("weights", None)
        return resume.checksum_of(DataSet({name: np.asarray(array) for name, array in arrays.items()}, weights))

    rows = np.arange(2 * resume.PART + 3.0)
    other = [rows.copy() for _ in range(4)]
    for array, row in zip(other, (0, resume.PART - 1, resume.PART, -1), strict=True):
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
        resume.source_of(True, tmp_path / "run")


class Started:
    """A run that has the state of a rule with one array of this shape."""

    def __init__(self, shape):
        self.shape = shape

    def rule_arrays(self):
        return [np.zeros(self.shape)]

    def restore(self, params, arrays):
        del params, arrays


def saved(position):
    return SimpleNamespace(rule_arrays=[np.zeros(3)], params={}, position=position, stopping=None)


def test_the_state_of_another_rule_is_refused():
    with pytest.raises(errors.ModelFileError, match="the state of another rule: give the rule that it was made with"):
        resume.restore(saved({}), Started((2, 3)), SimpleNamespace(), None)


def test_a_position_that_is_none_is_called_damaged():
    with pytest.raises(errors.ModelFileError, match=r"the checkpoint's training state is damaged \(TypeError"):
        resume.restore(saved({"height": 3}), Started((3,)), SimpleNamespace(), None)
