"""The options that say how theta is updated, as a rule."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from bprop.errors import SettingError, UnknownNameError
from bprop.rules import Rule, rule_named, schedules

SCHEDULES = ("constant", "step", "exponential", "cosine")
PACED = ("step", "exponential")
"""The schedules that --factor and --schedule-every are for."""
FACTOR, EVERY = 0.5, 1000
OPTIONS = {
    "momentum": "--momentum", "nesterov": "--nesterov", "decrease_constant": "--dc", "weight_decay": "--weight-decay",
    "clip_norm": "--clip-norm",
}  # fmt: skip
"""{setting of a rule: the option for it}"""


@dataclass(frozen=True)
class RuleOptions:
    """As given on the command line. None, or False, of what was not given."""

    rule: str
    lr: float | None
    dc: float | None
    schedule: str
    factor: float | None
    every: int | None
    warm_up: int
    momentum: float | None
    nesterov: bool
    weight_decay: float | None
    clip_norm: float | None

    def make(self, updates: int) -> Rule:
        """The rule for a run of so many updates.

        Raises UnknownNameError, and SettingError for an option that the rule or the schedule does not have.
        """
        kind = rule_named(self.rule)
        own = {field.name: field.default for field in fields(kind)}
        chosen = {setting: getattr(self, {"decrease_constant": "dc"}.get(setting, setting)) for setting in OPTIONS}
        chosen = {setting: value for setting, value in chosen.items() if value is not None and value is not False}
        if alien := [OPTIONS[setting] for setting in chosen if setting not in own]:
            raise SettingError(f"{self.rule} has no {' and no '.join(alien)}")
        return kind(learning_rate=self._rate(own["learning_rate"], updates), **chosen)

    def _rate(self, default: Any, updates: int) -> Any:
        """The learning rate, a number or a schedule."""
        if self.schedule not in SCHEDULES:
            raise UnknownNameError(f"{self.schedule!r} is not one of {', '.join(SCHEDULES)}")
        if self.schedule not in PACED and (self.factor is not None or self.every is not None):
            raise SettingError(f"--factor and --schedule-every are for --schedule {' or '.join(PACED)}")
        rate: Any = default if self.lr is None else self.lr
        factor, every = FACTOR if self.factor is None else self.factor, EVERY if self.every is None else self.every
        if self.schedule == "step":
            rate = schedules.step(rate, factor, every)
        elif self.schedule == "exponential":
            rate = schedules.exponential(rate, factor, every)
        elif self.schedule == "cosine":
            rate = schedules.cosine(rate, max(1, updates - self.warm_up))
        return schedules.warm_up(self.warm_up, rate) if self.warm_up else rate
