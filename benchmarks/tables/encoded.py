"""Columns for methods that take no words, or no missing values."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.tables.table import is_number, words_of

MISSING = "(missing)"


class Categories:
    """Words as pandas categories: those of the rows to train on, the `most` frequent. Others are missing.

    most : None for all.
    """

    def __init__(self, features: pd.DataFrame, most: int | None = None):
        self.of = {
            name: [word for word, _ in Counter(features[name].dropna()).most_common(most)]
            for name in words_of(features)
        }

    def __call__(self, features: pd.DataFrame) -> pd.DataFrame:
        return changed(
            features,
            {name: pd.Categorical(_known(features[name], words), categories=words) for name, words in self.of.items()},
        )


def changed(features: pd.DataFrame, columns: dict[str, Any]) -> pd.DataFrame:
    """A copy with these columns, new ones at the end. `DataFrame.assign` refuses a column that is called self."""
    frame = features.copy()
    for name, column in columns.items():
        frame[name] = column
    return frame


def _known(cells: pd.Series, words: list[str]) -> pd.Series:
    return cells.where(cells.isin(words), None)


def marked(features: pd.DataFrame) -> pd.DataFrame:
    """Missing words as a word of their own."""
    return changed(features, {name: features[name].fillna(MISSING) for name in words_of(features)})


class Filled:
    """Missing numbers as the median of the column, and a further column 0/1 that says where they were missing."""

    def __init__(self, features: pd.DataFrame):
        numbers = [name for name in features if is_number(features[name])]
        self.medians = {name: float(np.nanmedian(features[name].to_numpy(float))) for name in numbers}
        self.gaps = [name for name in numbers if features[name].isna().any()]

    def __call__(self, features: pd.DataFrame) -> pd.DataFrame:
        gaps = {f"{name} is missing": features[name].isna().astype(float) for name in self.gaps}
        filled = {name: features[name].astype(float).fillna(median) for name, median in self.medians.items()}
        return changed(features, {**filled, **gaps})


def one_hot() -> Any:
    """A scikit-learn transformer: numbers standardised, words one-hot. Rows are `Filled` and `marked` before."""
    from sklearn.compose import make_column_selector, make_column_transformer
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    pick = make_column_selector
    words = OneHotEncoder(handle_unknown="ignore", min_frequency=2, sparse_output=False)
    return make_column_transformer(
        (StandardScaler(), pick(dtype_include="number")), (words, pick(dtype_exclude="number"))
    )
