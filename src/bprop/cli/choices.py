"""The choices of `bprop train` for network and training: the recipe, and the options that override its parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bprop.architecture import TASKS, Architecture
from bprop.cli.checks import check_network
from bprop.cli.network import NetworkOptions
from bprop.cli.prepared import Prepared
from bprop.cli.rule import RuleOptions
from bprop.cli.running import TrainingOptions
from bprop.console import say
from bprop.graph import Graph
from bprop.rules import Rule
from bprop.tables.members import Rows, fit_network
from bprop.tables.recipe import Recipe, recipe_for
from bprop.tables.timing import Budget
from bprop.training import Fit

INFERRED = ("members", "hidden", "activation", "dropout", "rule", "schedule", "epochs", "batch_size", "patience")
SOME = 10_000
"""Rows for which the choices are checked before the data is read."""


@dataclass(frozen=True)
class Choices:
    """The options of the network, of the update rule, and of training."""

    network: NetworkOptions
    updating: RuleOptions
    training: TrainingOptions

    def check(self, task: str | None) -> None:
        """Raise the errors of choices that do not go together, before the data is read."""
        recipe = self._recipe(task or next(iter(TASKS)), SOME)
        self.updating.make(1, recipe)
        check_network(self.network.of(recipe), task)

    def of(self, prepared: Prepared) -> Chosen:
        """The recipe for data, with these choices."""
        examples = len(prepared.train)
        recipe = self._recipe(prepared.preparation.task, examples).fitting(prepared.preparation)
        if self.training.batch_size is None:
            recipe = replace(recipe, batch_size=min(recipe.batch_size, examples))
        if prepared.validation is None:
            recipe = recipe.unwatched
        return Chosen(recipe, self.network.of(recipe), self.rule_of, self.training.settings, self.training.fixed)

    def rule_of(self, recipe: Recipe, examples: int) -> Rule:
        """The update rule for a recipe and a number of examples."""
        return self.updating.make(recipe.updates(examples), recipe)

    def _recipe(self, task: str, examples: int) -> Recipe:
        """The recipe for a task and so many rows, with the choices of the options."""
        recipe = self.training.override(recipe_for(self.training.recipe, task, examples))
        network = self.network
        return self.updating.override(recipe).overridden(
            hidden=network.hidden, activation=network.activation, dropout=network.dropout
        )


@dataclass(frozen=True)
class Chosen:
    """The recipe for the data of a run, and all that follows from it.

    recipe : with what the user chose. make_rule : gives the update rule of a recipe for a number of examples.
    settings : of `bprop.train`, but for those of the recipe. fixed : the parts of the recipe that a limit on the time
    does not change.
    """

    recipe: Recipe
    network: Architecture
    make_rule: Callable[[Recipe, int], Any]
    settings: dict[str, Any]
    fixed: frozenset[str]

    def fit(
        self, graphs: Sequence[Graph], prepared: Prepared, settings: Mapping[str, Any], budget: Budget | None = None
    ) -> Fit:  # fmt: skip
        """Train the networks of the recipe. graphs : one of each kind. settings : further settings of `bprop.train`.
        budget : of time."""
        rows = Rows(prepared.train, prepared.validation, prepared.pool)
        return fit_network(
            graphs[0], rows, self.recipe, self.make_rule, {**self.settings, **settings}, budget, self.fixed, say,
            graphs[1:],
        )  # fmt: skip

    @property
    def inferred(self) -> dict[str, Any]:
        """{parameter of the command: value} of the recipe's choices, for the file of settings."""
        values = self.recipe.describe()
        listed = {
            name: ",".join(map(str, values[name])) for name in ("hidden", "activation") if type(values[name]) is list
        }
        named = {name: values[name] for name in INFERRED if name in values}
        rate = {"lr": values["learning_rate"]} if "learning_rate" in values else {}
        return {**named, **listed, **rate}
