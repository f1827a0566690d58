"""The state of the update rule, which lives on between calls of fit and partial_fit."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np

from bprop.estimators.rules import HeavyBall, InverseScaling, ScaledAdam
from bprop.rules import Foreign, Rule, as_rule
from bprop.rules.comparison import structure
from bprop.rules.runtime import structure_of
from bprop.rules.schedules import is_schedule

SMALLEST_RATE = 1e-6
"""At this rate or below, learning_rate="adaptive" stops instead of dividing it."""


@dataclass
class Optimiser:
    """arrays : the rule's state, None before the first update. updates : the number of updates so far.

    learning_rate : of the next epoch; None where a schedule, or a rule of the user's own, decides. initial : the
    learning_rate_init that it started from. order : of the last epoch, from which the next is shuffled.
    """

    kind: Hashable
    initial: float
    learning_rate: float | None
    updates: int = 0
    arrays: list[np.ndarray] | None = None
    order: np.ndarray | None = None
    noise_seed: int = 0

    def follow(self, initial: float) -> None:
        """Use another learning_rate_init, if the user has set one since."""
        if initial != self.initial:
            self.initial = initial
            self.learning_rate = None if self.learning_rate is None else float(initial)

    def divide_rate(self) -> bool:
        """Divide learning_rate by 5. Returns False if it is already too small."""
        if self.learning_rate is None or self.learning_rate <= SMALLEST_RATE:
            return False
        self.learning_rate /= 5.0
        return True


def has_rate(settings: Any) -> bool:
    """True if the estimator sets the rate: there is no schedule, and no rule of the user's."""
    return isinstance(settings.solver, str) and not is_schedule(settings.learning_rate)


def new_optimiser(settings: Any) -> Optimiser:
    rate = float(settings.learning_rate_init)
    return Optimiser(kind_of(settings), rate, rate if has_rate(settings) else None)


def kind_of(settings: Any) -> Hashable:
    """The key that must stay equal for the state to live on: the rule, apart from numbers and schedules."""
    if isinstance(settings.solver, str):
        return settings.solver
    rule = as_rule(settings.solver)
    if isinstance(rule, Foreign):
        return "optax", structure(rule.transformation)
    return type(rule).__name__, str(structure_of(rule))


def rule_of(settings: Any, optimiser: Optimiser, examples_before: int, samples: int, steps: int) -> Rule | Foreign:
    """The update rule of the estimator's settings, for epochs of `steps` updates on `samples` examples."""
    if not isinstance(settings.solver, str):
        return as_rule(settings.solver)
    rate: Any = settings.learning_rate if is_schedule(settings.learning_rate) else optimiser.learning_rate
    clip = None if settings.clip_norm is None else float(settings.clip_norm)
    if settings.solver == "adam":
        return ScaledAdam(
            rate, float(settings.beta_1), float(settings.beta_2), float(settings.epsilon), clip_norm=clip
        )  # fmt: skip
    if settings.learning_rate == "invscaling":
        rate = InverseScaling(
            float(settings.learning_rate_init), float(examples_before), float(samples), float(steps),
            float(optimiser.updates), float(settings.power_t),
        )  # fmt: skip
    return HeavyBall(rate, float(settings.momentum), bool(settings.nesterovs_momentum), clip_norm=clip)
