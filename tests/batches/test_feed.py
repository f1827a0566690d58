"""A data set that is fed: a window of rows is in memory."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.batches import feed
from bprop.batches.feed import Feed
from bprop.batches.source import InMemory
from bprop.data import DataSet, batch_order


@pytest.fixture
def small(monkeypatch):
    """Windows of 8 batches."""
    monkeypatch.setattr(feed, "WINDOW_BYTES", 0)


def fed(table, graph, batch_size=2, **more):
    return Feed.of(InMemory(DataSet(table, **more)), graph, np.dtype("float32"), batch_size)


def test_the_window_holds_the_rows_that_are_visited_next(small, graph, table):
    data = fed(table, graph)
    assert (len(data), data.window, len(data.arrays["x"])) == (53, 16, 16)
    order, true = data.order(4, 1), batch_order(53, 4, 1)
    reader = data.reader(4, 1)
    assert reader.most == 16
    for start in range(0, 53, 16):
        stop = min(start + 16, 53)
        reader.reach(start, stop + 1 if stop == 53 else stop)
        np.testing.assert_array_equal(
            data.arrays["x"][order[start:stop]], table["x"][true[start:stop]].astype("float32")
        )
        np.testing.assert_array_equal(data.numbers[order[start:stop]], true[start:stop])


def test_a_small_set_has_a_small_window(graph, table):
    assert fed(table, graph, batch_size=7).window == 56
    assert fed(table, graph, batch_size=53).window == 53


@pytest.mark.parametrize(
    ("engine", "normalise"), [("numpy", None), ("native", None), ("native", "batch"), ("xla", "batch")]
)
def test_an_epoch_of_many_windows_is_the_same_to_the_bit(small, table, same, settings, engine, normalise):
    graph, of = bp.mlp([4, 5, 2], normalise=normalise), {**settings, "batch_size": 2, "engine": engine}
    for weights in (None, np.linspace(0.5, 2, 53))[engine == "xla" :]:
        plain = bp.train(graph, table, weights=weights, **of)
        assert same(bp.train(graph, table, weights=weights, augment=lambda batch, rng: batch, **of), plain)


def test_weights_go_with_their_rows(small, graph, table):
    data = fed(table, graph, weights=np.arange(1.0, 54.0))
    data.reader(0, 0, False).reach(0, 10)
    np.testing.assert_array_equal(data.weights[:10], np.arange(1, 11))
    assert data.mean_weight == 27.0


def test_whole_numbers_beyond_32_bits_and_floats_beyond_the_precision_are_refused(table):
    x, y = bp.Input("x", (4,)), bp.Input("n", dtype="int")
    graph = bp.Graph(loss=bp.sum(x, axis=1) * bp.Parameter("w", ()) + 0.0 * y)
    for name, value, message in (
        ("n", 2**40, "whole numbers beyond 32 bits"),
        ("x", 1e300, "becomes infinite in float32"),
    ):
        arrays = {"x": table["x"].copy(), "n": table["y"].astype(np.int64)}
        arrays[name][5] = value
        data = fed(arrays, graph, batch_size=2)
        with pytest.raises(errors.DataError, match=rf"^epoch 1, batch 2: input {name!r}: .*{message}"):
            data.reader(0, 0, False).reach(0, 16)


def test_it_is_measured_and_compared_by_the_set_that_it_is_fed_from(graph, table):
    data = fed(table, graph)
    assert data.whole.arrays["x"] is table["x"]
    assert list(data.cuts()) == []
    assert not data.in_memory
    np.testing.assert_array_equal(data.rows([3, 5]).arrays["x"], table["x"][[3, 5]])


def test_health_is_measured_on_rows_as_they_are(graph, table, cut, settings):
    of = {**settings, "engine": "numpy", "health": True, "shuffle": False}
    looks = [bp.train(graph, data, **of).history[-1].health for data in (table, lambda: cut(7))]
    assert looks[0] == looks[1]
