"""The last moves of a step of training: a rule gives each parameter its new value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from bprop.graph import Graph
from bprop.namespace import Array
from bprop.notebook import sentence_of
from bprop.rules.rule import as_rule


@dataclass(frozen=True)
class Update:
    """The first update of a training by a rule. names : of the parameters that it moves, in the graph's order."""

    rule: Any
    names: Sequence[str]

    @classmethod
    def of(cls, graph: Graph, rule: Any) -> Self:
        """Of a Rule, a name such as "adam", or an optax transformation.

        Raises SettingError and UnknownNameError for anything else, GraphError for a graph without a loss.
        """
        graph.need_loss()
        return cls(as_rule(rule), graph.trained)

    def step(self, theta: Mapping[str, Array], grads: Mapping[str, Array | None]) -> dict[str, Array]:
        """theta after the update. A parameter that no gradient has reached has the gradient 0."""
        reached = {name: np.zeros_like(theta[name]) if grad is None else grad for name, grad in grads.items()}
        with np.errstate(all="ignore"):
            after, _ = self.rule.step(dict(theta), reached, self.rule.init(dict(theta)), 0)
        return {name: np.asarray(after[name], theta[name].dtype) for name in self.names}

    @property
    def formula(self) -> str:
        """The formula of the rule, as its documentation begins."""
        return sentence_of(type(self.rule))

    @property
    def rate(self) -> float | None:
        """The learning rate of this update; None where the rule has no such number."""
        rate = self.rule.rate(0)
        return None if rate is None else float(rate)
