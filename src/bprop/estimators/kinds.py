"""Classifiers and regressors: how their targets are chosen, weighed and scored."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.metrics import accuracy_score, r2_score
from sklearn.utils.metaestimators import available_if

from bprop.errors import DataError, SettingError
from bprop.estimators.base import NetworkEstimator, stochastic
from bprop.estimators.callbacks import with_callbacks
from bprop.estimators.inputs import FitArguments, exact, read_answers
from bprop.estimators.targets import Numbers, Target, class_weights, classification
from bprop.reading import need_unmasked


class NetworkClassifier(ClassifierMixin, NetworkEstimator):
    """A network whose outputs are probabilities of classes.

    y : labels (N,), an indicator matrix (N, K) of several labels an example, or (N, K) labels of K outputs.
    """

    class_weight: Any

    classes_: Any

    @available_if(stochastic)
    @with_callbacks
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None) -> Any:  # type: ignore
        """Train for one epoch on these examples. The state of the solver lives on from call to call.

        classes : all classes that y can hold, in later calls too (a list for each column of a y with columns). Needed
        in the first call. Twenty calls do what one call of `fit` with max_iter=20 does.
        """
        if classes is None and not hasattr(self, "classes_"):
            raise SettingError("classes must be passed on the first call to partial_fit")
        need_unmasked(classes, "classes")
        return self._learn(FitArguments(X, y, sample_weight), incremental=True, classes=exact(classes))

    def _choose_target(self, y: np.ndarray, fresh: bool, classes: Any) -> Target:
        if classes is not None and not hasattr(self, "classes_"):
            target = classification(y, classes)
        elif fresh or not hasattr(self, "_target"):
            target = classification(y)
        else:
            target = self._target
            self._need_same_classes(y, classes)
        self.classes_ = target.classes
        return target

    def _need_same_classes(self, y: np.ndarray, classes: Any) -> None:
        if classes is not None and not same(np.unique(np.asarray(classes)), self.classes_):
            raise DataError(f"classes={classes!r} is not the same as on the last call: {self.classes_!r}")
        known = self._target.known(y)
        if self.warm_start and not same(known, self.classes_):
            raise DataError(
                "warm_start can only be used where `y` has the same classes as in the previous call to fit. "
                f"Previously got {self.classes_}, `y` has {known}"
            )

    def _example_weights(self, y: np.ndarray, incremental: bool) -> np.ndarray | None:
        if self.class_weight is None:
            return None
        if incremental and isinstance(self.class_weight, str):
            raise SettingError(
                f"class_weight={self.class_weight!r} does not work with partial_fit, which does not see all classes: "
                "use a dict of weights"
            )
        return class_weights(self.class_weight, y)

    def _score_of(self, y: np.ndarray, predicted: np.ndarray, weights: Any) -> float:
        if self._target.task == "columns":
            return float(np.average((y == predicted).all(axis=1), weights=weights))
        return float(accuracy_score(y, predicted, sample_weight=weights))

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The share of examples whose labels (all of them, where there are several) are predicted."""
        return self._score_of(read_answers(y, sample_weight), self.predict(X), sample_weight)

    def predict_proba(self, X: Any) -> Any:
        """p(y = c | x), (N, C) as in `classes_`; p(label k | x), (N, K), for indicators; a list for columns."""
        f = self._outputs(X)
        return self._target.probabilities(f)  # type: ignore[attr-defined]

    def predict_log_proba(self, X: Any) -> Any:
        """The logarithm of `predict_proba`."""
        p = self.predict_proba(X)
        with np.errstate(divide="ignore"):
            return [np.log(part) for part in p] if isinstance(p, list) else np.log(p)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        tags.target_tags.multi_output = True
        return tags


class NetworkRegressor(RegressorMixin, NetworkEstimator):
    """A network whose outputs are numbers. y : (N,) or (N, K)."""

    _numbers = True

    def _choose_target(self, y: np.ndarray, fresh: bool, classes: Any) -> Target:
        return Numbers(1 if y.ndim == 1 else y.shape[1]) if fresh or not hasattr(self, "_target") else self._target

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """R^2, the coefficient of determination: the mean over the columns of y."""
        return self._score_of(read_answers(y, sample_weight), self.predict(X), sample_weight)

    def _score_of(self, y: np.ndarray, predicted: np.ndarray, weights: Any) -> float:
        return float(r2_score(y, predicted, sample_weight=weights))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def same(one: Any, other: Any) -> bool:
    """True if two lists of classes are the same."""
    if isinstance(one, list) or isinstance(other, list):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    return np.array_equal(one, other)
