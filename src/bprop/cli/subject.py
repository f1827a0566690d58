"""The subject of `bprop check`, `graph` and `step`: a saved model with data, or data with a fresh network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final

import numpy as np
import typer

from bprop.cli import options as opt
from bprop.cli import training_options as training
from bprop.cli.command import options_for
from bprop.cli.experiment import is_model
from bprop.cli.network import NetworkOptions, changed, network_options
from bprop.cli.opening import open_data, open_for, prepare
from bprop.cli.reading import reading_options
from bprop.errors import SettingError
from bprop.graph import Graph
from bprop.sources.answer import Answer
from bprop.sources.frame import Frame
from bprop.sources.preparation import is_noted
from bprop.sources.read_options import INFERRED, ReadOptions
from bprop.sources.scaling import network_arrays, units_of
from bprop.sources.standard import Form
from bprop.tables.files import load_for_rows, load_model
from bprop.tables.network import build

Name = Annotated[
    str, typer.Argument(metavar="MODEL|DATA", help="A model file, or data for which a fresh network is built.")
]
Rows = Annotated[
    int | None, typer.Option(help="Examples in the batch (default: 10, or all if there are fewer).", min=1)
]
Data = Annotated[str | None, typer.Argument(help="With a model: the data to take rows from.")]


@dataclass(frozen=True)
class Subject:
    """A graph with theta, and rows of data. `arrays` encodes rows for the network."""

    graph: Graph
    params: dict[str, np.ndarray]
    rows: Frame
    arrays: Callable[[Frame], dict[str, np.ndarray]]

    def batch(self, count: int | None, usual: int = 10) -> dict[str, np.ndarray]:
        """`count` rows, evenly spaced; None: the usual count, or all. Raises SettingError if there are fewer."""
        if count is None:
            count = min(usual, len(self.rows))
        if count > len(self.rows):
            raise SettingError(f"--rows {count}: {self.rows.name} has {len(self.rows)} examples")
        return self.arrays(self.rows.rows(np.linspace(0, len(self.rows) - 1, count).astype(int)))


@dataclass(frozen=True)
class Choice:
    """The options of a subject. Only `labels` and `seed` may go with a saved model."""

    target: str | None
    labels: str | None
    task: str | None
    scale: str
    network: NetworkOptions
    seed: int
    reading: ReadOptions = INFERRED

    def open(self, name: str, data: str | None) -> Subject:
        """A saved model with data, or data with a fresh network. Raises SettingError if they do not fit."""
        if is_model(name):
            if data is None:
                raise SettingError(f"{name} is a model: name the data to take rows from, as in {name} DATA")
            self.need_no_network(name)
            return self._of_model(name, data)
        if data is not None:
            raise SettingError(f"{name} is not a model file (*.bprop), so {data} is one argument too many")
        network = self.network.alone
        rows = open_data(name, self.target, self.labels, self.reading, self.task)
        preparation = prepare(rows, Answer.of(rows, rows.target, self.task))
        graph = build(rows, preparation, network, self.scale)
        units = units_of(preparation.arrays(rows), preparation, self.scale)
        arrays = partial(network_arrays, preparation=preparation, units=units)
        return Subject(graph, graph.init(self.seed), rows, arrays)

    def _of_model(self, name: str, data: str) -> Subject:
        """A saved model as it is, and rows for it."""
        model, standard = load_model(name), load_for_rows(name)
        if model.graph.loss is None:
            raise SettingError(f"{name}: its graph has no loss, so there is nothing to propagate back: bprop predict")
        rows, preparation = open_for(standard, data, self.labels, self.reading)
        arrays = partial(network_arrays, preparation=preparation, units=standard.units)
        if is_noted(model.notes):
            return Subject(model.graph, model.params, rows, arrays)
        form = Form.of(model.graph)
        return Subject(model.graph, model.params, rows, lambda some: form.arrays(arrays(some)))

    def need_no_network(self, model: str) -> None:
        """Raise SettingError for options of a fresh network: a model has its own."""
        data: dict[str, Any] = {"--target": self.target, "--task": self.task, "--scale": self.scale}
        options = [option for option, value in data.items() if value not in (None, "auto")] + changed(self.network)
        if options:
            raise SettingError(f"{model} is a model and has its own network: leave out {', '.join(options)}")


@reading_options
@network_options
def choice(
    *,
    target: opt.Target = None,
    labels: opt.Labels = None,
    task: opt.Task = None,
    scale: opt.Scale = "auto",
    network: NetworkOptions,
    seed: training.Seed = 0,
    reading: ReadOptions,
) -> Choice:
    return Choice(target, labels, task, scale, network, seed, reading)


subject_options: Final = options_for("choice", choice)
"""A command with a parameter `choice` has the options of a subject in its place. It is called with the Choice."""
