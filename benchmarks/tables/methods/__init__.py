"""The methods, by name. A further one is a function `fit` in a module here, and a line below.

fit(train, seed, **settings) trains on a table and returns a function of features: (N, C) probabilities, (N,) values.
A module imports its package inside `fit`, so that the others run where it is not installed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.tables.table import Table

Predict = Callable[[pd.DataFrame], np.ndarray]


@dataclass(frozen=True)
class Method:
    """module, function : its `fit`. package : as it is installed. settings : further arguments of `fit`."""

    module: str
    function: str
    package: str
    settings: dict[str, Any] = field(default_factory=dict)

    def fit(self, train: Table, seed: int) -> Predict:
        """Raises ImportError or UnavailableError where the method cannot run here."""
        module = import_module(f"benchmarks.tables.methods.{self.module}")
        return getattr(module, self.function)(train, seed, **self.settings)

    @property
    def version(self) -> str:
        """Of the package; "" where it is not installed."""
        try:
            return version(self.package)
        except PackageNotFoundError:
            return ""


METHODS = {
    "constant": Method("scikit", "constant", "scikit-learn"),
    "linear": Method("scikit", "linear", "scikit-learn"),
    "scikit-learn's MLP": Method("scikit", "mlp", "scikit-learn"),
    "HistGradientBoosting": Method("trees", "hist_gradient_boosting", "scikit-learn"),
    "LightGBM": Method("trees", "lightgbm", "lightgbm"),
    "XGBoost": Method("trees", "xgboost", "xgboost"),
    "CatBoost": Method("trees", "catboost", "catboost"),
    "bprop": Method("ours", "fit", "bprop"),
    "bprop fast": Method("ours", "fit", "bprop", {"recipe": "fast"}),
    "bprop with 2 members": Method("ours", "fit", "bprop", {"members": 2}),
    "bprop lecture": Method("ours", "fit", "bprop", {"recipe": "lecture"}),
    "RealMLP": Method("networks", "realmlp", "pytabkit"),
    "TabM": Method("networks", "tabm", "pytabkit"),
}
UNUSUAL = ("constant", "bprop fast", "bprop with 2 members", "bprop lecture")
"""Methods that run only where they are named."""


def choose(names: str) -> list[str]:
    """The methods of a list of names, commas between them; "" for the usual ones, "all" for all.

    Raises SystemExit for an unknown name.
    """
    if names == "all":
        return list(METHODS)
    wanted = [part.strip() for part in names.split(",") if part.strip()]
    unknown = [part for part in wanted if part not in METHODS]
    if unknown:
        raise SystemExit(f"there is no method {unknown[0]!r}; there are {', '.join(METHODS)}")
    return wanted or [name for name in METHODS if name not in UNUSUAL]
