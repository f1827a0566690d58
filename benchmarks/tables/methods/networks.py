"""The networks of pytabkit, with its tuned defaults (RealMLP-TD, TabM-D), on the processor."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.tables.encoded import Categories, Filled, marked
from benchmarks.tables.methods import Predict
from benchmarks.tables.table import CLASSES, Table, words_of


def realmlp(train: Table, seed: int, **settings: Any) -> Predict:
    import pytabkit

    return _fitted(train, seed, pytabkit.RealMLP_TD_Classifier, pytabkit.RealMLP_TD_Regressor, settings)


def tabm(train: Table, seed: int, **settings: Any) -> Predict:
    import pytabkit

    return _fitted(train, seed, pytabkit.TabM_D_Classifier, pytabkit.TabM_D_Regressor, settings)


def _fitted(train: Table, seed: int, classifier: Any, regressor: Any, settings: dict[str, Any]) -> Predict:
    """They hold out 20 % of the rows by themselves, to keep the best epoch. They take no missing numbers."""
    kind = classifier if train.task == CLASSES else regressor
    model = kind(device="cpu", random_state=seed, n_threads=1, verbosity=0, **settings)
    fill = Filled(train.features)
    categories = Categories(marked(train.features))

    def encode(features: pd.DataFrame) -> pd.DataFrame:
        return categories(marked(fill(features)))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of PyTorch and Lightning, for their developers
        model.fit(encode(train.features), train.target, cat_col_names=words_of(train.features))
    ask = model.predict_proba if train.task == CLASSES else model.predict

    def predict(features: pd.DataFrame) -> np.ndarray:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return np.asarray(ask(encode(features)))

    return predict
