"""A small problem, and whether two fits are the same to the bit."""

import numpy as np
import pytest

import bprop as bp

ROWS = 53


@pytest.fixture(scope="session")
def table():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(ROWS, 4))
    return {"x": x, "y": (x[:, 0] > 0).astype(int)}


@pytest.fixture
def graph():
    return bp.mlp([4, 5, 2], dropout=0.2)


@pytest.fixture
def cut(table):
    """cut(size): batches of so many rows, as an iterator."""

    def make(size, start=0):
        return ({name: a[i : i + size] for name, a in table.items()} for i in range(start, ROWS, size))

    return make


@pytest.fixture
def same():
    """same(fit, fit): equal parameters, losses and measures, to the bit."""

    def compare(one, other):
        losses = [[(r.loss, r.validation) for r in fit.history] for fit in (one, other)]
        return losses[0] == losses[1] and all(np.array_equal(one.params[n], other.params[n]) for n in one.params)

    return compare


@pytest.fixture
def settings():
    return {"epochs": 2, "batch_size": 7, "progress": False, "rule": bp.Adam(0.01), "seed": 3}
