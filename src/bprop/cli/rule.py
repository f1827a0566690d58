"""The options that say how theta is updated, as a rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bprop.errors import SettingError, UnknownNameError
from bprop.rules import SGD, Adam, AdamW, Rule, schedules

RULES = ("sgd", "adam", "adamw")
SCHEDULES = ("constant", "step", "exponential", "cosine")


@dataclass(frozen=True)
class RuleOptions:
    """As given on the command line."""

    rule: str
    lr: float | None
    dc: float | None
    schedule: str
    factor: float
    every: int
    warm_up: int
    momentum: float | None
    nesterov: bool
    weight_decay: float
    clip_norm: float | None

    def make(self, updates: int) -> Rule:
        """The rule for a run of so many updates. Raises UnknownNameError and SettingError."""
        for name, known in ((self.rule, RULES), (self.schedule, SCHEDULES)):
            if name not in known:
                raise UnknownNameError(f"{name!r} is not one of {', '.join(known)}")
        rate = self._rate(updates)
        if self.rule == "sgd":
            return SGD(rate, self.momentum, self.nesterov, self.dc, self.clip_norm)
        if self.momentum is not None or self.nesterov or self.dc is not None:
            raise SettingError(f"--momentum, --nesterov and --dc are options of sgd, not of {self.rule}")
        if self.rule == "adam":
            return Adam(rate, clip_norm=self.clip_norm)
        return AdamW(rate, weight_decay=self.weight_decay, clip_norm=self.clip_norm)

    def _rate(self, updates: int) -> Any:
        """The learning rate, a number or a schedule."""
        rate: Any = (0.1 if self.rule == "sgd" else 0.001) if self.lr is None else self.lr
        if self.schedule == "step":
            rate = schedules.step(rate, self.factor, self.every)
        elif self.schedule == "exponential":
            rate = schedules.exponential(rate, self.factor, self.every)
        elif self.schedule == "cosine":
            rate = schedules.cosine(rate, max(1, updates - self.warm_up))
        return schedules.warm_up(self.warm_up, rate) if self.warm_up else rate
