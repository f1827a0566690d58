"""A learning rate that a person has changed by hand while training ran."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bprop.errors import ModelFileError
from bprop.rules import Rule

Changes = Sequence[tuple[int, float]]
"""(updates done, learning rate from then on), in order."""


@dataclass(frozen=True, repr=False)
class ByHand:
    """alpha(t) = that of the rule `before` for t < updates, then `rate`."""

    before: Rule
    updates: int
    rate: float

    def __call__(self, t: Any) -> Any:
        t = np.asarray(t)
        early = t < self.updates
        alphas = np.full(t.shape, self.rate)
        if early.any():
            alphas[early] = [self.before.rate(int(one)) for one in t[early].ravel()]
        return alphas

    def __repr__(self) -> str:
        return f"{self.before.learning_rate!r}, from update {self.updates} by hand {self.rate!r}"


def takes_rate(rule: Any) -> bool:
    """Whether the learning rate of a rule can be changed: it is bprop's, and the rule computes with nothing else."""
    return isinstance(rule, Rule) and type(rule).step is Rule.step and type(rule).rate is Rule.rate


def with_rates(rule: Any, changes: Changes) -> Any:
    """The rule with its learning rate as it was changed by hand."""
    for updates, rate in changes:
        changed = rule.unscheduled()
        object.__setattr__(changed, "learning_rate", ByHand(rule, updates, rate))
        rule = changed
    return rule


def changes_of(saved: Any) -> list[tuple[int, float]]:
    """The changes in a checkpoint. Raises ModelFileError where they are damaged."""
    try:
        changes = [(updates, float(rate)) for updates, rate in saved]
        legal = all(type(updates) is int and updates >= 0 and 0 <= rate < float("inf") for updates, rate in changes)
    except (TypeError, ValueError):
        legal, changes = False, []
    if not legal:
        raise ModelFileError("the checkpoint is damaged: its learning rates by hand are no numbers")
    return changes
