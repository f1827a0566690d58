"""The threads of NumPy's BLAS sleep while other threads work."""

import numpy as np
import pytest

from bprop import blas


def test_products_are_of_one_thread_and_then_of_as_many_as_before():
    threadpoolctl = pytest.importorskip("threadpoolctl", reason="without it nothing is limited")
    np.ones((3, 3)) @ np.ones((3, 3))
    counts = lambda: [found["num_threads"] for found in threadpoolctl.threadpool_info() if found["user_api"] == "blas"]  # noqa: E731
    before = counts()
    with blas.one_thread():
        assert set(counts()) <= {1}
        np.testing.assert_array_equal(np.ones((3, 3)) @ np.ones((3, 3)), np.full((3, 3), 3.0))
    assert counts() == before


def test_nothing_is_limited_where_nothing_can(monkeypatch):
    monkeypatch.setattr(blas, "_controller", lambda: None)
    with blas.one_thread():
        assert (np.ones((2, 2)) @ np.ones((2, 2)) == 2).all()


def test_threads_are_those_that_a_product_takes(monkeypatch):
    pytest.importorskip("threadpoolctl", reason="without it the number is not known")
    with blas.one_thread():
        assert blas.threads() == 1
    monkeypatch.setattr(blas, "_controller", lambda: None)
    assert blas.threads() is None


def test_the_library_is_named_with_its_version(monkeypatch):
    built = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    assert blas.library() == f"{built['name']} {built['version']}"
    monkeypatch.setattr(np, "show_config", lambda mode: {})
    assert blas.library() == "unknown"
