"""What all update rules have in common: two pure functions, init and step, on the array namespace."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, ClassVar, Self

import numpy as np

from bprop import plugins
from bprop.errors import UnknownNameError
from bprop.namespace import Array, namespace
from bprop.rules.runtime import plain_numbers
from bprop.rules.schedules import check_rate, positive, rate_at

Arrays = Mapping[str, Array]
RuleState = dict[str, dict[str, Array]]
_CLASSES: "dict[str, type[Rule]]" = {}


@dataclass(frozen=True)
class Rule(ABC):
    """theta, gradient -> theta. `learning_rate` is a number or a schedule of `bprop.schedules`.

    `clip_norm`: scale the gradient of all parameters together down to this Euclidean norm where it is
    longer (Pascanu, Mikolov and Bengio 2013, alg. 1); None leaves it.
    """

    learning_rate: Any = 0.1

    elementwise: ClassVar[bool] = False
    """Whether each element is updated by its own gradient and state alone, so that an engine may lay out arrays
    in another order."""
    reference: ClassVar[str | None] = None
    """The name of optax's function that computes the same ("adam"): the tests compare the two. None: there is none."""

    def __init_subclass__(cls, named: bool = True, **kwargs: Any):
        """named : the rule is known by its name in small letters, in Python and on the command line."""
        super().__init_subclass__(**kwargs)
        if named:
            _CLASSES.setdefault(cls.__name__.lower(), cls)

    @classmethod
    def examples(cls) -> "Iterable[Rule]":
        """Rules with settings that use every part of the formula, for the automatic checks."""
        return ()

    def __post_init__(self):
        plain_numbers(self)
        check_rate(f"{type(self).__name__}: learning_rate", self.learning_rate)
        if getattr(self, "clip_norm", None) is not None:
            positive(self, "clip_norm")

    def init(self, params: Arrays) -> RuleState:
        """The state before the first update: {what: {parameter: array}}."""
        return {}

    def step(self, params: Arrays, grads: Arrays, state: RuleState, t: Any) -> tuple[dict[str, Array], RuleState]:
        """theta and state after update number t (0, 1, 2, ...), given the gradients of the objective."""
        return self.step_at(params, grads, state, self.rate(t), t)

    def step_at(
        self, params: Arrays, grads: Arrays, state: RuleState, rate: Any, t: Any
    ) -> tuple[dict[str, Array], RuleState]:
        """The same with the learning rate alpha(t) at hand."""
        limit = getattr(self, "clip_norm", None)
        if limit is not None:
            grads = clip_by_norm(grads, limit)
        return self.update(params, grads, state, rate, t)

    def rate(self, t: Any) -> Any:
        """alpha(t), such that it takes on the precision of the parameters."""
        return float(self.rates(int(t), 1)[0]) if isinstance(t, int | np.integer) else self.alpha(t)

    def alpha(self, t: Any) -> Any:
        """alpha(t) by its formula, for t on any array namespace."""
        return rate_at(self.learning_rate, t)

    def rates(self, t: int, count: int) -> np.ndarray:
        """alpha of the updates t .. t + count - 1 in float64: what every engine takes, and what the history shows."""
        if type(self).rate is not Rule.rate:
            return np.array([self.rate(t + i) for i in range(count)], np.float64)
        try:
            found = self.alpha(np.arange(t, t + count, dtype=np.int64))
        except Exception:  # a schedule of the user's that takes one number at a time, or is wrong, which shows now
            if count > 1:
                return np.concatenate([self.rates(t + i, 1) for i in range(count)])
            found = self.alpha(int(t))
        return np.broadcast_to(np.asarray(found, np.float64), (count,))

    @property
    def scheduled(self) -> bool:
        """Whether alpha changes from update to update: engines are then given `rates`."""
        return type(self).step is Rule.step and (callable(self.learning_rate) or type(self).rate is not Rule.rate)

    def unscheduled(self) -> Self:
        """The rule but for alpha, for engines that are given it."""
        copy = object.__new__(type(self))
        vars(copy).update(vars(self), learning_rate=0.0)
        return copy

    @abstractmethod
    def update(
        self, params: Arrays, grads: Arrays, state: RuleState, rate: Any, t: Any
    ) -> tuple[dict[str, Array], RuleState]:
        """The formula of the rule."""


def rules() -> "dict[str, type[Rule]]":
    """The classes of rules by name: "sgd", "adam", "adamw", then those defined elsewhere."""
    return dict(_CLASSES)


def rule_named(name: str) -> "type[Rule]":
    """The class of a rule by its name in lower case, of an installed package too (see `bprop.plugins`).

    Raises UnknownNameError with the names that there are.
    """
    if name not in _CLASSES:
        plugins.load()
    if name not in _CLASSES:
        raise UnknownNameError(f"{name!r} is not one of {', '.join(_CLASSES)}")
    return _CLASSES[name]


def clip_by_norm(grads: Arrays, limit: Any) -> dict[str, Array]:
    """All gradients times min(1, limit / their common Euclidean norm).

    The norm is that of the gradients over their largest element, times it, so that no square leaves the range.
    """
    if not grads:
        return {}
    xp = namespace(*grads.values())
    largest = reduce(xp.maximum, (xp.abs(g).max() for g in grads.values()))
    size = xp.where(largest > 0, largest, largest * 0 + 1)
    norm = xp.maximum(xp.sqrt(sum(xp.square(g / size).sum() for g in grads.values())), 1)  # 1 where all are 0
    allowed = limit / norm  # what the largest element may be
    factor = xp.where(size > allowed, allowed, 1) / xp.where(size > allowed, size, 1)
    return {name: g * factor.astype(g.dtype) for name, g in grads.items()}


def zeros_like(params: Arrays) -> dict[str, Array]:
    """One array of zeros for each parameter."""
    return {name: namespace(p).zeros_like(p) for name, p in params.items()}
