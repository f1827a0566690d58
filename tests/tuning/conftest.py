"""Fixtures of the tests of the search: a small table, and arrays with a graph."""

import numpy as np
import pytest

import bprop as bp

FAST = {"inputs": "plain", "layers": 1, "units": "2..6", "epochs": 3, "lr": "1e-3..1e-1", "batch_size": 16}
"""A space in which a trial takes milliseconds."""


@pytest.fixture
def rows():
    """(X, y): 60 rows of 3 numbers, and classes that follow from them."""
    X = np.random.default_rng(0).normal(size=(60, 3))
    return X, np.where(X[:, 0] + X[:, 1] > 0, "up", "down")


@pytest.fixture
def table(rows):
    pytest.importorskip("optuna", reason="tuning needs optuna")
    return bp.table(*rows)


@pytest.fixture
def arrays(rows):
    pytest.importorskip("optuna", reason="tuning needs optuna")
    return {"x": rows[0], "y": (rows[1] == "up").astype(int)}


@pytest.fixture
def search(table):
    """search(**more): a search of the table in the fast space."""

    def tune(space=None, **more):
        return bp.tune(table, **{"space": {**FAST, **(space or {})}, "engine": "numpy", "progress": False, **more})

    return tune
