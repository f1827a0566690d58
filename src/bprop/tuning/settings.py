"""The settings that a search knows by name: of the network, of the update rule, and of training."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from typing import Any

from bprop.architecture import Architecture
from bprop.errors import SettingError, UnknownNameError
from bprop.names import known
from bprop.rules import Rule, rule_named, rules, schedules
from bprop.tables.inputs import Inputs
from bprop.tuning.ranges import Between, Choice, Fixed, Range

NETWORK = (
    "hidden", "layers", "units", "activation", "loss", "l1", "l2", "dropout", "normalise",
    "inputs", "category_dropout",
)  # fmt: skip
"""Settings of the network of a table. layers, units : hidden layers of equal width, in place of `hidden`. inputs : of
its numbers, "plain", or features with + between, "bins+waves"."""
TRAINING = ("batch_size", "epochs", "patience", "shuffle")
RULE = ("rule", "lr", "schedule", "factor", "every", "warm_up")
EPOCHS, PATIENCE = 100, 20
PLAIN = "plain"
FACTOR, EVERY = 0.5, 1000


def of_rules() -> dict[str, set[str]]:
    """{setting: the rules that have it}, without the learning rate."""
    having: dict[str, set[str]] = {}
    for name, kind in rules().items():
        for field in fields(kind):
            if field.name not in ("learning_rate", "rate_factors"):
                having.setdefault(field.name, set()).add(name)
    return having


def of_fractions() -> set[str]:
    """The settings that are numbers with fractions, whatever the ends of their range look like: dropout 0..1."""
    decimal = {f.name for kind in rules().values() for f in fields(kind) if type(f.default) is float}
    more = ("lr", "dropout", "category_dropout", "l1", "l2", "momentum", "decrease_constant", "clip_norm", "factor")
    return {*decimal, *more} - {"learning_rate"}


def default_space(rows: int, task: str, has_features: bool = True) -> tuple[dict[str, Range], dict[str, Any]]:
    """(the space for a table with so many rows to train on, the settings of the first trial).

    has_features : whether numbers of the table have features, such as bins.
    """
    sizes = [size for size in (64, 128, 256) if size <= max(64, rows // 8)]
    space: dict[str, Range] = {
        "layers": Between(1, 3),
        "units": Choice((64, 128, 256, 512)),  # few sizes, for each is compiled once
        "activation": Fixed("relu"),
        "dropout": Between(0.0, 0.5),
        "rule": Fixed("adamw"),
        "lr": Between(2e-4, 2e-2),
        "weight_decay": Between(1e-5, 1e-1),
        "schedule": Choice(("cosine", "constant")),
        "batch_size": Choice(tuple(sizes)) if len(sizes) > 1 else Fixed(min(sizes[0], rows)),
        "epochs": Fixed(EPOCHS),
        "patience": Fixed(PATIENCE),
    }
    first = {
        "layers": 2, "units": 256, "dropout": 0.1, "lr": 2e-3 if task == "regression" else 1e-3, "weight_decay": 1e-4,
        "schedule": "cosine", "batch_size": min(128, sizes[-1]),
    }  # fmt: skip
    if has_features:
        space, first = {"inputs": Choice(("bins+waves", PLAIN)), **space}, {"inputs": "bins+waves", **first}
    return space, first


def widened(space: Mapping[str, Range], chosen: Mapping[str, Range]) -> dict[str, Range]:
    """A space with some settings chosen otherwise, or added. Raises SettingError for settings that exclude each other.

    `hidden` replaces `layers` and `units`. The weight decay stays in the space where a rule that is chosen has one.
    """
    if "hidden" in chosen:
        if both := [name for name in ("layers", "units") if name in chosen]:
            raise SettingError(f"the settings hidden and {both[0]} both say how large the layers are: leave one out")
        space = {"hidden": chosen["hidden"], **{n: one for n, one in space.items() if n not in ("layers", "units")}}
    wide = {**space, **chosen}
    having = of_rules()
    there = rules_of(wide)
    if "weight_decay" not in chosen and not there & having["weight_decay"]:
        wide.pop("weight_decay", None)
    return wide


def rules_of(space: Mapping[str, Range]) -> set[str]:
    """The rules that a space has, by name."""
    return {rule if isinstance(rule, str) else rule.__name__.lower() for rule in _values(space.get("rule"), "sgd")}


def need_known(names: Iterable[str], mine: Iterable[str]) -> None:
    """Raise UnknownNameError for the name of a setting that there is not. mine : those that there are."""
    every = [*mine, *TRAINING, *RULE, *of_rules()]
    for name in names:
        if name not in every:
            raise UnknownNameError(f"there is no setting {name!r} to search; there are: {known(name, every)}")


def need_effect(space: Mapping[str, Range]) -> None:
    """Raise SettingError for a setting that no trial would use."""
    having, there = of_rules(), rules_of(space)
    paced = _values(space.get("schedule"), "constant")
    for name in space:
        if name in having and name not in (*NETWORK, *TRAINING, "schedule") and not having[name] & there:
            raise SettingError(f"the setting {name} is of {', '.join(sorted(having[name]))}, and the space has none")
        if name in ("factor", "every") and not any(_has(schedule, name) for schedule in paced):
            raise SettingError(f"the setting {name} is of schedules that the space has not: add schedule=step")


def checked(space: Mapping[str, Range]) -> dict[str, Range]:
    """The space, with epochs and patience. Raises SettingError where a setting is out of its range for certain."""
    fractions = of_fractions()
    full = {"epochs": Fixed(EPOCHS), "patience": Fixed(PATIENCE)} | {
        name: _as_fractions(one) if name in fractions else one for name, one in space.items()
    }
    for name in ("epochs", "patience", "batch_size", "layers", "units"):
        for value in full[name].grid() if name in full else ():
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise SettingError(f"the setting {name} is a whole number, 1 or more, not {value!r}")
    for schedule in _values(full.get("schedule"), "constant"):
        schedules.schedule_named(schedule)
    for one in full.get("inputs", Fixed(PLAIN)).grid():
        inputs({"inputs": one})
    for rule in _values(full.get("rule"), "sgd"):
        if isinstance(rule, str):
            rule_named(rule)
    return full


def architecture(settings: Mapping[str, Any]) -> Architecture:
    """The network of a trial. Its task is that of the data."""
    if "hidden" in settings:
        hidden = settings["hidden"]
        sizes = () if hidden in (None, "") else tuple(hidden) if isinstance(hidden, tuple | list) else (hidden,)
        if not all(isinstance(size, int) and size > 0 for size in sizes):
            raise SettingError(f"hidden {hidden!r}: give whole numbers above 0, such as 500 or 200,100")
    else:
        sizes = (settings.get("units", 256),) * settings.get("layers", 2)
    own = {name: settings[name] for name in NETWORK[3:-2] if name in settings}
    if not sizes:
        own |= dict.fromkeys(("dropout", "normalise"))
    return Architecture(sizes, own.pop("activation", "relu"), **own)


def inputs(settings: Mapping[str, Any]) -> Inputs:
    """How the network of a trial takes the columns of a table. Raises UnknownNameError, SettingError."""
    named = settings.get("inputs") or PLAIN
    features = () if named == PLAIN else tuple(str(named).split("+"))
    return Inputs(features, settings.get("category_dropout"))


def rule(settings: Mapping[str, Any], updates: int) -> Any:
    """The update rule of a trial of so many updates, with its schedule. Settings of other rules are left out."""
    chosen = settings.get("rule", "sgd")
    kind = rule_named(chosen) if isinstance(chosen, str) else chosen
    if not (isinstance(kind, type) and issubclass(kind, Rule)):
        if "lr" in settings:
            raise SettingError(f"lr is for a rule by name, such as rule='adam': {chosen!r} has its own")
        return kind
    own = {field.name: field.default for field in fields(kind)}
    others = {n: v for n, v in settings.items() if n in own and n != "learning_rate" and n not in TRAINING}
    rate = settings.get("lr", own["learning_rate"])
    return kind(**others, learning_rate=_paced(rate, settings, updates))


def _paced(rate: Any, settings: Mapping[str, Any], updates: int) -> Any:
    """The learning rate: a number, or a schedule."""
    kind, warm_up = schedules.schedule_named(settings.get("schedule", "constant")), settings.get("warm_up") or 0
    if kind is not schedules.constant:
        values = {"factor": FACTOR, "every": EVERY} | {n: settings[n] for n in ("factor", "every") if n in settings}
        values["updates"] = max(1, updates - warm_up)
        there = {field.name: field.default for field in fields(kind)}
        if missing := [n for n, v in there.items() if v is MISSING and n not in values and n != "rate"]:
            raise SettingError(f"the schedule {settings['schedule']} needs a {missing[0]}, which no setting gives")
        rate = kind(rate, **{name: value for name, value in values.items() if name in there})
    return schedules.warm_up(warm_up, rate) if warm_up else rate


def _as_fractions(one: Range) -> Range:
    if isinstance(one, Between) and one.whole:
        return Between(float(one.low), float(one.high), one.log, one.step)
    return one


def _has(schedule: Any, setting: str) -> bool:
    return setting in {field.name for field in fields(schedules.schedule_named(schedule))}


def _values(one: Range | None, default: str) -> list[Any]:
    return [default] if one is None else one.grid()
