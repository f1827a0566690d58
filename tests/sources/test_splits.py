"""How rows are divided: at random, in the order of a column, by groups, and into folds."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bprop import errors
from bprop.data import split
from bprop.sources.answer import Answer
from bprop.sources.formats.arrays import frame_of_arrays
from bprop.sources.frame import Frame
from bprop.sources.splits import TEST, TRAIN, VALIDATION, WHOLE, Parts, Split, class_numbers, part

shares = st.floats(0.05, 0.6)
seeds = st.integers(0, 2**32)
cells = st.lists(st.integers(0, 30), min_size=8, max_size=200)


def table(key, y=None):
    key = np.array(list(map(str, key)), object)
    y = np.array([str(k % 3) for k in range(len(key))], object) if y is None else np.array(y, object)
    return Frame("t", {"key": key, "y": y}, lambda row: f"t.csv, line {row + 2}", target=("y",))


def parts_or_none(rows, split, labels=None):
    """The parts; None where there are too few rows, groups or values for them."""
    try:
        return split.parts(rows, labels)
    except errors.SettingError as error:
        assert "hold out" in str(error) or "held out" in str(error) or "cannot be cut" in str(error)
        return None


def need_whole(parts, count):
    """Each row is in one part, the parts are in increasing order, and none is empty."""
    every = list(parts.there.values())
    np.testing.assert_array_equal(np.sort(np.concatenate(every)), np.arange(count))
    for one in every:
        assert len(one)
        assert (np.diff(one) > 0).all()


# --- shares ---


@pytest.mark.parametrize(("size", "share"), [(0, 0), (0.25, 0.25), (0.999, 0.999), (1, 0.025), (10, 0.25), (39, 0.975)])
def test_a_part_is_a_share_or_a_number(size, share):
    assert part(40, size, "--test") == pytest.approx(share)


@pytest.mark.parametrize("size", [-0.1, -3, 1.5, 40, 41, float("nan"), float("inf")])
def test_a_part_that_cannot_be(size):
    with pytest.raises(errors.SettingError, match=f"--test {size:g}: give a share in .* a whole number below 40"):
        Split(test=size).parts(table(range(40)))


@pytest.mark.parametrize(("test", "option"), [(0.2, "--test 0"), (0.0, "--validation 0")])
def test_too_few_rows_to_hold_out_a_share_say_what_to_type(test, option):
    rows = frame_of_arrays("t", np.zeros((2, 1)), np.arange(2), ("a",), "y")
    with pytest.raises(errors.SettingError, match=f"give more examples, or hold out none: {option}$"):
        Split(validation=0.1, test=test).parts(rows)


def test_a_negative_seed():
    with pytest.raises(errors.SettingError, match="--seed -1"):
        Split(seed=-1)


# --- at random ---


@given(st.integers(10, 200), shares, shares, seeds)
def test_rows_are_divided_at_random_the_test_first(count, test, validation, seed):
    rows = table(range(count))
    parts = parts_or_none(rows, Split(test, validation, seed))
    if parts is None:
        return
    need_whole(parts, count)
    rest, tested = split(count, test, seed)
    np.testing.assert_array_equal(parts.test, tested)
    np.testing.assert_array_equal(parts.validation, rest[split(len(rest), validation, seed + 1)[1]])
    assert len(parts.validation) == round(len(rest) * validation)


@pytest.mark.parametrize("size", [1, 0.2, 7, 39])
def test_a_number_of_rows_is_held_out(size):
    parts = Split(size, 0).parts(table(range(40)))
    need_whole(parts, 40)
    assert len(parts.test) == (size if size >= 1 else 8)


def test_each_class_is_held_out_alike():
    rows = table(range(100), ["a"] * 60 + ["b"] * 30 + ["c"] * 10)
    labels = class_numbers(rows, Answer.of(rows, ("y",)))
    assert np.bincount(labels[Split(0.2, 0).parts(rows, labels).test]).tolist() == [12, 6, 2]
    numbers = table(range(100), [f"{k}.5" for k in range(100)])
    assert class_numbers(numbers, Answer.of(numbers, ("y",))) is None


def test_the_parts_follow_from_the_seed():
    one, two, other = (Split(0.5, 0, seed).parts(table(range(40))).test for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)


def test_nothing_may_be_held_out():
    parts = WHOLE.parts(table([0, 1]))
    assert list(parts.there) == ["train"]
    np.testing.assert_array_equal(parts.train, [0, 1])
    np.testing.assert_array_equal(parts.but_for_test, [0, 1])


def test_the_part_of_each_row():
    parts = Parts(np.array([0, 3]), np.array([2]), np.array([1, 4]))
    assert parts.of_rows(5).tolist() == [TRAIN, TEST, VALIDATION, TRAIN, TEST]
    assert parts.but_for_test.tolist() == [0, 2, 3]


# --- in the order of a column ---


@given(cells, shares, st.one_of(st.just(0), shares))
def test_in_the_order_of_a_column_the_last_rows_are_the_test(key, test, validation):
    parts = parts_or_none(table(key), Split(test, validation, by="key"))
    if parts is None:
        return
    need_whole(parts, len(key))
    key = np.array(key)
    ordered = [key[one] for one in parts.there.values()]
    for before, after in pairwise(ordered):
        assert before.max() < after.min()


@given(st.permutations(range(60)), shares)
def test_without_ties_the_shares_are_those_that_are_asked_for(key, test):
    parts = Split(test, 0.25, by="key").parts(table(key))
    assert len(parts.test) == round(60 * test)
    left = 60 - len(parts.test)
    assert len(parts.validation) == left - round(left * 0.75)


@pytest.mark.parametrize("seed", [0, 1])
def test_an_order_leaves_nothing_to_the_seed(seed):
    assert Split(3, 0, seed, by="key").parts(table([5, 1, 9, 7, 3, 8])).test.tolist() == [2, 3, 5]


# --- by groups ---


@given(cells, shares, st.one_of(st.just(0), shares), seeds, st.booleans())
def test_no_group_is_in_two_parts(key, test, validation, seed, alike):
    labels = np.arange(len(key)) % 3 if alike else None
    parts = parts_or_none(table(key), Split(test, validation, seed, group="key"), labels)
    if parts is None:
        assert len(set(key)) < 3
        return
    need_whole(parts, len(key))
    key = np.array(key)
    assert sum(len(set(key[one])) for one in parts.there.values()) == len(set(key))


@pytest.mark.parametrize("seed", range(5))
def test_groups_are_held_out_by_the_share_of_their_rows(seed):
    sizes = np.random.default_rng(seed).integers(1, 12, size=150)
    key = np.repeat(np.arange(150), sizes)
    parts = Split(0.2, 0.25, seed, group="key").parts(table(key))
    assert abs(len(parts.test) - 0.2 * len(key)) <= 6
    assert abs(len(parts.validation) - 0.25 * (len(key) - len(parts.test))) <= 6


def test_the_groups_follow_from_the_seed():
    key = np.arange(90) // 3
    one, two, other = (Split(0.3, 0, seed, group="key").parts(table(key)).test for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)


# --- columns that do not do ---


@pytest.mark.parametrize("how", ["by", "group"])
def test_a_column_that_cannot_divide_rows_is_refused(how):
    option = {"by": "--split-by", "group": "--group"}[how]
    with pytest.raises(errors.SettingError, match=f"{option} y: this is the target"):
        Split(**{how: "y"}).parts(table(range(9)))
    with pytest.raises(errors.DataError, match="no column is called 'day'; there are: key, y"):
        Split(**{how: "day"}).parts(table(range(9)))
    arrays = frame_of_arrays("t", np.zeros((9, 1)), np.arange(9), ("key",), "y")
    with pytest.raises(errors.SettingError, match=f"{option} key: for tables with columns"):
        Split(**{how: "key"}).parts(arrays)


def test_rows_are_divided_by_one_column_alone():
    with pytest.raises(errors.SettingError, match="--split-by day and --group shop"):
        Split(by="day", group="shop")


def test_the_columns_that_are_no_inputs():
    assert Split(group="shop").apart({}, "w") == ("w", "shop")
    assert Split(group="shop").apart({"shop": "categorical"}, None) == ()
    assert Split(by="day").apart({}, None) == ()


# --- folds ---


@given(st.integers(12, 90), st.integers(2, 6), st.one_of(st.just(0), st.just(0.2)), seeds)
def test_each_row_is_tested_in_one_fold(count, folds, validation, seed):
    among = np.arange(2, count)
    labels = np.arange(count) % 3
    every = list(Split(0.2, validation, seed).folds(table(range(count)), among, folds, labels))
    assert len(every) == folds
    np.testing.assert_array_equal(np.sort(np.concatenate([parts.test for parts in every])), among)
    for parts in every:
        np.testing.assert_array_equal(np.sort(np.concatenate(list(parts.there.values()))), among)
        assert abs(len(parts.test) - len(among) / folds) < 1
        for label in range(3):
            members = (labels[among] == label).sum() / folds
            assert abs((labels[parts.test] == label).sum() - members) < 2


@given(st.lists(st.integers(0, 40), min_size=20, max_size=120), st.integers(2, 5), seeds)
def test_no_group_is_in_two_folds(key, folds, seed):
    among, rows = np.arange(len(key)), table(key)
    division = Split(0, 0, seed, group="key")
    if len(set(key)) < folds:
        with pytest.raises(errors.SettingError, match=f"--folds {folds}: there are .* groups of 'key'"):
            list(division.folds(rows, among, folds))
        return
    every = list(division.folds(rows, among, folds))
    np.testing.assert_array_equal(np.sort(np.concatenate([parts.test for parts in every])), among)
    assert sum(len({key[row] for row in parts.test}) for parts in every) == len(set(key))
    for parts in every:
        assert len(parts.test)
        assert not {key[row] for row in parts.test} & {key[row] for row in parts.train}


@given(st.permutations(range(50)), st.integers(2, 5))
def test_in_the_order_of_a_column_folds_train_on_all_that_was_before(key, folds):
    key = np.array(key)
    every = list(Split(0, 0, by="key").folds(table(key), np.arange(50), folds))
    assert len(every) == folds
    for parts in every:
        assert key[parts.train].max() + 1 == key[parts.test].min()
        assert key[parts.train].min() == 0
    assert key[every[-1].test].max() == 49
    assert [parts.train.size for parts in every] == sorted(parts.train.size for parts in every)


def test_the_folds_follow_from_the_seed():
    one, two, other = (
        [parts.test.tolist() for parts in Split(seed=seed).folds(table(range(40)), np.arange(40), 4)]
        for seed in (1, 1, 2)
    )
    assert one == two != other


@pytest.mark.parametrize("folds", [-1, 0, 1, 41])
def test_a_number_of_folds_that_cannot_be(folds):
    with pytest.raises(errors.SettingError, match=f"--folds {folds}: give a number from 2 to 40"):
        list(Split().folds(table(range(40)), np.arange(40), folds))


def test_too_few_values_for_the_folds_are_refused():
    with pytest.raises(errors.SettingError, match="40 rows with 2 different values cannot be cut into 4 parts"):
        list(Split(by="key").folds(table([k % 2 for k in range(40)]), np.arange(40), 3))
