"""A snapshot of an estimator before a call of fit. It undoes a call that ends with an exception."""

from __future__ import annotations

from dataclasses import replace
from numbers import Integral
from typing import Any

RECORDS = ("loss_curve_", "validation_scores_", "validation_loss_curve_")
"""Lists to which each epoch appends."""

OF_CALLBACKS = ("_callback_fit_ctx", "_skl_callbacks_to_teardown")
"""Attributes that scikit-learn sets on an estimator during fit and removes itself afterwards."""


class Kept:
    """All attributes of an estimator, with copies of those that training changes in place."""

    def __init__(self, estimator: Any):
        self.attributes: dict[str, Any] = dict(vars(estimator))
        for name in RECORDS:
            if isinstance(self.attributes.get(name), list):
                self.attributes[name] = list(self.attributes[name])
        if "_optimizer" in self.attributes:
            self.attributes["_optimizer"] = replace(self.attributes["_optimizer"])
        # a generator that others use too (the user's, or NumPy's global one) is not set back
        own = isinstance(estimator.random_state, Integral) and "_random_state" in self.attributes
        self.drawn: Any = self.attributes["_random_state"].get_state() if own else None

    def put_back(self, estimator: Any) -> None:
        """Restore the estimator."""
        if self.drawn is not None:
            self.attributes["_random_state"].set_state(self.drawn)
        now = vars(estimator)
        self.attributes |= {name: now[name] for name in OF_CALLBACKS if name in now}
        estimator.__dict__ = self.attributes  # at once: an exception may come here too
