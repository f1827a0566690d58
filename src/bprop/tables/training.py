"""The training of a network on the data sets of a table, with the settings of the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import index
from typing import Any

from bprop.data import DataSet
from bprop.errors import SettingError
from bprop.graph import Graph
from bprop.sources.pool import Pool
from bprop.tables.members import fit_network
from bprop.tables.model import TableFit
from bprop.tables.recipe import KEY, Recipe


@dataclass(frozen=True)
class Settings:
    """How to train. recipe : with the choices of the caller; all others are settings of `bprop.train`."""

    recipe: Recipe
    seed: int
    dtype: str
    engine: Any
    more: Mapping[str, Any]


def fit_table(
    graph: Graph, data: DataSet, validation: DataSet | None, pool: Pool | None, notes: Mapping[str, Any],
    settings: Settings,
) -> TableFit:  # fmt: skip
    """A graph that is trained on a table's rows. pool : chooses the rows that each of several networks watches."""
    recipe = settings.recipe
    own = {"notes": notes, "seed": settings.seed, "dtype": settings.dtype, "engine": settings.engine}
    fit = fit_network(
        graph, data, validation, pool, recipe.members, lambda examples: recipe.make_rule(recipe.updates(examples)),
        {**own, **recipe.settings, **settings.more},
    )  # fmt: skip
    fit.notes[KEY] = recipe.describe()
    return TableFit.of(fit)


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
