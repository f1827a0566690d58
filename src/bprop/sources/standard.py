"""A model that was made in Python, in the form of one of `bprop train`: x (N, D), y and f, with notes on its data.

The graph, and what notes there are, say what the model takes and predicts: its one input, its one target, its output.
Boxes that reshape stand between these and the model's own, where they differ. So the command line reads data for it,
and judges it, as any other model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.boxes import Exp, Sigmoid, Softmax, concat, reshape, softmax
from bprop.ensembles import SPREAD, spread_name
from bprop.errors import UnsupportedError
from bprop.graph import Graph
from bprop.leaves import Input
from bprop.model import Model
from bprop.perceptron import QUANTILES
from bprop.scaling import KEY as SCALING
from bprop.sources.formats.arrays import numbered
from bprop.sources.preparation import TARGETS, is_noted
from bprop.structure.replace import replaced

IN_PYTHON = "predict with it in Python: bp.load(path).predict(...)"
SOURCE = "Python"
"""The source in the notes of a standard form."""


@dataclass(frozen=True)
class Form:
    """The data and the answer of a model: its input, its target (None: it has no loss), and its output with a name."""

    x: Input
    y: Input | None
    output: str
    f: Box

    @classmethod
    def of(cls, graph: Graph, rows: bool = True) -> Form:
        """That of a graph. rows : whether it must have one input; else x is any of them.

        Raises UnsupportedError, which says what there is, unless the graph has one of each.
        """
        outputs = [name for name in graph.outputs if name not in _beside(graph)]
        if "f" not in graph.outputs and len(outputs) != 1:
            names = ", ".join(map(repr, outputs)) or "nothing"
            raise UnsupportedError(
                f"this model gives {names}, and on the command line a model has one output, or one that is called 'f': "
                f"{IN_PYTHON}"
            )
        taken = graph.predictor.inputs
        if len(taken) != 1 and (rows or not taken):
            raise UnsupportedError(
                f"this model takes {_shapes(taken.values())}, and on the command line rows are one array x (N, D), or "
                f"the table of a model of `bprop train`: {IN_PYTHON}"
            )
        targets = [box for name, box in graph.inputs.items() if name not in taken]
        if len(targets) > 1:
            raise UnsupportedError(f"this model has the targets {_shapes(targets)}, and the command line takes one")
        output = "f" if "f" in graph.outputs else outputs[0]
        return cls(next(iter(taken.values())), targets[0] if targets else None, output, graph.outputs[output])

    @property
    def inputs(self) -> int:
        """D, the numbers of an example."""
        return prod(self.x.shape)

    @property
    def outputs(self) -> int:
        """K, the numbers of the output for an example."""
        return prod(size for size in self.f.dims[1:] if isinstance(size, int))

    @property
    def targets(self) -> int:
        """The targets of an example."""
        if self.y is None:
            return 1 if isinstance(self.f, Softmax) else self.outputs
        return prod(self.y.shape)

    @property
    def task(self) -> str:
        """The task of `bprop train` that it is. Raises UnsupportedError where it is none."""
        labels = self.y is None or self.y.dtype != "float"
        if labels and self.targets == 1 and (self.outputs > 1 or isinstance(self.f, Sigmoid)):
            return "classification"
        if self.outputs != self.targets:
            assert self.y is not None
            raise UnsupportedError(
                f"this model has targets {_shapes([self.y])} and gives {self.outputs} numbers an example, which is "
                f"none of the tasks of the command line: {IN_PYTHON}"
            )
        if labels and isinstance(self.f, Sigmoid):
            return "multilabel"
        return "counts" if isinstance(self.f, Exp) else "regression"

    def classes(self, notes: Mapping[str, Any]) -> list[Any]:
        """The classes in the notes, if they are as many as those of the graph; else 0, 1, 2, ..."""
        count, noted = max(2, self.outputs), notes.get("classes")
        fits = isinstance(noted, list | tuple) and len(noted) == count and not any(isinstance(c, list) for c in noted)
        return list(noted) if fits and noted else list(range(count))

    def arrays(self, standard: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The arrays of the model itself, of those of its standard form."""
        boxes = {"x": self.x, "y": self.y}
        pairs = ((boxes[name], array) for name, array in standard.items())
        return {str(box.name): array.reshape(-1, *box.shape) for box, array in pairs if box is not None}


def standard_form(model: Model) -> Model:
    """The same model for rows: with the notes of `bprop train`, an input "x" (D,), a target "y" and the output "f".

    Of two classes with one probability p, f is (1 - p, p). A model that has such notes stays as it is.

    Raises UnsupportedError for a model of several inputs, targets or outputs.
    """
    if is_noted(model.notes):
        return model
    form = Form.of(model.graph)
    task = form.task
    graph = model.graph if _is_standard(form, task) else _standard_graph(model.graph, form, task)
    same = model.with_network(graph, model.params, {**_kept(model, form), **_notes(model, form, task)})
    same.history, same.stopped, same.best_epoch = model.history, model.stopped, model.best_epoch
    if form.x.name in model.trained_on:
        same.trained_on = {"x": model.trained_on[str(form.x.name)]}
    return same


def _is_standard(form: Form, task: str) -> bool:
    """Whether nothing of the graph needs another name or shape."""
    of_y = form.y is None or (form.y.name == "y" and (form.y.shape == () or form.targets > 1))
    flat = len(form.f.dims) == 2 or (len(form.f.dims) == 1 and task != "classification")
    pair = task == "classification" and form.outputs == 1
    return form.x.name == "x" and len(form.x.shape) == 1 and of_y and form.output == "f" and flat and not pair


def _standard_graph(graph: Graph, form: Form, task: str) -> Graph:
    """The graph with an x and a y of its own in front, and f at the end."""
    places: dict[Box, Box] = {form.x: _in_front("x", (form.inputs,), form.x)}
    if form.y is not None:
        places[form.y] = _in_front("y", () if form.targets == 1 else (form.targets,), form.y)
    outputs = {name: box for name, box in graph.outputs.items() if name == form.output or name in _beside(graph)}
    whole = replaced(Graph(loss=graph.loss, penalty=graph.penalty, outputs=outputs, stable=graph.stable), places)
    f = whole["outputs"].pop(form.output)
    if task == "classification" and form.outputs == 1:
        (a,) = f.children
        a = reshape(a, (-1, 1))
        f = softmax(concat([0.0 * a, a]))
    elif len(f.dims) > 2:
        f = reshape(f, (-1, form.outputs))
    return Graph(**{**whole, "outputs": {"f": f, **whole["outputs"]}})


def _in_front(name: str, shape: tuple[int, ...], box: Input) -> Box:
    """An input of this name and shape, in the place of another: itself, or the box that reshapes it."""
    if (box.name, box.shape) == (name, shape):
        return box
    first = Input(name, shape, dtype=box.dtype)
    if box.shape == shape:
        return first
    return reshape(first, (-1, *box.shape), name=f"{name}_in_shape" if box.name == name else box.name)


def _notes(model: Model, form: Form, task: str) -> dict[str, Any]:
    """The notes of `bprop train`."""
    names, target = model.notes.get("columns"), model.notes.get("target")
    texts = isinstance(names, list | tuple) and all(isinstance(name, str) for name in names)
    fits = texts and len({*names}) == len(names) == form.inputs
    name = target if isinstance(target, str) else "y" if form.y is None else str(form.y.name)
    notes = {
        "source": SOURCE, "task": task, "columns": list(names) if fits and names else list(numbered(form.inputs)),
        "target": name, "classes": form.classes(model.notes) if task == "classification" else None,
    }  # fmt: skip
    return notes if form.targets == 1 else {**notes, TARGETS: [f"{name}{k}" for k in range(1, form.targets + 1)]}


def _kept(model: Model, form: Form) -> dict[str, Any]:
    """The other notes, with the scaling under the names, and of the shapes, of the standard form."""
    names = {str(form.x.name): "x", form.output: "f", **({} if form.y is None else {str(form.y.name): "y"})}
    if SCALING not in model.notes:
        return dict(model.notes)
    scaling = {
        names.get(name, name): {"mean": np.ravel(one.mean).tolist(), "deviation": np.ravel(one.deviation).tolist()}
        for name, one in model.units.scalings.items()
    }
    if form.targets == 1:
        scaling |= {
            name: {key: value[0] for key, value in scaling[name].items()} for name in ("y", "f") if name in scaling
        }
    return {**model.notes, SCALING: scaling}


def _beside(graph: Graph) -> set[str]:
    """The outputs that may stand beside f."""
    return {SPREAD, QUANTILES, spread_name(QUANTILES)} if "f" in graph.outputs else set()


def _shapes(boxes: Any) -> str:
    return ", ".join(f"{box.name} ({', '.join(map(str, box.dims))})" for box in boxes) or "nothing"


def defaults(classes: tuple[Any, ...] | None) -> bool:
    """Whether classes are the numbers 0, 1, 2, ..."""
    return classes is not None and all(type(c) is int for c in classes) and classes == tuple(range(len(classes)))
