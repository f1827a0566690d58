"""Learning-rate schedules: alpha as a function of t, the number of updates already made (0, 1, 2, ...).

A schedule is the learning rate of a rule. A number out of its range raises SettingError.

>>> rule = bp.SGD(bp.schedules.cosine(0.1, updates=1000))
>>> rule.rates(0, 1), rule.rates(1000, 1)
(array([0.1]), array([0.]))
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from math import pi
from typing import Any

from bprop import plugins
from bprop.errors import SettingError, UnknownNameError
from bprop.names import known
from bprop.namespace import namespace
from bprop.rules.runtime import plain_numbers

_CLASSES: "dict[str, type[Schedule]]" = {}


@dataclass(frozen=True)
class Schedule(ABC):
    """A learning rate alpha(t)."""

    rate: float

    def __init_subclass__(cls, named: bool = True, **kwargs: Any):
        """named : the command line knows the schedule by its name in lower case."""
        super().__init_subclass__(**kwargs)
        if named:
            _CLASSES.setdefault(cls.__name__.lower(), cls)

    def __post_init__(self):
        plain_numbers(self)
        not_negative(self, "rate")

    @abstractmethod
    def __call__(self, t: Any) -> Any:
        """alpha(t), for t updates already made."""


@dataclass(frozen=True)
class constant(Schedule):
    """alpha(t) = rate."""

    def __call__(self, t):
        return self.rate


@dataclass(frozen=True)
class decreasing(Schedule, named=False):
    """alpha(t) = rate / (1 + decrease_constant t), the lecture's schedule. On the command line: --dc of sgd."""

    decrease_constant: float

    def __post_init__(self):
        super().__post_init__()
        not_negative(self, "decrease_constant")

    def __call__(self, t):
        return self.rate / (1 + self.decrease_constant * t)


@dataclass(frozen=True)
class step(Schedule):
    """alpha(t) = rate * factor ** floor(t / every)."""

    factor: float
    every: int

    def __post_init__(self):
        super().__post_init__()
        positive(self, "factor", "every")

    def __call__(self, t):
        return self.rate * self.factor ** namespace(t).floor(t / self.every)


@dataclass(frozen=True)
class exponential(Schedule):
    """alpha(t) = rate * factor ** (t / every)."""

    factor: float
    every: int = 1

    def __post_init__(self):
        super().__post_init__()
        positive(self, "factor", "every")

    def __call__(self, t):
        return self.rate * self.factor ** (t / self.every)


@dataclass(frozen=True)
class cosine(Schedule):
    """alpha(t) = final + (rate - final) (1 + cos(pi t / updates)) / 2 for t < updates, then final.

    Loshchilov and Hutter 2017, eq. 5, without restarts.
    """

    updates: int
    final: float = 0.0

    def __post_init__(self):
        super().__post_init__()
        positive(self, "updates")
        not_negative(self, "final")

    def __call__(self, t):
        xp = namespace(t)
        share = xp.minimum(t / self.updates, 1.0)
        return self.final + (self.rate - self.final) * 0.5 * (1 + xp.cos(pi * share))


@dataclass(frozen=True)
class warm_up:
    """alpha(t) = after(0) (t + 1) / updates for t < updates, then after(t - updates). after : a rate or a schedule."""

    updates: int
    after: Any

    def __post_init__(self):
        plain_numbers(self)
        positive(self, "updates")
        check_rate("warm_up: after", self.after)

    def __call__(self, t):
        xp = namespace(t)
        later = rate_at(self.after, xp.maximum(t - self.updates, 0))
        return xp.where(t < self.updates, rate_at(self.after, 0 * t) * (t + 1) / self.updates, later)


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


def check_rate(who: str, rate: Any) -> None:
    """Raise SettingError unless `rate` is a schedule or a finite number, 0 or more."""
    if not isinstance(rate, Schedule | warm_up) and not _is_legal(rate, lambda v: 0 <= v < float("inf")):
        raise SettingError(f"{who} must be a number, 0 or more, or one of bp.schedules, not {rate!r}")


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
