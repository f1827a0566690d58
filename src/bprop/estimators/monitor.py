"""Early stopping: counts the epochs without improvement of the loss, or of a score on a validation set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.metrics import check_scoring
from sklearn.model_selection import train_test_split

from bprop.console import say
from bprop.errors import DataError
from bprop.estimators.inputs import Examples
from bprop.estimators.targets import Target

Arrays = dict[str, np.ndarray]


def hold_out(estimator: Any, examples: Examples, random: np.random.RandomState) -> tuple[Examples, Examples]:
    """(training set, validation set): `validation_fraction` at random, stratified if there is one binary output.

    The same random numbers as in scikit-learn give the same rows. Raises DataError for less than two rows.
    """
    labels = estimator._target.strata(examples.y)
    rows = np.arange(len(examples))
    rest, held = train_test_split(
        rows, random_state=random, test_size=estimator.validation_fraction, stratify=labels
    )  # fmt: skip
    if len(held) < 2:
        raise DataError(
            "The validation set is too small. Increase 'validation_fraction' or the size of your dataset: it has "
            f"{len(held)} of {len(rows)} examples"
        )
    return examples.rows(np.asarray(rest)), examples.rows(np.asarray(held))


class Monitor:
    """Early stopping as scikit-learn does it: `no_improvement` counts epochs without a gain of at least `tol`.

    Without early stopping it watches the training loss. With it, it watches the score on the validation set, and keeps
    the parameters of the best score. user_X : the validation inputs as the user passed them, or None.
    """

    estimator: Any
    held: Examples | None

    def __init__(self, estimator: Any, held: Examples | None, theta: Arrays, user_X: Any = None):
        self.estimator, self.held = estimator, held
        self.early: Any = estimator.early_stopping
        self.best_theta: dict[str, np.ndarray] = (
            {name: array.copy() for name, array in theta.items()} if self.early else {}
        )
        self.score_of: Callable[..., float] | None = self._scorer(user_X) if self.early else None

    def _scorer(self, user_X: Any) -> Callable[[Arrays, np.ndarray, float], float]:
        """(theta, outputs on the validation set, loss there) -> the score, the higher the better."""
        scoring, held, target = self.estimator.scoring, self.held, self.estimator._target
        assert held is not None
        if scoring == "loss":
            return lambda theta, f, loss: -loss
        if scoring is None:
            return lambda theta, f, loss: self._own_score(target, f)
        scorer: Any = check_scoring(self.estimator, scoring)
        X = getattr(held.X, "matrix", held.X) if user_X is None else user_X

        def score(theta: Arrays, f: np.ndarray, loss: float) -> float:
            self.estimator._put(theta)
            return float(scorer(self._nameless(user_X is None), X, held.labels))

        return score

    def _nameless(self, needed: bool) -> Any:
        """A copy of the estimator without column names, so that it predicts for plain arrays without a warning."""
        if not needed or not hasattr(self.estimator, "feature_names_in_"):
            return self.estimator
        copy = object.__new__(type(self.estimator))
        copy.__dict__.update({k: v for k, v in vars(self.estimator).items() if k != "feature_names_in_"})
        return copy

    def _own_score(self, target: Target, f: np.ndarray) -> float:
        assert self.held is not None
        if not np.isfinite(f).all():
            return float("nan")
        return float(self.estimator._score_of(self.held.labels, target.decode(f), self.held.weights))

    def look(self, theta: Callable[[], Arrays], loss: float) -> None:
        """After an epoch: note loss, score and validation loss, and count."""
        e = self.estimator
        if self.held is not None:
            now = theta()
            f, held_loss = e._network_.measure(now, self.held.X, self.held.y, self.held.weights, self.held.X.dtype)
            e.validation_loss_curve_.append(held_loss + e._loss_offset(self.held))
            if self.early:
                self._compare_score(now, f, held_loss)
                return
        e._no_improvement_count = e._no_improvement_count + 1 if loss > e.best_loss_ - e.tol else 0
        e.best_loss_ = min(loss, e.best_loss_)

    def _compare_score(self, now: Arrays, f: np.ndarray, held_loss: float) -> None:
        e = self.estimator
        assert self.score_of is not None
        score = self.score_of(now, f, held_loss)
        e.validation_scores_.append(score)
        if e.verbose:
            say(f"Validation score: {score:.6f}")
        e._no_improvement_count = e._no_improvement_count + 1 if score < e.best_validation_score_ + e.tol else 0
        if score > e.best_validation_score_:
            e.best_validation_score_, self.best_theta = score, now

    def diverged(self) -> None:
        """After an epoch whose loss is not finite: note NaN."""
        if self.early:
            self.estimator.validation_scores_.append(float("nan"))
        if self.held is not None:
            self.estimator.validation_loss_curve_.append(float("nan"))

    @property
    def exhausted(self) -> bool:
        """True if more than `n_iter_no_change` epochs brought no improvement."""
        return self.estimator._no_improvement_count > self.estimator.n_iter_no_change

    @property
    def message(self) -> str:
        """The message for an exhausted fit."""
        e, what = self.estimator, "Validation score" if self.early else "Training loss"
        return f"{what} did not improve more than tol={e.tol:f} for {e.n_iter_no_change} consecutive epochs."
