"""Rows that are kept, in memory or in files."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.batches import kept


def test_rows_are_kept_in_memory_or_in_files(cut, table):
    for most, in_memory in ((None, True), (0, False), (900, False)):
        data = kept(cut(7), np.float64, most)
        assert data.in_memory is in_memory
        for name, array in table.items():
            np.testing.assert_array_equal(data.arrays[name], array)


def test_arrays_that_are_used_again_by_a_generator_are_copied(table):
    room = {name: array[:7].copy() for name, array in table.items()}

    def reused():
        for i in range(0, 49, 7):
            for name, array in table.items():
                room[name][:] = array[i : i + 7]
            yield room

    np.testing.assert_array_equal(kept(reused(), np.float64).arrays["x"], table["x"][:49])


def test_nothing_is_refused():
    with pytest.raises(errors.DataError, match="there is no batch: the iterable is empty"):
        kept([], np.float64)


def test_a_generator_is_read_once_and_trains_for_many_epochs(graph, cut, table, same, settings):
    of = {**settings, "engine": "numpy"}
    assert same(bp.train(graph, cut(10), **of), bp.train(graph, table, **of))
    fit = bp.train(graph, cut(10), **{**of, "batch_size": None})
    assert fit.settings["batch_size"] == 10


def test_a_generator_that_gives_the_same_rows_again_is_resumed_exactly(graph, cut, same, settings, tmp_path):
    of, place = {**settings, "engine": "numpy"}, tmp_path / "c.checkpoint"
    bp.train(graph, cut(10), checkpoint=place, **of)
    resumed = bp.train(graph, cut(10), resume=place, **{**of, "epochs": 4})
    assert same(resumed, bp.train(graph, cut(10), **{**of, "epochs": 4}))
    with pytest.raises(errors.ModelFileError, match=r"checksum of the data|examples was"):
        bp.train(graph, cut(10, start=10), resume=place, **{**of, "epochs": 4})
