"""From options to data sets and a graph, for `train`, `check` and `graph`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from bprop import embedding
from bprop.architecture import Architecture, head_of
from bprop.cli.checks import check_seed
from bprop.cli.opening import open_beside
from bprop.data import split
from bprop.errors import BpropError, ModelFileError, SettingError
from bprop.graph import Graph
from bprop.model import Model, load
from bprop.scaling import with_older
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation, is_noted
from bprop.sources.scaling import settings_of, x_of

SUFFIX = ".bprop"


def build(rows: Frame, preparation: Preparation, network: Architecture, scale: str = "auto") -> Graph:
    """The network for rows whose numbers are scaled outside of it (see `bprop.sources.scaling`)."""
    x = x_of(rows.rows(np.arange(1)), preparation)  # all rows are alike in width and type
    settings = settings_of(x, preparation, scale)
    network = replace(network, task=settings["task"])
    head = head_of(network.loss_class())
    if preparation.task == "regression" and head.scaled is None:
        raise SettingError(
            f"the loss {network.loss!r} does not fit regression: it has no way to predict numbers on the scale of y"
        )
    return embedding.network(
        network, x.shape[1], preparation.embeddings, preparation.outputs, settings["input_scaling"]
    )  # fmt: skip


def part(count: int, size: float, option: str) -> float:
    """A share in [0, 1), from a share or a number of examples. Raises SettingError."""
    share = size if 0 <= size < 1 else size / count
    if not 0 <= share < 1 or (size >= 1 and size != int(size)):
        raise SettingError(f"{option} {size:g}: give a share in [0, 1) or a whole number below {count}")
    return share


def hold_out(rows: Frame, size: float | str, seed: int, option: str, stratify: bool) -> tuple[Frame, Frame | None]:
    """(rest, held out): a random share or number of rows, stratified by class; (all rows, None) for 0.

    size : a share, a number of rows, or the name of another file: (all rows, that file's rows).
    Raises SettingError.
    """
    check_seed(seed)
    try:
        size = float(size)
    except ValueError:
        return rows, open_beside(rows, str(size))
    share = part(len(rows), size, option)
    if share == 0:
        return rows, None
    labels = np.unique(rows.column(rows.target[0]).cells, return_inverse=True)[1] if stratify else None
    rest, held = split(len(rows), share, seed, labels)
    return rows.rows(rest), rows.rows(held)


def is_model(source: str) -> bool:
    """Whether an argument names a model file rather than data."""
    return Path(source).suffix == SUFFIX


def load_model(path: str | Path) -> Model:
    """Load a model of `bprop train`, and check once that its notes fit its graph. Raises ModelFileError."""
    model = load(path)
    try:
        model.notes = with_older(model.notes)
        model.check_units()
        if is_noted(model.notes):
            Preparation.from_notes(model.notes).need_fit(model.graph)
    except BpropError as error:
        raise ModelFileError(f"{path}: {error}") from error
    return model


def free_path(name: str, suffix: str = SUFFIX) -> Path:
    """name.bprop, or the first free of name-2.bprop, name-3.bprop, ...: no model is overwritten."""
    path, number = Path(name + suffix), 2
    while path.exists():
        path, number = Path(f"{name}-{number}{suffix}"), number + 1
    return path
