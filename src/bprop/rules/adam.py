"""Adam and AdamW."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from bprop.namespace import Array, namespace
from bprop.rules.rule import Arrays, Rule, RuleState, zeros_like
from bprop.rules.schedules import exponential, not_negative, positive, share


@dataclass(frozen=True)
class Adam(Rule):
    """theta <- theta - alpha m^ / (sqrt(v^) + epsilon), m^ = m / (1 - beta1^(t+1)), v^ = v / (1 - beta2^(t+1)).

    m <- beta1 m + (1 - beta1) grad and v <- beta2 v + (1 - beta2) grad^2 are running means; m^ and v^ correct them for
    their start at 0. Kingma and Ba 2015, alg. 1. Where v overflows (a gradient beyond 5e20 in float32), theta becomes
    NaN, so that training stops with an error; otherwise theta would silently never move again.

    Parameters
    ----------
    learning_rate : alpha, a number or a schedule.
    beta1, beta2 : the decay of m and of v, in [0, 1).
    epsilon : a number above 0 that keeps the quotient finite.
    clip_norm : see Rule.

    Raises SettingError for a number out of its range.

    >>> rule, theta = bp.Adam(0.5), {"W": np.ones(2)}
    >>> theta, state = rule.step(theta, {"W": np.array([3.0, -4.0])}, rule.init(theta), 0)
    >>> theta["W"].round(6)
    array([0.5, 1.5])
    """

    elementwise: ClassVar[bool] = True
    reference: ClassVar[str | None] = "adam"
    learning_rate: Any = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    clip_norm: float | None = None

    @classmethod
    def examples(cls) -> Iterator[Rule]:
        yield cls()
        yield cls(0.01, beta1=0.5, beta2=0.9, epsilon=1e-3, clip_norm=0.3)
        yield cls(exponential(0.01, 0.5, 3))

    def __post_init__(self) -> None:
        super().__post_init__()
        share(self, "beta1", "beta2")
        positive(self, "epsilon")

    def init(self, params: Arrays) -> RuleState:
        return {"m": zeros_like(params), "v": zeros_like(params)}

    def moments(self, grads: Arrays, state: RuleState) -> RuleState:
        m = {k: self.beta1 * m + (1 - self.beta1) * grads[k] for k, m in state["m"].items()}
        v = {k: self.beta2 * v + (1 - self.beta2) * grads[k] * grads[k] for k, v in state["v"].items()}
        return {"m": m, "v": v}

    def direction(self, state: RuleState, name: str, t: Any) -> Array:
        m, v = state["m"][name], state["v"][name]
        xp = namespace(v)
        size = xp.sqrt(v / (1 - self.beta2 ** (t + 1))) + self.epsilon
        return m / (1 - self.beta1 ** (t + 1)) / xp.where(size < xp.inf, size, xp.nan)

    def update(
        self, params: Arrays, grads: Arrays, state: RuleState, rate: Any, t: Any
    ) -> tuple[dict[str, Array], RuleState]:
        state = self.moments(grads, state)
        return {name: p - rate * self.direction(state, name, t) for name, p in params.items()}, state


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with decoupled weight decay: theta <- theta - alpha (Adam's direction + weight_decay theta).

    Loshchilov and Hutter 2019, alg. 2. Biases (parameters with fewer than two axes) are not decayed.
    The other parameters are those of Adam. Raises SettingError for a number out of its range.

    >>> rule, theta = bp.AdamW(0.5, weight_decay=0.1), {"W": np.full((1, 1), 2.0)}
    >>> theta, state = rule.step(theta, {"W": np.ones((1, 1))}, rule.init(theta), 0)
    >>> theta["W"].round(6)
    array([[1.4]])
    """

    reference: ClassVar[str | None] = "adamw"
    weight_decay: float = 0.01

    @classmethod
    def examples(cls) -> Iterator[Rule]:
        yield from super().examples()
        yield cls(0.01, weight_decay=0.1)
        yield cls(0.01, weight_decay=0.3, clip_norm=0.3)

    def __post_init__(self) -> None:
        super().__post_init__()
        not_negative(self, "weight_decay")

    def update(
        self, params: Arrays, grads: Arrays, state: RuleState, rate: Any, t: Any
    ) -> tuple[dict[str, Array], RuleState]:
        moved, state = super().update(params, grads, state, rate, t)
        decayed = {name: p for name, p in params.items() if p.ndim >= 2}
        return moved | {name: moved[name] - rate * self.weight_decay * p for name, p in decayed.items()}, state
