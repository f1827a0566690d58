"""The rows that each network of an ensemble watches."""

import numpy as np
import pytest

from bprop.data import DataSet
from bprop.sources.opening import open_rows
from bprop.sources.pool import Pool
from bprop.sources.splits import Split


@pytest.fixture
def rows(tmp_path):
    lines = [f"{k},{k % 3},g{k // 4},{'ab'[k % 2]}" for k in range(80)]
    (tmp_path / "t.csv").write_text("\n".join(["x,z,group,y", *lines]) + "\n")
    return open_rows(str(tmp_path / "t.csv"))


def pool_of(rows, **settings):
    split = Split(**{"test": 0.25, "validation": 0.1, "seed": 3, **settings})
    labels = np.arange(len(rows)) % 2
    parts = split.parts(rows, labels)
    return Pool.of(split, rows, parts, labels), parts


def sets_of(parts):
    """The two sets of the split, whose x is the number of the row."""
    return [DataSet({"x": n * 1.0, "y": n % 2}, n + 0.5, n) for n in (parts.train, parts.validation)]


def test_the_first_network_watches_the_validation_of_the_split(rows):
    pool, parts = pool_of(rows)
    np.testing.assert_array_equal(pool.among[pool.validations(3)[0]], parts.validation)


def test_networks_watch_different_rows_each_class_alike_and_none_of_the_test(rows):
    pool, parts = pool_of(rows)
    watched = [pool.among[held] for held in pool.validations(6)]
    assert all(len(held) == len(parts.validation) for held in watched)
    assert len(set(np.concatenate(watched).tolist())) == 6 * len(parts.validation)
    assert not set(np.concatenate(watched).tolist()) & set(parts.test.tolist())
    assert all(abs((held % 2).mean() - 0.5) <= 1 / len(held) for held in watched)


def test_more_networks_than_folds_watch_rows_of_a_further_round(rows):
    pool, _ = pool_of(rows, validation=0.4)
    watched = [tuple(held) for held in pool.validations(7)]
    assert len(set(watched)) == 7
    assert len({len(held) for held in watched}) == 1


def test_the_rows_of_a_group_are_watched_together(rows):
    pool, _ = pool_of(rows, group="group")
    watched = [pool.among[held] for held in pool.validations(5)]
    assert len({tuple(held) for held in watched}) > 1
    for held in watched:
        assert len(held) % 4 == 0
        assert all(np.isin(np.arange(k, k + 4), held).all() for k in held[held % 4 == 0])


def test_in_the_order_of_a_column_all_networks_watch_the_same(rows):
    assert pool_of(rows, by="x")[0] is None


def test_without_validation_rows_there_is_no_pool(rows):
    assert pool_of(rows, validation=0.0)[0] is None


def test_the_sets_of_a_network_are_all_rows_of_the_pool(rows):
    pool, parts = pool_of(rows)
    made = pool.sets(*sets_of(parts), 4)
    for (train, held), watched in zip(made, pool.validations(4), strict=True):
        np.testing.assert_array_equal(held.arrays["x"], pool.among[watched])
        np.testing.assert_array_equal(np.union1d(train.numbers, held.numbers), pool.among)
        for part in (train, held):
            np.testing.assert_array_equal(part.arrays["x"], part.numbers)
            np.testing.assert_array_equal(part.weights, part.numbers + 0.5)
    trained = np.concatenate([train.numbers for train, _ in made])
    assert (np.bincount(trained, minlength=80)[pool.among] >= 3).all()


def test_rows_that_all_weigh_nothing_are_not_watched_alone(rows):
    pool, parts = pool_of(rows)
    held = pool.among[pool.validations(2)[1]]
    train, validation = (
        DataSet(part.arrays, 1.0 * ~np.isin(part.numbers, held), part.numbers) for part in sets_of(parts)
    )
    sets = pool.sets(train, validation, 2)
    assert sets[1] == sets[0]


def test_networks_share_the_sets_where_copies_would_take_too_much_memory(rows, monkeypatch):
    pool, parts = pool_of(rows)
    monkeypatch.setenv("BPROP_DATA_MEMORY", "1K")
    sets = sets_of(parts)
    assert all(train is sets[0] and held is sets[1] for train, held in pool.sets(*sets, 4))
