"""A table as the data of a search: its rows to train on and to watch, its folds, and networks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from bprop.errors import SettingError
from bprop.graph import Graph
from bprop.scaling import Units
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation
from bprop.sources.splits import Split, class_numbers
from bprop.tables.dividing import Parts
from bprop.tables.network import build
from bprop.tables.table import Table
from bprop.tuning import settings as of
from bprop.tuning.problem import Stage

Maker = Callable[..., Graph]


def network(
    rows: Frame, preparation: Preparation, scale: str, units: Units
) -> Callable[[Mapping[str, Any]], Graph]:  # fmt: skip
    """From the settings of a trial to the network for these rows, from which features of numbers are learned."""

    def make(settings: Mapping[str, Any]) -> Graph:
        inputs = of.inputs(settings).fitting(preparation)
        return build(rows, preparation, of.architecture(settings), scale, inputs, units)

    return make


def stage(
    train: Table, watched: Table | None, measured: Table | None, dtype: str, class_weight: Any, own: Any = None
) -> Stage:  # fmt: skip
    """Parts of a table as the rows of a trial. own : the caller's function from settings to a graph.

    Raises SettingError where no row is watched.
    """
    if watched is None:
        raise SettingError("settings are chosen by validation rows: hold some out, as with validation=0.2")
    make = network(train.frame, train.preparation, train.scale, train.units) if own is None else own
    return Stage(
        train.data(dtype, class_weight), watched.data(dtype, class_weight), make,
        None if measured is None else measured.data(dtype), train.notes,
    )  # fmt: skip


def folds(table: Table, split: Split, count: int) -> Iterator[Parts]:
    """`count` ways to train on some rows that are not in the test, to watch others, and to measure on the rest."""
    labels = class_numbers(table.frame, table.answer)
    among = split.parts(table.frame, labels).but_for_test
    apart = split.apart(table.chosen, table.weights)
    for parts in split.folds(table.frame, among, count, labels):
        frames = {name: table.frame.rows(rows) for name, rows in parts.there.items()}
        train = replace(table, frame=frames.pop("train"), part="train", apart=apart)
        held = {name: replace(train, frame=rows, part=name, trained=train) for name, rows in frames.items()}
        yield Parts(train, held.get("validation"), held.get("test"))
