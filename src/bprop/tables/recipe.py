"""A recipe: the network and the training that a table gets where the user chooses nothing.

`recipe_for` is the one place that chooses it, by its name, the task and the number of rows to train on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from bprop.architecture import Architecture
from bprop.errors import SettingError, UnknownNameError
from bprop.names import known
from bprop.rules import Rule, rule_named
from bprop.rules.schedules import is_schedule, schedule_named
from bprop.sources.preparation import Preparation
from bprop.tables.inputs import Inputs, has_categories

NAMES = ("best", "fast", "lecture")
"""The recipes by name; the first is the default."""
DEFAULT = NAMES[0]
KEY = "recipe"
"""The key of the notes of a model about its recipe."""
FEW = 1_000
"""Rows below which training goes on until it no longer gets better, in small batches."""
VISITS = 2_000_000
"""Examples that a network visits at most, in all of its epochs, but for `FEWEST` epochs."""
FEWEST = 10
PATIENCE = 15
"""Epochs without a better one after which training ends. On 20 tables it left results level, in under half the time."""
KINDS = (
    Inputs(("bins", "waves")),
    Inputs(("bins", "waves"), category_dropout=0.3),
    Inputs(("waves",)),
)
"""Kinds of networks that are tried. The second is for tables with categories, the third for those without."""


@dataclass(frozen=True)
class Recipe:
    """The choices for a network of a table and for its training. Each can be overridden by itself.

    members : networks that are trained, each with validation rows of its own; their answers are averaged.
    inputs : how they take the columns of the table. Of several kinds, each has so many members, and those that do best
    on rows that they were not trained on are kept, or all.
    hidden, activation, dropout : of the network, as in `bp.mlp`.
    rule : the update rule, by name, or one that the caller has made. learning_rate : None is that of the rule.
    schedule : of the learning rate, by name, over all updates.
    epochs, batch_size, patience : as in `bp.train`. keep_best : whether the epoch that did best on the validation rows
    is kept, rather than the last.
    """

    name: str
    members: int = 1
    hidden: tuple[int, ...] = (200,)
    activation: Any = "relu"
    dropout: Any = None
    inputs: tuple[Inputs, ...] = (Inputs(),)
    rule: Any = "sgd"
    learning_rate: Any = None
    schedule: str = "constant"
    epochs: int = 30
    batch_size: int = 32
    patience: int | None = None
    keep_best: bool = False

    def overridden(self, **choices: Any) -> Recipe:
        """The recipe with the choices of the user, by the names of the fields; None leaves a field as it is.

        The learning rate of the recipe is for its rule: another rule has its own, where none is chosen. One member is
        one network, of the first kind.
        """
        chosen = {name: value for name, value in choices.items() if value is not None}
        if "rule" in chosen and chosen["rule"] != self.rule:
            chosen.setdefault("learning_rate", None)
        if "members" in chosen:
            need_members(chosen["members"])
        if chosen.get("members") == 1:
            chosen.setdefault("inputs", self.inputs[:1])
        return replace(self, **chosen)

    def fitting(self, preparation: Preparation) -> Recipe:
        """The recipe for the columns of a table."""
        inputs = tuple(dict.fromkeys(one.fitting(preparation) for one in self.inputs))
        if len(inputs) > 1 and not has_categories(preparation):
            inputs = inputs[:2]
        elif len(inputs) > 1:
            inputs = tuple(one for one in inputs if one == inputs[0] or one.category_dropout is not None)
        return replace(self, inputs=inputs)

    @property
    def unwatched(self) -> Recipe:
        """The recipe where there are no validation rows: all epochs are done, and the last is kept."""
        return replace(self, patience=None, keep_best=False, inputs=self.inputs[:1])

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of `bprop.train`, but for the rule. Who waits for a better epoch also keeps the best."""
        return {
            "epochs": self.epochs, "batch_size": self.batch_size, "patience": self.patience,
            "keep_best": self.keep_best or self.patience is not None,
        }  # fmt: skip

    def updates(self, examples: int) -> int:
        """The updates of all epochs."""
        return self.epochs * -(-examples // self.batch_size)

    def architecture(self, **more: Any) -> Architecture:
        """The layers of the network. more : further choices of an Architecture."""
        return Architecture(self.hidden, self.activation, dropout=self.dropout, **more)

    def make_rule(self, updates: int) -> Rule | Any:
        """The rule for a run of so many updates. Raises SettingError for a rate beside a rule that has its own."""
        if not isinstance(self.rule, str):
            if self.learning_rate is not None:
                raise SettingError(
                    f"lr={self.learning_rate!r} is for a rule by name, such as rule='adam': {self.rule!r} has its own"
                )
            return self.rule
        kind = rule_named(self.rule)
        if self.learning_rate is None and self.schedule == "constant":
            return kind()
        rate = kind().learning_rate if self.learning_rate is None else self.learning_rate
        return kind(learning_rate=scheduled(self.schedule, rate, updates))

    def describe(self) -> dict[str, Any]:
        """The choices as plain data, for notes and people."""
        return {field.name: plain(value) for field in fields(self) if (value := getattr(self, field.name)) is not None}

    def __str__(self) -> str:
        return f"{self.name}: {self._networks()}; {self._training()}"

    def _networks(self) -> str:
        layers = ", ".join(map(str, self.hidden)) if self.hidden else "no hidden"
        names = self.activation if isinstance(self.activation, list | tuple) else [self.activation]
        activation = f" {', '.join(str(plain(name)) for name in names)}" if self.hidden else ""
        dropout = "" if self.dropout is None or not self.hidden else f", dropout {plain(self.dropout)}"
        inputs = "" if self.inputs == (Inputs(),) else f", {self.inputs[0]}"
        kinds = "" if len(self.inputs) == 1 else "; and as many with " + "; with ".join(map(str, self.inputs[1:]))
        return f"{counted(self.members)} of {layers}{activation} units{dropout}{inputs}{kinds}"

    def _training(self) -> str:
        schedule = f", {self.schedule}" if isinstance(self.rule, str) and self.schedule != "constant" else ""
        most = "at most " if self.patience is not None else ""
        patience = "" if self.patience is None else f", patience {self.patience}"
        end = "the best epoch is kept" if self.keep_best or self.patience is not None else "the last epoch is kept"
        epochs = f"{most}{self.epochs} epochs in batches of {self.batch_size}{patience}"
        return f"{plain(self.rule)}{self._rate()}{schedule}, {epochs}; {end}"

    def _rate(self) -> str:
        """The learning rate, also where it is that of the rule; a rule that is an object says its own."""
        if not isinstance(self.rule, str):
            return ""
        rate = rule_named(self.rule)().learning_rate if self.learning_rate is None else self.learning_rate
        return f" {plain(rate)}"


def recipe_for(name: str, task: str, examples: int) -> Recipe:
    """The recipe of a name for a task and a number of rows to train on. Raises UnknownNameError."""
    need_recipe(name)
    if name == "lecture":
        return Recipe("lecture")
    rate = 2e-3 if task == "regression" else 1e-3
    recipe = Recipe(
        name, members=1 if name == "fast" else 4, hidden=(256, 256), dropout=0.1, rule="adam", learning_rate=rate,
        schedule="cosine", epochs=max(FEWEST, min(100, VISITS // max(1, examples))), batch_size=128, keep_best=True,
        patience=PATIENCE,        inputs=KINDS if name == "best" else KINDS[:1],
    )  # fmt: skip
    if examples >= FEW:
        return recipe
    return replace(recipe, schedule="constant", epochs=200, batch_size=32, patience=20)


LECTURE = Recipe("lecture")
"""Plain stochastic gradient descent, as the lecture has it."""


def need_recipe(name: Any) -> None:
    """Raise UnknownNameError for a recipe that does not exist."""
    if name not in NAMES:
        raise UnknownNameError(f"no recipe is called {name!r}; there are: {known(str(name), NAMES)}")


def need_members(members: Any) -> None:
    """Raise SettingError for a number of networks that cannot be."""
    if isinstance(members, bool) or not isinstance(members, int) or members < 1:
        raise SettingError(f"members is the number of networks, 1 or more, not {members!r}")


def scheduled(name: str, rate: Any, updates: int) -> Any:
    """The learning rate under a schedule by name. Raises SettingError for one that needs further numbers."""
    if not isinstance(name, str):
        raise SettingError(f"schedule is a name, such as 'cosine', not {name!r}; a function of t is lr=f")
    kind = schedule_named(name)
    if name == "constant" or is_schedule(rate):
        return rate
    needed = {field.name for field in fields(kind)} - {"rate", "updates", "final"}
    if needed:
        raise SettingError(
            f"schedule={name!r} needs {', '.join(sorted(needed))}: give the rule as an object, such as "
            f"rule=bp.Adam(bp.schedules.{name}(0.001, ...))"
        )
    schedule: Any = kind
    return schedule(rate=rate, updates=max(1, updates))


def plain(value: Any) -> Any:
    """A choice as plain data: numbers and text as they are, all else by its name."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    return getattr(value, "__name__", None) or (str(value) if isinstance(value, Inputs) else repr(value))


def counted(members: int) -> str:
    """1 network, 4 networks."""
    return "1 network" if members == 1 else f"{members} networks"
