"""The options of the update rule, as a rule."""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, Final

from bprop.cli import training_options as training
from bprop.cli.command import options_for
from bprop.errors import SettingError
from bprop.names import known
from bprop.rules import Rule, rule_named, schedules
from bprop.tables.recipe import LECTURE, Recipe

FACTOR, EVERY = 0.5, 1000


@dataclass(frozen=True)
class RuleOptions:
    """The options of the command line: None, or False, if an option is absent."""

    rule: training.RuleName = None
    lr: training.LearningRate = None
    dc: training.DecreaseConstant = None
    schedule: training.ScheduleName = None
    factor: training.Factor = None
    schedule_every: training.ScheduleEvery = None
    warm_up: training.WarmUp = 0
    momentum: training.Momentum = None
    nesterov: training.Nesterov = False
    weight_decay: training.WeightDecay = None
    clip_norm: training.ClipNorm = None
    settings: training.RuleSettings = None

    def make(self, updates: int, recipe: Recipe = LECTURE) -> Rule:
        """The rule for a run of so many updates; a recipe has all that they leave open.

        Raises UnknownNameError, and SettingError for an option that the rule or the schedule does not have.
        """
        recipe = self.override(recipe)
        kind, schedule = rule_named(recipe.rule), schedules.schedule_named(recipe.schedule)
        own = {field.name: field.default for field in fields(kind) if field.name != "rate_factors"}
        chosen = {
            setting: getattr(self, {"decrease_constant": "dc"}.get(setting, setting)) for setting in training.OF_RULES
        }
        chosen = {setting: value for setting, value in chosen.items() if value is not None and value is not False}
        if alien := [training.OF_RULES[setting] for setting in chosen if setting not in own]:
            which = (
                "" if self.rule is not None else f", the rule of the recipe {recipe.name}: choose another with --rule"
            )
            raise SettingError(f"{recipe.rule} has no {' and no '.join(alien)}{which}")
        ours, others = self._parted(
            recipe.rule, own.keys() - {"learning_rate"} - chosen.keys(), free_fields(schedule)
        )  # fmt: skip
        rate = self._rate(recipe, own["learning_rate"], updates, others)
        return kind(learning_rate=rate, **chosen, **ours)

    def override(self, recipe: Recipe) -> Recipe:
        """The recipe with the choices of these options."""
        return recipe.overridden(rule=self.rule, learning_rate=self.lr, schedule=self.schedule)

    def _parted(self, rule: str, own: set[str], of_schedule: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
        """The values of --set: (those of the rule, those of the schedule)."""
        ours, others = {}, {}
        for word in self.settings or ():
            name, equals, text = word.partition("=")
            if not equals:
                raise SettingError(f"--set {word}: write NAME=VALUE, such as --set beta1=0.95")
            place = ours if name in own else others
            if name not in own and name not in of_schedule:
                there = known(name, sorted([*own, *of_schedule]))
                raise SettingError(f"--set {word}: {rule} has no further setting {name!r}; there are: {there}")
            if name in place:
                raise SettingError(f"--set {word}: {name} is set twice")
            place[name] = value_of(text)
        return ours, others

    def _rate(self, recipe: Recipe, default: Any, updates: int, others: Mapping[str, Any]) -> Any:
        """The learning rate, a number or a schedule."""
        kind = schedules.schedule_named(recipe.schedule)
        rate: Any = default if recipe.learning_rate is None else recipe.learning_rate
        known = {field.name: field for field in fields(kind)}
        options = {"factor": self.factor, "every": self.schedule_every}
        if any(value is not None and name not in known for name, value in options.items()):
            paced = [name for name, one in schedules.named_schedules().items() if options.keys() & field_names(one)]
            raise SettingError(f"--factor and --schedule-every are for --schedule {' or '.join(paced)}")
        values = {"factor": FACTOR, "every": EVERY, "updates": max(1, updates - self.warm_up)}
        values |= {name: value for name, value in options.items() if value is not None}
        values = {"rate": rate, **{name: value for name, value in values.items() if name in known}, **others}
        if missing := [name for name, field in known.items() if name not in values and field.default is MISSING]:
            raise SettingError(f"--schedule {recipe.schedule} needs a {missing[0]}: --set {missing[0]}=VALUE")
        rate = rate if kind is schedules.constant else kind(**values)
        return schedules.warm_up(self.warm_up, rate) if self.warm_up else rate


rule_options: Final = options_for("updating", RuleOptions)
"""A command with a parameter `updating` has the options of a rule in its place. It is called with the RuleOptions."""


def field_names(kind: type[schedules.Schedule]) -> set[str]:
    return {field.name for field in fields(kind)}


def free_fields(kind: type[schedules.Schedule]) -> list[str]:
    """The settings of a schedule that have no option of their own."""
    return sorted(field_names(kind) - {"rate", "factor", "every", "updates"})


def value_of(text: str) -> Any:
    """A number, True, False or None, as Python writes them; else the text itself."""
    try:
        return literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
