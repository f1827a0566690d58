"""The training of a table: of one network, or of several, each with validation rows of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bprop.data import DataSet
from bprop.graph import Graph
from bprop.sources.pool import Pool
from bprop.training import Fit, train
from bprop.training.members import Member, member_seed, train_members


def fit_network(
    graph: Graph, data: DataSet, validation: DataSet | None, pool: Pool | None, members: int,
    make_rule: Callable[[int], Any], settings: Mapping[str, Any],
) -> Fit:  # fmt: skip
    """Train `members` networks on data, and return the fit of their mean.

    pool : chooses the rows that each network watches; None: all watch `validation`. make_rule : gives the update rule
    for a number of examples. settings : of `bprop.train`, but for rule and validation.
    """
    if members == 1:
        return train(graph, data, validation=validation, rule=make_rule(len(data)), **settings)
    sets: list[tuple[DataSet, DataSet | None]] = [(data, validation)] * members
    if pool is not None and validation is not None:
        sets = [*pool.sets(data, validation, members)]
    seed = settings.get("seed", 0)
    return train_members(graph, [Member(member_seed(seed, k), *one) for k, one in enumerate(sets)], make_rule, settings)
