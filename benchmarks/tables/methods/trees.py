"""Boosted trees, with their defaults. Words are categories, where the package takes them as such."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from benchmarks.tables.encoded import Categories, marked
from benchmarks.tables.methods import Predict
from benchmarks.tables.table import CLASSES, Table, words_of


def hist_gradient_boosting(train: Table, seed: int) -> Predict:
    """scikit-learn takes at most 255 categories in a column: the most frequent ones stay."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingClassifier if train.task == CLASSES else HistGradientBoostingRegressor
    return _fitted(train, kind(random_state=seed), Categories(train.features, most=254))


def lightgbm(train: Table, seed: int) -> Predict:
    from lightgbm import LGBMClassifier, LGBMRegressor

    kind = LGBMClassifier if train.task == CLASSES else LGBMRegressor
    numbered = {name: f"f{i}" for i, name in enumerate(train.features)}  # it refuses some characters in names
    categories = Categories(train.features)
    return _fitted(
        train,
        kind(random_state=seed, n_jobs=1, verbosity=-1),
        lambda features: categories(features).rename(columns=numbered),
    )


def xgboost(train: Table, seed: int) -> Predict:
    from xgboost import XGBClassifier, XGBRegressor

    kind = XGBClassifier if train.task == CLASSES else XGBRegressor
    numbered = {name: f"f{i}" for i, name in enumerate(train.features)}
    categories = Categories(train.features)
    return _fitted(
        train,
        kind(random_state=seed, n_jobs=1, enable_categorical=True),
        lambda features: categories(features).rename(columns=numbered),
    )


def catboost(train: Table, seed: int) -> Predict:
    from catboost import CatBoostClassifier, CatBoostRegressor

    kind = CatBoostClassifier if train.task == CLASSES else CatBoostRegressor
    model = kind(
        random_seed=seed, thread_count=1, verbose=0, allow_writing_files=False, cat_features=words_of(train.features)
    )
    return _fitted(train, model, marked)


def _fitted(train: Table, model: Any, encode: Callable[[pd.DataFrame], pd.DataFrame]) -> Predict:
    model.fit(encode(train.features), train.target)
    ask = model.predict_proba if train.task == CLASSES else model.predict
    return lambda features: ask(encode(features))
