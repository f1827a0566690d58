"""The answers of a model for rows of a table, as columns: `bprop predict` writes them, and `bprop serve` sends them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from bprop.boxes import Softmax
from bprop.errors import SettingError
from bprop.measures.scores import predictions
from bprop.model import Model
from bprop.sources.formats.output import Output
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation
from bprop.sources.scaling import places
from bprop.tables.certainty import CLASSES, Conformal
from bprop.tables.outputs import f_of, quantiles_of, spread_of


def answers(
    net: Model, preparation: Preparation, rows: Frame, ids: str | None = None, interval: float | None = None,
    spread: bool = False,
) -> list[Output]:  # fmt: skip
    """The columns: the ids, the class and the probability of each class (or the value), intervals, spreads.

    rows : for this model (`preparation.adapted`). ids : a column that is carried along; None: those that training left
    out as ids. interval : the level of intervals or sets; None: there are none. spread : whether the deviations of the
    networks of an ensemble are wanted.

    Raises DataError, naming row and column, for cells that cannot be read; SettingError for what the model lacks.
    """
    noted = None if interval is None else Conformal.from_notes(net.notes, len(preparation.answer.columns))
    carried = carried_ids(rows, preparation, ids)
    with places(rows, preparation):
        inputs = preparation.inputs(rows)
        columns = [*carried, *predicted(f_of(net, inputs), preparation, net)]
        if noted is not None and interval is not None:
            columns += apart_from(ends_of(noted, interval, net, inputs, preparation), columns)
        if spread:
            columns += spreads(spread_of(net, inputs), preparation, net)
    return columns


def carried_ids(rows: Frame, preparation: Preparation, ids: str | None) -> list[Output]:
    """The id columns."""
    if ids is not None and rows.block is not None:
        raise SettingError(f"--id {ids}: {rows.name} is not a table, so it has no such column")
    names = [ids] if ids is not None else [name for name in preparation.ids if name in rows.columns]
    for name in names:
        rows.need_readable(name, "id")
    columns = {name: rows.column(name) for name in names}
    return [Output(n, c.cells if c.cells.dtype.kind in "fiuM" else c.texts) for n, c in columns.items()]


def predicted(f: np.ndarray, preparation: Preparation, net: Model) -> list[Output]:
    """The columns of predictions f (N, outputs); numbers with the digits that the precision holds."""
    digits = 9 if net.dtype == np.float32 else 17
    if preparation.classes is not None:
        number = "p" if isinstance(net.graph.outputs["f"], Softmax) else "score"
        classes = np.empty(len(preparation.classes), object)
        classes[:] = preparation.classes
        shares = [Output(f"{number}({name})", f[:, k], digits) for k, name in enumerate(preparation.classes)]
        return [Output("class", classes[predictions(f, preparation.decision)]), *shares]
    columns = preparation.answer.columns
    names = [f"p({name})" for name in columns] if preparation.task == "multilabel" else list(columns)
    values, wanted = f.reshape(len(f), -1), _digits(net, len(columns), digits)
    return [Output(name, values[:, k], wanted[k]) for k, name in enumerate(names)]


def ends_of(
    noted: Conformal, level: float, net: Model, inputs: Mapping[str, np.ndarray], preparation: Preparation
) -> list[Output]:
    """The columns of conformal intervals, low and high; of classes the set, a list as in JSON."""
    if noted.kind == CLASSES:
        assert preparation.classes is not None
        names = [one if isinstance(one, int | float | str | bool) else str(one) for one in preparation.classes]
        members = noted.sets(f_of(net, inputs), level)
        sets = [json.dumps([names[c] for c in np.nonzero(row)[0]], ensure_ascii=False) for row in members]
        return [Output("set", np.array(sets, object))]
    ends = noted.intervals(f_of(net, inputs), quantiles_of(net, inputs), level)
    columns = preparation.answer.columns
    digits = _digits(net, len(columns), 9 if net.dtype == np.float32 else 17)
    return [
        Output(name if len(columns) == 1 else f"{name}({column})", ends[:, k, end], digits[k])
        for k, column in enumerate(columns) for end, name in enumerate(("low", "high"))
    ]  # fmt: skip


def apart_from(columns: list[Output], others: list[Output]) -> list[Output]:
    """The columns, under other names where one of the `others` has the name already: "low_"."""
    taken, renamed = {one.name for one in others}, []
    for one in columns:
        name = one.name
        while name in taken:
            name += "_"
        taken.add(name)
        renamed.append(one if name == one.name else replace(one, name=name))
    return renamed


def spreads(deviations: np.ndarray, preparation: Preparation, net: Model) -> list[Output]:
    """The columns of the members' standard deviations (N, outputs): of each value, or of the share of each class."""
    digits, values = 9 if net.dtype == np.float32 else 17, deviations.reshape(len(deviations), -1)
    names = preparation.answer.columns if preparation.classes is None else preparation.classes
    return [Output(f"spread({name})", values[:, k], digits) for k, name in enumerate(names)]


def _digits(net: Model, columns: int, digits: int) -> list[int]:
    """Digits to show for each column: more if its numbers are far from 0 but close to each other."""
    scaling = net.units.scalings.get("f")
    if scaling is None:
        return [digits] * columns
    far = np.abs(scaling.mean) / scaling.divisor
    more = np.ceil(np.log10(np.maximum(far, 1.0))).astype(int)
    return np.broadcast_to(np.minimum(17, digits + more), columns).tolist()
