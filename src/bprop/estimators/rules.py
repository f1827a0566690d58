"""scikit-learn's solvers as update rules, with its learning rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from bprop.namespace import Array, namespace
from bprop.rules import SGD, Adam
from bprop.rules.rule import RuleState
from bprop.rules.schedules import Schedule


@dataclass(frozen=True)
class ScaledAdam(Adam, named=False):
    """theta <- theta - alpha_t m / (sqrt(v) + epsilon), alpha_t = alpha sqrt(1 - beta2^(t+1)) / (1 - beta1^(t+1)).

    Kingma and Ba 2015, the order of computation at the end of section 2, which is scikit-learn's: epsilon is added
    to sqrt(v) before v is corrected for its start at 0.
    """

    reference: ClassVar[str | None] = None

    def direction(self, state: RuleState, name: str, t: Any) -> Array:
        scale = (1 - self.beta2 ** (t + 1)) ** 0.5 / (1 - self.beta1 ** (t + 1))
        return scale * state["m"][name] / (namespace(state["v"][name]).sqrt(state["v"][name]) + self.epsilon)


@dataclass(frozen=True)
class HeavyBall(SGD, named=False):
    """SGD with a momentum in [0, 1]: scikit-learn takes 1 as well."""

    def __post_init__(self) -> None:  # no check: the estimator has checked the numbers
        pass


@dataclass(frozen=True)
class InverseScaling(Schedule, named=False):
    """alpha = rate / (examples_before + samples k + 1) ** power in epoch k = floor((t - first) / steps) of a fit.

    rate : learning_rate_init.
    examples_before : examples examples_before before the fit; samples, steps : examples and updates in an epoch of it.
    first : updates made before the fit.
    """

    examples_before: float
    samples: float
    steps: float
    first: float
    power: float

    def __call__(self, t: Any) -> Any:
        epoch = namespace(t).floor((t - self.first) / self.steps)
        return self.rate / (self.examples_before + self.samples * epoch + 1) ** self.power
