"""The training of a table: of one network, or of several, each with validation rows of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bprop.data import DataSet
from bprop.engines import surroundings
from bprop.graph import Graph
from bprop.sources.pool import Pool
from bprop.tables.recipe import KEY, Recipe, counted
from bprop.tables.timing import Budget, fitted
from bprop.training import Fit, train_as_set
from bprop.training.members import Member, member_seed, train_members
from bprop.training.pace import epoch_seconds
from bprop.training.settings import TrainSettings

KINDS = "kinds"
"""The key of the notes of a model about the kinds of networks that were tried."""
PROBE = 0.1
"""The share of the time for a first look at how long an epoch takes."""
MakeRule = Callable[[Recipe, int], Any]


@dataclass(frozen=True)
class Rows:
    """The sets of a training. pool : chooses the rows that each of several networks watches; None: all watch the
    validation set."""

    train: DataSet
    validation: DataSet | None
    pool: Pool | None = None

    def members(self, count: int, seed: int) -> list[Member]:
        """The sets and the seeds of `count` networks."""
        sets: list[tuple[DataSet, DataSet | None]] = [(self.train, self.validation)] * count
        if self.pool is not None and self.validation is not None:
            sets = [*self.pool.sets(self.train, self.validation, count)]
        return [Member(member_seed(seed, k), *one) for k, one in enumerate(sets)]


def fit_network(
    graph: Graph, rows: Rows, recipe: Recipe, make_rule: MakeRule, settings: Mapping[str, Any],
    budget: Budget | None = None, fixed: frozenset[str] = frozenset(), tell: Callable[[str], Any] = lambda line: None,
    rivals: Sequence[Graph] = (),
) -> Fit:  # fmt: skip
    """Train the networks of a recipe, and return the fit of their mean, whose notes have the recipe.

    graph, rivals : of each kind of the recipe. Every kind has as many members, on the same rows.
    make_rule : gives the update rule of a recipe for a number of examples. settings : of `bprop.train`, but for those
    of the recipe. budget : a limit on the time; it decides how many networks and epochs there are, but for those that
    are `fixed`, and ends training. tell : takes a line on what it decides.
    """
    if budget is not None:
        recipe = replace(recipe, inputs=recipe.inputs[: len(rivals) + 1])  # a graph of the caller's has no rivals
        recipe = planned(graph, rows, recipe, make_rule, settings, budget, fixed)
        rivals = rivals[: len(recipe.inputs) - 1]
        kinds = f" of each of {len(rivals) + 1} kinds" if rivals else ""
        tell(f"time {budget.text}: {counted(recipe.members)}{kinds}, at most {recipe.epochs} epochs")
    notes = {**(settings.get("notes") or {}), KEY: recipe.describe()}
    own = {**settings, **recipe.settings, "notes": notes}
    if recipe.members == 1 and budget is None and not rivals:
        rule = make_rule(recipe, len(rows.train))
        return train_as_set(graph, rows.train, TrainSettings(validation=rows.validation, rule=rule, **own))
    members = rows.members(recipe.members, settings.get("seed", 0))
    over = None if budget is None else budget.over
    every = [replace(member, graph=kind) for kind in (graph, *rivals) for member in members]
    fit = train_members(graph, every, lambda examples: make_rule(recipe, examples), own, over)
    if fit.kinds is not None:
        fit.notes[KINDS] = {"losses": fit.kinds.losses, "chosen": fit.kinds.chosen}
        tell(f"kinds {fit.kinds}")
    return fit


def planned(
    graph: Graph, rows: Rows, recipe: Recipe, make_rule: MakeRule, settings: Mapping[str, Any], budget: Budget,
    fixed: frozenset[str],
) -> Recipe:  # fmt: skip
    """The recipe that fits into the time, after a first look at how long an epoch takes."""
    if "epochs" in fixed:
        return recipe
    (member,) = rows.members(1, settings.get("seed", 0))
    own = {**settings, **recipe.settings}
    epoch, apart = epoch_seconds(graph, member, make_rule(recipe, len(rows.train)), own, budget.part(PROBE).over)
    return fitted(recipe, epoch, budget.left, surroundings.cores() if apart else 1, fixed)
