"""Rows in groups."""

import numpy as np
import pytest

from bprop import errors
from bprop.sources import groups as module
from bprop.sources.frame import Frame
from bprop.sources.groups import counts_of, group_codes, group_folds, held_groups


def rows_of(cells, dtype=object):
    return Frame("t", {"who": np.array(cells, dtype)}, lambda row: f"t.csv, line {row + 2}")


@pytest.mark.parametrize(
    ("cells", "dtype"),
    [
        (["bo", "al", "bo", "cy"], object),
        (["bo", " al", "bo ", "cy"], object),
        ([7, 3, 7, 9], np.int64),
        ([7.5, 3, 7.5, 9], float),
        (["2024-01-02", "2024-01-01", "2024-01-02", "2024-01-03"], "datetime64[D]"),
        ([True, False, True, True], bool),
    ],
)
def test_rows_with_the_same_cell_are_of_one_group(cells, dtype):
    assert group_codes(rows_of(cells, dtype), "who").tolist() == ([0, 1, 0, 0] if dtype is bool else [0, 1, 0, 2])


def test_a_missing_group_is_refused_with_a_count():
    with pytest.raises(errors.DataError, match=r"t.csv, line 3, column 'who': the group is missing, and so in 2 of 4"):
        group_codes(rows_of(["al", "", "bo", None]), "who")


def test_rows_are_counted_by_group_and_class(monkeypatch):
    codes, labels = np.array([0, 1, 1, 2]), np.array([1, 0, 0, 1])
    assert counts_of(codes, labels).tolist() == [[0, 1], [2, 0], [0, 1]]
    assert counts_of(codes, None).tolist() == [[1], [2], [1]]
    monkeypatch.setattr(module, "MOST_COUNTED", 5)
    assert counts_of(codes, labels).tolist() == [[1], [2], [1]]


def test_one_group_cannot_be_divided():
    with pytest.raises(errors.SettingError, match="there are 1 for 2 parts"):
        held_groups(np.zeros(9, int), 0.5, 0, None, "who")
    with pytest.raises(errors.SettingError, match=r"--group who: .* there are 2 for 3 parts: hold out fewer parts"):
        held_groups(np.array([0, 0, 1]), 0.5, 0, None, "who", left=2)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_groups_are_left_for_the_other_parts(share):
    codes = np.repeat(np.arange(3), 10)
    for seed in range(6):
        held = held_groups(codes, share, seed, None, "who", left=2)
        assert len(set(codes[~held])) == 2


@pytest.mark.parametrize(("share", "held"), [(0.01, 10), (0.2, 10), (0.8, 90), (0.99, 90)])
def test_of_two_groups_one_is_held_out(share, held):
    codes = np.repeat([0, 1], [10, 90])
    for seed in range(4):
        assert held_groups(codes, share, seed, None, "who").sum() == held


@pytest.mark.parametrize("seed", range(5))
def test_groups_of_one_class_each_are_held_out_alike(seed):
    codes = np.repeat(np.arange(100), 5)
    labels = (codes % 4 == 0) * 1
    held = held_groups(codes, 0.2, seed, labels, "who")
    assert np.bincount(labels[held]).tolist() == [75, 25]


def test_groups_are_held_out_by_their_share_even_where_a_group_is_all_of_a_class():
    codes = np.repeat(np.arange(10), 10)
    assert held_groups(codes, 0.2, 0, codes, "who").sum() == 20


def test_large_groups_are_held_out_as_often_as_small_ones():
    codes = np.concatenate([np.repeat(np.arange(10), 20), np.repeat(np.arange(10, 110), 2)])
    large = np.mean([held_groups(codes, 0.3, seed, None, "who")[:200].mean() for seed in range(60)])
    assert large == pytest.approx(0.3, abs=0.08)


@pytest.mark.parametrize("seed", range(3))
def test_folds_of_groups_are_alike_in_rows_and_classes(seed):
    sizes = np.random.default_rng(seed).integers(1, 9, size=60)
    codes = np.repeat(np.arange(60), sizes)
    labels = codes % 2
    fold = group_folds(codes, 4, seed, labels, "who")
    assert np.ptp(np.bincount(fold)) <= 3
    assert np.ptp(np.bincount(fold[labels == 1])) <= 4


def test_each_fold_has_a_group():
    codes = np.repeat(np.arange(4), [50, 1, 1, 1])
    assert set(group_folds(codes, 4, 0, None, "who")) == {0, 1, 2, 3}
