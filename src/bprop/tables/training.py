"""The training of a network on the data sets of a table, with the settings of the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import index
from typing import Any

from bprop.errors import SettingError
from bprop.graph import Graph
from bprop.tables.members import Rows, fit_network
from bprop.tables.model import TableFit
from bprop.tables.recipe import Recipe
from bprop.tables.timing import Budget


@dataclass(frozen=True)
class Settings:
    """How to train. recipe : with the choices of the caller. budget, fixed : as in `fit_network`. All others are
    settings of `bprop.train`."""

    recipe: Recipe
    seed: int
    dtype: str
    engine: Any
    more: Mapping[str, Any]
    budget: Budget | None = None
    fixed: frozenset[str] = frozenset()


def fit_table(
    graph: Graph, rows: Rows, notes: Mapping[str, Any], settings: Settings, rivals: Sequence[Graph] = ()
) -> TableFit:  # fmt: skip
    """A graph that is trained on a table's rows. rivals : those of the other kinds of the recipe."""
    own = {"notes": notes, "seed": settings.seed, "dtype": settings.dtype, "engine": settings.engine, **settings.more}
    return TableFit.of(
        fit_network(graph, rows, settings.recipe, rule_of, own, settings.budget, settings.fixed, rivals=rivals)
    )  # fmt: skip


def rule_of(recipe: Recipe, examples: int) -> Any:
    """The rule of a recipe for a number of examples."""
    return recipe.make_rule(recipe.updates(examples))


def network_choices(hidden: Any, activation: Any, dropout: Any) -> dict[str, Any]:
    """Choices for the network, as those of a recipe."""
    return {"hidden": None if hidden is None else layers(hidden), "activation": activation, "dropout": dropout}


def layers(hidden: Any) -> tuple[int, ...]:
    """Units of the hidden layers: a number, or several. Raises SettingError."""
    try:
        sizes = (index(hidden),) if not hasattr(hidden, "__iter__") else tuple(map(index, hidden))
    except TypeError:
        sizes = (0,)
    if any(size < 1 for size in sizes):
        raise SettingError(f"hidden={hidden!r}: give whole numbers above 0, such as 500 or (200, 100)")
    return sizes


def words_of(class_weight: str | Mapping[Any, float] | None) -> tuple[str, ...]:
    """Weights of classes as the words of the command line: "balanced", or "CLASS=WEIGHT" for each class."""
    if class_weight is None or isinstance(class_weight, str):
        return () if class_weight is None else (class_weight,)
    return tuple(f"{name}={weight!r}" for name, weight in class_weight.items())
