"""The threads of NumPy's BLAS sleep while other threads work."""

import sys
from pathlib import Path

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


class Library:
    """A BLAS as threadpoolctl shows it."""

    user_api = "blas"

    def __init__(self, filepath, threads=4):
        self.filepath, self.num_threads = filepath, threads

    def set_num_threads(self, count):
        self.num_threads = count


def loaded(monkeypatch, *libraries):
    threadpoolctl = pytest.importorskip("threadpoolctl")
    monkeypatch.setattr(
        threadpoolctl, "ThreadpoolController", lambda: type("Controller", (), {"lib_controllers": list(libraries)})
    )


@pytest.mark.parametrize("place", ["numpy.libs/libblas.so", "numpy/.dylibs/libblas.dylib"])
def test_another_blas_than_numpys_computes_on_one_thread_meanwhile(monkeypatch, place):
    packages = Path(np.__file__).parent.parent
    numpys, scipys = Library(str(packages / place)), Library(str(packages / "scipy.libs" / "libblas.so"))
    omp = Library(str(packages / "sklearn.libs" / "libgomp.so"))
    omp.user_api = "openmp"
    loaded(monkeypatch, numpys, scipys, omp)
    with blas.others_on_one_thread():
        assert (numpys.num_threads, scipys.num_threads, omp.num_threads) == (4, 1, 4)
    assert (numpys.num_threads, scipys.num_threads) == (4, 4)


def test_one_that_numpy_shares_or_that_nobody_knows_is_left_alone(monkeypatch):
    shared = Library("/opt/conda/lib/libopenblas.so")
    loaded(monkeypatch, shared)
    with blas.others_on_one_thread():
        assert shared.num_threads == 4
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    with blas.others_on_one_thread():
        assert shared.num_threads == 4


def test_the_last_of_several_threads_gives_the_threads_back(monkeypatch):
    packages = Path(np.__file__).parent.parent
    numpys, scipys = Library(str(packages / "numpy.libs" / "a.so")), Library(str(packages / "scipy.libs" / "b.so"), 8)
    loaded(monkeypatch, numpys, scipys)
    first, second = blas.others_on_one_thread(), blas.others_on_one_thread()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert scipys.num_threads == 1
    second.__exit__(None, None, None)
    assert scipys.num_threads == 8
    with pytest.raises(KeyboardInterrupt), blas.others_on_one_thread():
        raise KeyboardInterrupt
    assert scipys.num_threads == 8
