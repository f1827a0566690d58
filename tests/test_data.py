"""The order of the examples, and what is held out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bprop import errors
from bprop.data import DataSet, batch_order, split

counts = st.integers(1, 300)
seeds = st.integers(0, 2**63)


# --- DataSet ---


def test_the_length_of_a_set_is_its_number_of_examples():
    assert len(DataSet({"x": np.zeros((5, 3)), "y": np.zeros(5)})) == 5


def test_rows_are_taken_from_all_arrays_and_the_weights():
    data = DataSet({"x": np.arange(10).reshape(5, 2), "y": np.arange(5)}, np.arange(5) / 10)
    part = data.rows([3, 0])
    np.testing.assert_array_equal(part.arrays["x"], [[6, 7], [0, 1]])
    np.testing.assert_array_equal(part.arrays["y"], [3, 0])
    np.testing.assert_array_equal(part.weights, [0.3, 0.0])
    assert len(part) == 2


def test_a_part_of_a_part_knows_its_rows_in_the_whole():
    data = DataSet({"x": np.arange(10)})
    assert data.numbers is None
    part = data.rows([9, 7, 5, 3]).rows([2, 0])
    np.testing.assert_array_equal(part.numbers, [5, 9])
    np.testing.assert_array_equal(part.arrays["x"], part.numbers)


def test_rows_of_a_set_without_weights_have_none():
    assert DataSet({"x": np.arange(3)}).rows([1]).weights is None


def test_the_mean_weight_is_taken_in_double_precision():
    weights = np.random.default_rng(0).uniform(size=1001).astype(np.float32)
    data = DataSet({"x": np.zeros(1001)}, weights)
    assert data.mean_weight == weights.astype(np.float64).mean() != weights.mean()
    assert type(data.mean_weight) is float
    assert DataSet({"x": np.zeros(3)}).mean_weight is None


# --- batch_order ---


@given(counts, seeds, st.integers(0, 10_000))
def test_an_order_is_a_permutation_and_a_function_of_seed_and_epoch(count, seed, epoch):
    order = batch_order(count, seed, epoch)
    np.testing.assert_array_equal(np.sort(order), np.arange(count))
    np.testing.assert_array_equal(batch_order(count, seed, epoch), order)


def test_epochs_and_seeds_have_orders_of_their_own():
    orders = [batch_order(50, seed, epoch) for seed in (0, 1, 2) for epoch in (0, 1, 2)]
    assert len({tuple(order) for order in orders}) == 9


def test_without_shuffling_the_order_is_the_files():
    np.testing.assert_array_equal(batch_order(7, seed=3, epoch=9, shuffle=False), np.arange(7))


@pytest.mark.parametrize("shuffle", [True, False])
def test_an_order_is_narrow_enough_for_every_device(shuffle):
    assert batch_order(10, 0, 0, shuffle).dtype == np.int32


@pytest.mark.parametrize("shuffle", [True, False])
def test_a_set_is_visited_in_the_order_of_its_length(shuffle):
    data = DataSet({"x": np.zeros(7)})
    np.testing.assert_array_equal(data.order(3, 2, shuffle), batch_order(7, 3, 2, shuffle))
    np.testing.assert_array_equal(data.order(3, 2), batch_order(7, 3, 2, shuffle=True))
    assert data.in_memory
    assert data.arrangement is None
    assert list(data.cuts()) == [slice(0, 7)]


# --- split ---


@given(st.integers(2, 300), st.floats(0.01, 0.99), seeds)
def test_a_split_parts_the_rows(count, share, seed):
    if not 0 < round(count * share) < count:
        with pytest.raises(errors.SettingError):
            split(count, share, seed)
        return
    kept, held = split(count, share, seed)
    assert len(held) == round(count * share)
    np.testing.assert_array_equal(np.sort(np.concatenate([kept, held])), np.arange(count))
    for part in (kept, held):
        assert (np.diff(part) > 0).all()


def test_a_split_is_a_function_of_the_seed():
    one, two, other = (split(100, 0.3, seed)[1] for seed in (4, 4, 5))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)


@given(st.lists(st.integers(0, 4), min_size=2, max_size=200), st.floats(0.05, 0.95), seeds)
def test_with_labels_every_class_is_held_out_alike(labels, share, seed):
    labels = np.array(labels)
    count = len(labels)
    if not 0 < round(count * share) < count:
        return
    kept, held = split(count, share, seed, labels)
    assert len(held) == round(count * share)
    np.testing.assert_array_equal(np.sort(np.concatenate([kept, held])), np.arange(count))
    true_share = len(held) / count
    for label in np.unique(labels):
        members = (labels == label).sum()
        # each class is within one example of its share, but for what the others' rounding shifts the cut by
        assert abs((labels[held] == label).sum() - true_share * members) < 2 + members / count * 5


@pytest.mark.parametrize("seed", range(5))
def test_classes_of_very_different_sizes_are_held_out_by_the_same_share(seed):
    labels = np.repeat([0, 1, 2], [160, 30, 10])
    _, held = split(200, 0.5, seed, labels)
    assert np.abs(np.bincount(labels[held]) - [80, 15, 5]).max() <= 1


def test_labels_of_any_kind_will_do():
    labels = np.array(["a", "b"] * 20)
    _, held = split(40, 0.25, 0, labels)
    assert sorted(labels[held]) == ["a"] * 5 + ["b"] * 5


def test_with_labels_rows_are_still_held_out_at_random():
    labels = np.repeat([0, 1], 50)
    assert len({tuple(split(100, 0.1, seed, labels)[1]) for seed in range(10)}) == 10


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, 1.5, 0.001, 0.999, float("nan")])
def test_a_share_that_leaves_a_part_empty_is_refused(share):
    with pytest.raises(errors.SettingError, match="hold out"):
        split(10, share, 0)


def test_the_mean_weight_is_that_of_all_examples():
    assert DataSet({"x": np.zeros(3)}).mean_weight is None
    assert DataSet({"x": np.zeros(4)}, np.array([0, 1, 2, 3], np.float32)).mean_weight == 1.5


def test_weights_whose_sum_is_beyond_all_numbers_have_no_finite_mean():
    assert DataSet({"x": np.zeros(3)}, np.full(3, 1.7e308)).mean_weight == np.inf
