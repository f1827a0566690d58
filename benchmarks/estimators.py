"""`python -m benchmarks.estimators`: bprop's estimators beside scikit-learn's, same settings, same splits, one run.

For every case and seed both are fitted one after the other on the same 80% of the rows and scored on the others. The
first fit of bprop's may compile; it is told apart. A CSV file that is not there is left out.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import sklearn.neural_network as theirs
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import bprop as bp
from benchmarks.text import number, ratio, table

Data = tuple[Any, np.ndarray]


@dataclass(frozen=True)
class Case:
    """A data set with an estimator's settings."""

    name: str
    read: Callable[[Path], Data]
    estimator: str
    settings: dict[str, Any] = field(default_factory=dict)
    steps: Callable[[], list[Any]] = lambda: [StandardScaler()]


def standardised(y: np.ndarray) -> np.ndarray:
    return (y - y.mean()) / y.std()


def diabetes(folder: Path) -> Data:
    X, y = load_diabetes(return_X_y=True)
    return X, standardised(y)


def table_of(folder: Path, file: str, target: str) -> Data:
    import pandas as pd

    frame = pd.read_csv(folder / file, skipinitialspace=True, na_values="?")
    return frame.drop(columns=target), frame[target].to_numpy()


def adult(folder: Path) -> Data:
    return table_of(folder, "adult.csv", "income-per-year")


def housing(folder: Path) -> Data:
    X, y = table_of(folder, "housing.csv", "median_house_value")
    return X, standardised(np.log(y))


def columns() -> list[Any]:
    """Numbers imputed and scaled, words one-hot."""
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    words = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    pick = make_column_selector
    return [make_column_transformer((numbers, pick(dtype_include="number")), (words, pick(dtype_exclude="number")))]


def digits(folder: Path) -> Data:
    return load_digits(return_X_y=True)


def breast_cancer(folder: Path) -> Data:
    return load_breast_cancer(return_X_y=True)


CASES = (
    Case("digits", digits, "MLPClassifier"),
    Case("digits, sgd", digits, "MLPClassifier", {"solver": "sgd", "learning_rate_init": 0.1, "max_iter": 100}),
    Case("digits, early stopping", digits, "MLPClassifier", {"early_stopping": True}),
    Case("digits, lbfgs", digits, "MLPClassifier", {"solver": "lbfgs"}),
    Case("breast_cancer", breast_cancer, "MLPClassifier"),
    Case("diabetes", diabetes, "MLPRegressor", {"alpha": 1.0}),
    Case("diabetes, lbfgs", diabetes, "MLPRegressor", {"solver": "lbfgs", "alpha": 10.0}),
    Case("adult", adult, "MLPClassifier", {"max_iter": 20, "early_stopping": True}, columns),
    Case("housing", housing, "MLPRegressor", {"max_iter": 40, "hidden_layer_sizes": (100, 50)}, columns),
)


def measure(case: Case, folder: Path, seeds: int, extra: dict[str, Any]) -> dict[str, list[tuple[float, float]]]:
    """{who: [(score, seconds) of every seed]}."""
    X, y = case.read(folder)
    found: dict[str, list[tuple[float, float]]] = {"scikit-learn": [], "bprop": []}
    for seed in range(seeds):
        split = train_test_split(X, y, test_size=0.2, random_state=seed)
        for who, module, more in (("scikit-learn", theirs, {}), ("bprop", bp, extra)):
            estimator = getattr(module, case.estimator)(random_state=seed, **case.settings, **more)
            found[who].append(fitted(make_pipeline(*case.steps()), estimator, *split))
    return found


def fitted(before: Any, estimator: Any, X: Any, X_test: Any, y: Any, y_test: Any) -> tuple[float, float]:
    """(score, seconds of fit), what comes before the estimator not timed."""
    X, X_test = before.fit_transform(X), before.transform(X_test)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of iterations that were too few
        started = perf_counter()
        estimator.fit(X, y)
        seconds = perf_counter() - started
    return float(estimator.score(X_test, y_test)), seconds


def row(name: str, found: dict[str, list[tuple[float, float]]]) -> list[str]:
    scores = {who: np.array([score for score, _ in runs]) for who, runs in found.items()}
    seconds = {who: [taken for _, taken in runs] for who, runs in found.items()}
    spread = [f"{s.mean():.4f} ± {s.std():.4f}" for s in scores.values()]
    later = seconds["bprop"][1:] or seconds["bprop"]
    ratios = [ours / other for ours, other in zip(seconds["bprop"], seconds["scikit-learn"], strict=True)]
    first, usual = seconds["bprop"][0], median(later)
    return [name, *spread, number(median(seconds["scikit-learn"])), number(first), number(usual),
            ratio(median(ratios[1:] or ratios))]  # fmt: skip


HEAD = ["case", "score, scikit-learn", "score, bprop", "fit, scikit-learn (s)", "bprop, first (s)", "bprop, later (s)",
        "ratio of times"]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.estimators", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"), help="where adult.csv and housing.csv are")
    parser.add_argument("--seeds", type=int, default=5, help="splits and random states (default 5)")
    parser.add_argument("--only", default="", help="only cases whose names contain one of these, comma-separated")
    parser.add_argument("--dtype", default="auto", help="bprop's dtype: auto (as scikit-learn's), float32")
    parser.add_argument("--engine", default="auto", help="bprop's engine")
    given = parser.parse_args()
    wanted = [part.strip() for part in given.only.split(",")]
    rows = []
    for case in CASES:
        if not any(part in case.name for part in wanted):
            continue
        try:
            extra = {"dtype": given.dtype, "engine": given.engine}
            rows.append(row(case.name, measure(case, given.data, given.seeds, extra)))
        except (FileNotFoundError, ImportError) as error:
            print(f"{case.name} is left out: {error}")
    print("\n".join(table(HEAD, rows)))
    print(
        "\nscores: mean and standard deviation over the seeds; times: medians, the ratio that of pairs, first left out"
    )


if __name__ == "__main__":
    main()
