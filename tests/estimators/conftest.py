"""Small data sets and quick settings. Without scikit-learn every module of this folder skips itself."""

import warnings

import numpy as np
import pytest


@pytest.fixture
def flowers():
    """The iris data: X (150, 4) of mean 0 and deviation 1, y of three classes."""
    from sklearn.datasets import load_iris

    X, y = load_iris(return_X_y=True)
    return (X - X.mean(axis=0)) / X.std(axis=0), y


@pytest.fixture
def waves(rng):
    """X (120, 3) and two numbers that follow from it."""
    X = rng.normal(size=(120, 3))
    return X, np.stack([np.sin(X[:, 0]) + X[:, 1], X[:, 1] * X[:, 2]], axis=1)


@pytest.fixture(autouse=True)
def short_fits_do_not_warn():
    """Most fits here end before they converge."""
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield
