"""The order of an epoch over pages and windows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bprop.mapped.order import PAGE_BYTES, ROWS, WINDOW_BYTES, Pages

pages = st.builds(Pages, st.integers(1, 500), st.integers(1, 40), st.integers(1, 9))


@given(pages, st.integers(0, 2**40), st.integers(0, 1000), st.booleans())
def test_every_row_is_visited_once_an_epoch(cut, seed, epoch, shuffle):
    order = cut.epoch(seed, epoch, shuffle).order()
    assert order.dtype == np.int32
    np.testing.assert_array_equal(np.sort(order), np.arange(cut.rows))


@given(pages, st.integers(0, 2**40), st.integers(0, 1000))
def test_an_order_is_a_function_of_seed_and_epoch(cut, seed, epoch):
    np.testing.assert_array_equal(cut.epoch(seed, epoch).order(), cut.epoch(seed, epoch).order())


@given(pages, st.integers(0, 99), st.booleans())
def test_the_rows_of_a_window_are_those_of_its_pages(cut, seed, shuffle):
    epoch = cut.epoch(seed, 0, shuffle)
    order, start = epoch.order(), 0
    for number, end in enumerate(epoch.ends):
        assert set(order[start:end] // cut.page) == set(epoch.window(number))
        assert len(epoch.window(number)) <= cut.window
        start = end
    assert start == cut.rows


def test_without_shuffling_the_order_is_the_files():
    np.testing.assert_array_equal(Pages(103, 10, 3).epoch(5, 7, shuffle=False).order(), np.arange(103))


def test_rows_are_shuffled_within_and_across_windows():
    cut = Pages(10_000, 10, 100)
    epoch = cut.epoch(0, 0)
    first = epoch.order()[: epoch.ends[0]]
    assert np.diff(np.sort(first)).max() > 10, "the window is a run of neighbours"
    assert (np.diff(first) == 1).mean() < 0.01, "neighbours are still neighbours"
    orders = {tuple(cut.epoch(seed, number).order()) for seed in (0, 1) for number in (0, 1)}
    assert len(orders) == 4


@pytest.mark.parametrize("row_bytes", [0, 1, 132, 3000, 2**20, 2**30])
def test_pages_and_windows_fit_their_bytes(row_bytes):
    cut = Pages.of(10**7, row_bytes)
    assert ROWS[0] <= cut.page <= ROWS[1]
    assert cut.page * row_bytes <= max(PAGE_BYTES, ROWS[0] * row_bytes)
    assert cut.window == 1 or cut.window * cut.page * row_bytes <= WINDOW_BYTES
