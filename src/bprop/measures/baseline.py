"""The scores of an answer that is always the same: a model must do better."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bprop.measures.constant import constant_errors, usual


def baseline(answer: Any, y: np.ndarray, weights: np.ndarray) -> dict[str, Any]:
    """The scores of the best constant answer on rows with targets y. answer : has classes, task and columns.

    Of classes {"always": the most frequent class, "accuracy"}; of several columns of yes and no {"accuracy"}; of values
    {"rmse": of the mean, "mae": of the median}, in the units of the table; of several columns "rmse[column]", ...
    """
    if not weights.sum() > 0:
        return {}
    if answer.classes is not None:
        label, share = usual(y, weights)
        return {"always": answer.classes[int(label)], "accuracy": share}
    if answer.task == "multilabel":
        return {"accuracy": float(np.mean([usual(column, weights)[1] for column in y.T]))}
    if y.ndim == 1:
        return constant_errors(y, weights)
    return {
        f"{name}[{column}]": value
        for k, column in enumerate(answer.columns)
        for name, value in constant_errors(y[:, k], weights).items()
    }


def beside(scores: Mapping[str, Any]) -> dict[str, str]:
    """{measure: its remark}: "always <=50K: 76.10%", "always the mean: 115.4"."""
    remarks = {}
    for name, value in scores.items():
        if name == "accuracy":
            remarks[name] = f"always {scores.get('always', 'the most frequent answer')}: {100 * value:.2f}%"
        elif name != "always":
            remarks[name] = f"always the {'mean' if name.startswith('rmse') else 'median'}: {value:.4g}"
    return remarks
