"""scikit-learn's multi-layer perceptron and linear models, and the best constant answer."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from benchmarks.tables.encoded import Filled, marked, one_hot
from benchmarks.tables.methods import Predict
from benchmarks.tables.table import CLASSES, Table


def mlp(train: Table, seed: int) -> Predict:
    """`MLPClassifier()` or `MLPRegressor()`; targets that are values are standardised."""
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.preprocessing import StandardScaler

    if train.task == CLASSES:
        return _fitted(train, MLPClassifier(random_state=seed))
    return _fitted(train, TransformedTargetRegressor(MLPRegressor(random_state=seed), transformer=StandardScaler()))


def linear(train: Table, seed: int) -> Predict:
    """`LogisticRegression(max_iter=1000)` or `Ridge()`."""
    from sklearn.linear_model import LogisticRegression, Ridge

    return _fitted(train, LogisticRegression(max_iter=1000) if train.task == CLASSES else Ridge())


def _fitted(train: Table, estimator: Any) -> Predict:
    from sklearn.pipeline import make_pipeline

    fill = Filled(train.features)
    model = make_pipeline(one_hot(), estimator)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of iterations that were too few: these are the defaults
        model.fit(marked(fill(train.features)), train.target)
    ask = model.predict_proba if train.task == CLASSES else model.predict

    def predict(features: Any) -> np.ndarray:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of words that training did not show
            return ask(marked(fill(features)))

    return predict


def constant(train: Table, seed: int) -> Predict:
    """The shares of the classes, or the mean."""
    if train.task != CLASSES:
        return lambda features: np.full(len(features), train.target.mean())
    shares = np.bincount(train.target) / len(train)
    return lambda features: np.tile(shares, (len(features), 1))
