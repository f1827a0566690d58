"""Stochastic gradient descent."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from bprop.errors import SettingError
from bprop.namespace import Array
from bprop.rules.rule import Arrays, Rule, RuleState, zeros_like
from bprop.rules.schedules import cosine, not_negative, share, step, warm_up


@dataclass(frozen=True)
class SGD(Rule):
    """theta <- theta - alpha(t) grad: the lecture's update.

    Momentum: v <- mu v - alpha grad; theta <- theta + v (Polyak 1964). Nesterov: theta <- theta + mu v - alpha
    grad with the new v (Sutskever, Martens, Dahl and Hinton 2013, as Bengio et al. 2013 rewrite it).

    Parameters
    ----------
    learning_rate : alpha, a number or a schedule.
    momentum : mu in [0, 1); None for the plain update.
    nesterov : True for Nesterov's update (needs momentum).
    decrease_constant : dc in alpha / (1 + dc t) after t updates; None for no decrease.
    clip_norm : see Rule.

    Raises SettingError for a number out of its range, and for nesterov without momentum.

    >>> rule, theta = bp.SGD(0.5), {"W": np.ones(2)}
    >>> theta, state = rule.step(theta, {"W": np.array([2.0, -4.0])}, rule.init(theta), 0)
    >>> theta["W"]
    array([0., 3.])
    """

    elementwise: ClassVar[bool] = True
    reference: ClassVar[str | None] = "sgd"
    momentum: float | None = None
    nesterov: bool = False
    decrease_constant: float | None = None
    clip_norm: float | None = None

    @classmethod
    def examples(cls) -> Iterator[Rule]:
        yield cls(0.1)
        yield cls(0.1, decrease_constant=0.5)
        yield cls(0.1, momentum=0.9)
        yield cls(0.1, momentum=0.9, nesterov=True)
        yield cls(0.1, clip_norm=0.3)
        yield cls(0.1, momentum=0.5, clip_norm=0.3)
        yield cls(0.1, momentum=0.5, nesterov=True, clip_norm=0.3)
        yield cls(cosine(0.1, 4))
        yield cls(warm_up(2, step(0.1, 0.5, 2)), decrease_constant=0.1)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.decrease_constant is not None:
            not_negative(self, "decrease_constant")
        if self.momentum is not None:
            share(self, "momentum")
        if self.nesterov and self.momentum is None:
            raise SettingError("SGD: nesterov=True needs a momentum, such as 0.9")

    def init(self, params: Arrays) -> RuleState:
        return {} if self.momentum is None else {"velocity": zeros_like(params)}

    def alpha(self, t: Any) -> Any:
        alpha = super().alpha(t)
        return alpha if self.decrease_constant is None else alpha / (1 + self.decrease_constant * t)

    @property
    def scheduled(self) -> bool:
        return super().scheduled or (type(self).step is Rule.step and self.decrease_constant is not None)

    def unscheduled(self) -> Self:
        copy = super().unscheduled()
        vars(copy)["decrease_constant"] = None
        return copy

    def update(
        self, params: Arrays, grads: Arrays, state: RuleState, rate: Any, t: Any
    ) -> tuple[dict[str, Array], RuleState]:
        if self.momentum is None:
            return {name: p - rate * grads[name] for name, p in params.items()}, {}
        velocity = {name: self.momentum * v - rate * grads[name] for name, v in state["velocity"].items()}
        if self.nesterov:
            moved = {name: p + self.momentum * velocity[name] - rate * grads[name] for name, p in params.items()}
        else:
            moved = {name: p + velocity[name] for name, p in params.items()}
        return moved, {"velocity": velocity}
