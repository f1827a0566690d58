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


def by_chance(question: Any, y: np.ndarray, weights: np.ndarray) -> dict[str, float]:
    """{measure: the value of predictions that know nothing of the inputs}, of measures that `baseline` does not have.

    Of classes with the shares p: balanced accuracy 1 / C, ROC AUC 1/2, average precision p of the positive class (of
    more than two classes the mean of p), log loss - sum p log p. Of values R2 0.
    """
    if not weights.sum() > 0:
        return {}
    if question.classes is not None:
        shares = np.bincount(y, weights, len(question.classes)) / weights.sum()
        there = shares[shares > 0]
        rarer = shares[question.positive(y)] if len(shares) == 2 else there.mean()
        return {
            "balanced_accuracy": 1 / len(there), "roc_auc": 0.5, "average_precision": float(rarer),
            "log_loss": float(-there @ np.log(there)),
        }  # fmt: skip
    if question.task == "multilabel" and question.probabilities:
        p = [np.average(kind, axis=0, weights=weights) for kind in (y, 1 - y)]
        terms = [-share * np.log(np.where(share > 0, share, 1.0)) for share in p]
        return {"roc_auc": 0.5, "log_loss": float(np.mean(np.add(*terms)))}
    return dict.fromkeys(question.spelled("r2"), 0.0)


def beside(scores: Mapping[str, Any]) -> dict[str, str]:
    """{measure: its remark}: "always <=50K: 76.10%", "always the mean: 115.4"."""
    remarks = {}
    for name, value in scores.items():
        if name == "accuracy":
            remarks[name] = f"always {scores.get('always', 'the most frequent answer')}: {100 * value:.2f}%"
        elif name != "always":
            remarks[name] = f"always the {'mean' if name.startswith('rmse') else 'median'}: {value:.4g}"
    return remarks
