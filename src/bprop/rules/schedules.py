"""Learning-rate schedules: alpha as a function of t, the number of updates already made (0, 1, 2, ...).

A schedule is the learning rate of a rule. A number out of its range raises SettingError.

>>> rule = bp.SGD(bp.schedules.cosine(0.1, updates=1000))
>>> rule.rates(0, 1), rule.rates(1000, 1)
(array([0.1]), array([0.]))

To write one: any function of t will do. It is called with one whole number t at a time.

>>> rule = bp.SGD(lambda t: 0.1 if t < 500 else 0.01)
>>> rule.rates(499, 2)
array([0.1 , 0.01])

With numbers of its own that models and the command line know, it is a class, whose formula also takes arrays of t:

>>> from dataclasses import dataclass
>>> @dataclass(frozen=True)
... class square_root(bp.schedules.Schedule):
...     delay: float = 1.0
...
...     def __call__(self, t):
...         return self.rate / (self.delay + t) ** 0.5
>>> bp.SGD(square_root(0.1, delay=4.0)).rates(0, 1)
array([0.05])
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from math import pi
from typing import TYPE_CHECKING, Any

import numpy as np

from bprop import plugins, signatures
from bprop.elsewhere import alike, answer, need_fields
from bprop.errors import CallError, SettingError, UnknownNameError
from bprop.names import known
from bprop.namespace import namespace
from bprop.notebook import Described
from bprop.rules.runtime import plain_numbers

_CLASSES: "dict[str, type[Schedule]]" = {}
ELSEWHERE = alike(
    {
        ("lr", "learning_rate", "init_value", "base_lr", "value", "max_lr", "peak_value"): "type rate=0.1",
        ("steps", "T_max", "total_steps", "num_steps", "decay_steps", "max_steps", "epochs"): (
            "type updates=1000, counted in updates"
        ),
        ("gamma", "decay_rate", "decay"): "type factor=0.5",
        ("step_size", "transition_steps", "period"): "type every=1000, counted in updates",
        ("eta_min", "min_lr", "end_value", "alpha"): "type final=0.001",
        ("warmup", "warmup_steps", "warm_up"): "type bp.schedules.warm_up(100, after=...)",
    }
)
"""Names that the numbers of schedules have in other libraries."""


@dataclass(frozen=True)
class Schedule(Described, ABC):
    """A learning rate alpha(t)."""

    rate: float

    def __init_subclass__(cls, named: bool = True, **kwargs: Any) -> None:
        """named : the command line knows the schedule by its name in lower case."""
        super().__init_subclass__(**kwargs)
        fault = signatures.fault(cls, "__call__", ("self", "t"), "the rate after t updates")
        if fault:
            raise CallError(fault)
        if named:
            _CLASSES.setdefault(cls.__name__.lower(), cls)

    if not TYPE_CHECKING:

        def __new__(cls, *arguments: Any, **settings: Any):
            need_fields(cls, settings, ELSEWHERE)
            return super().__new__(cls)

    def __post_init__(self) -> None:
        plain_numbers(self)
        not_negative(self, "rate")

    @abstractmethod
    def __call__(self, t: Any) -> Any:
        """alpha(t), for t updates already made."""


@dataclass(frozen=True)
class constant(Schedule):
    """alpha(t) = rate."""

    def __call__(self, t: Any) -> Any:
        return self.rate


@dataclass(frozen=True)
class decreasing(Schedule, named=False):
    """alpha(t) = rate / (1 + decrease_constant t), the lecture's schedule. On the command line: --dc of sgd."""

    decrease_constant: float

    def __post_init__(self) -> None:
        super().__post_init__()
        not_negative(self, "decrease_constant")

    def __call__(self, t: Any) -> Any:
        return self.rate / (1 + self.decrease_constant * t)


@dataclass(frozen=True)
class step(Schedule):
    """alpha(t) = rate * factor ** floor(t / every)."""

    factor: float
    every: int

    def __post_init__(self) -> None:
        super().__post_init__()
        positive(self, "factor", "every")

    def __call__(self, t: Any) -> Any:
        return self.rate * self.factor ** namespace(t).floor(t / self.every)


@dataclass(frozen=True)
class exponential(Schedule):
    """alpha(t) = rate * factor ** (t / every)."""

    factor: float
    every: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        positive(self, "factor", "every")

    def __call__(self, t: Any) -> Any:
        return self.rate * self.factor ** (t / self.every)


@dataclass(frozen=True)
class cosine(Schedule):
    """alpha(t) = final + (rate - final) (1 + cos(pi t / updates)) / 2 for t < updates, then final.

    Loshchilov and Hutter 2017, eq. 5, without restarts.
    """

    updates: int
    final: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        positive(self, "updates")
        not_negative(self, "final")

    def __call__(self, t: Any) -> Any:
        xp = namespace(t)
        share = xp.minimum(t / self.updates, 1.0)
        return self.final + (self.rate - self.final) * 0.5 * (1 + xp.cos(pi * share))


@dataclass(frozen=True)
class warm_up(Described):
    """alpha(t) = after(0) (t + 1) / updates for t < updates, then after(t - updates). after : a rate or a schedule."""

    updates: int
    after: Any

    def __post_init__(self) -> None:
        plain_numbers(self)
        positive(self, "updates")
        object.__setattr__(self, "after", as_rate("warm_up: after", self.after))

    def __call__(self, t: Any) -> Any:
        xp = namespace(t)
        later = rate_at(self.after, xp.maximum(t - self.updates, 0))
        return xp.where(t < self.updates, rate_at(self.after, 0 * t) * (t + 1) / self.updates, later)


@dataclass(frozen=True, repr=False)
class OfFunction(Described):
    """alpha(t) = function(t), a function of one whole number t.

    Raises CallError for a function that takes something else, SettingError for one that gives no rate.
    """

    function: Callable[[int], Any]

    def __post_init__(self) -> None:
        if not signatures.accepts(self.function, 1):
            raise CallError(
                f"learning_rate: a function is called as f(t), with t updates already made, such as "
                f"lambda t: 0.1 / (1 + t); {self!r} cannot be called so"
            )
        self.at(0)

    def at(self, t: int) -> float:
        """alpha(t). Raises SettingError unless it is a finite number, 0 or more."""
        value = self.function(t)
        try:
            rate = float(value)
        except (TypeError, ValueError):
            rate = -1.0
        if not 0 <= rate < float("inf") or isinstance(value, str):
            raise SettingError(f"learning_rate: {self!r} gave {value!r} for t = {t}; a rate is a number, 0 or more")
        return rate

    def __call__(self, t: Any) -> Any:
        if isinstance(t, np.ndarray):
            return np.array([self.at(int(one)) for one in t.ravel()], np.float64).reshape(t.shape)
        return self.at(int(t)) if isinstance(t, int | float | np.number) else self.function(t)

    def __repr__(self) -> str:
        return getattr(self.function, "__qualname__", None) or repr(self.function)


def named_schedules() -> "dict[str, type[Schedule]]":
    """The schedules by name: bprop's, and those that this process has defined or imported."""
    return dict(_CLASSES)


def schedule_named(name: str) -> type[Schedule]:
    """The class of a schedule by its name, of this process or of an installed package (see `bprop.plugins`).

    Raises UnknownNameError with the names that there are.
    """
    if name not in _CLASSES:
        plugins.load()
    if name not in _CLASSES:
        raise UnknownNameError(f"{name!r} is not one of {known(name, _CLASSES)}")
    return _CLASSES[name]


def rate_at(rate: Any, t: Any) -> Any:
    """alpha(t), for a schedule or a constant number."""
    return rate(t) if callable(rate) else rate


def is_schedule(rate: Any) -> bool:
    """True for a learning rate that is a function of t: a schedule of this module or a function."""
    return callable(rate) and not isinstance(rate, type)


def as_rate(who: str, rate: Any) -> Any:
    """A learning rate: a finite number, 0 or more, or a schedule; a function becomes one.

    Raises SettingError for anything else, which it calls `who`.
    """
    if is_schedule(rate):
        return rate if isinstance(rate, Schedule | warm_up | OfFunction) else OfFunction(rate)
    if isinstance(rate, np.ndarray) and not rate.ndim:
        rate = rate.item()
    if not _is_legal(rate, lambda v: 0 <= v < float("inf")):
        raise SettingError(
            f"{who} must be a number, 0 or more, one of bp.schedules or a function of t, not {_shown(rate)}"
        )
    return rate


def _shown(rate: Any) -> str:
    if isinstance(rate, type) and issubclass(rate, Schedule | warm_up):
        return f"the class {rate.__name__}: make one with its numbers, bp.schedules.{rate.__name__}(...)"
    if isinstance(rate, str) and rate in _CLASSES:
        return f"{rate!r}: make one with its numbers, bp.schedules.{rate}(0.1, ...)"
    return repr(rate)


def positive(owner: Any, *names: str) -> None:
    """Raise SettingError unless these attributes are finite numbers above 0."""
    _check(owner, names, lambda v: 0 < v < float("inf"), "above 0")


def not_negative(owner: Any, *names: str) -> None:
    """Raise SettingError unless these attributes are finite numbers, 0 or more."""
    _check(owner, names, lambda v: 0 <= v < float("inf"), "0 or more")


def share(owner: Any, *names: str) -> None:
    """Raise SettingError unless these attributes are numbers in [0, 1)."""
    _check(owner, names, lambda v: 0 <= v < 1, "in [0, 1)")


def _check(owner: Any, names: tuple[str, ...], legal: Callable[[float], bool], wanted: str) -> None:
    for name in names:
        value = getattr(owner, name)
        if not _is_legal(value, legal):
            raise SettingError(f"{type(owner).__name__}: {name} must be a number {wanted}, not {value!r}")


def _is_legal(value: Any, legal: Callable[[float], bool]) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and legal(value)


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        ours = [one for one, cls in globals().items() if isinstance(cls, type) and one.islower()]
        raise AttributeError(
            f"no schedule is called {name!r}{answer(name, ours, {})} (or give a function of t, bp.SGD(lambda t: 0.1))"
        )
