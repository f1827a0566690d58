"""A model, a fit or a box as a card for notebooks: how it was trained and how well it did; what a box computes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.formulas import STYLE, formula_of
from bprop.graph import Graph
from bprop.notebook import card, facts, few, folded, note, sentence_of, table
from bprop.notebook.records import charts, columns, rows
from bprop.notebook.style import CARD
from bprop.notebook.text import figure
from bprop.shapes import show_shape

MOST_DRAWN = 150
"""Boxes of a graph that is drawn in the card; of a larger one the card says how to draw it."""
MOST_NAMES = 8
ENDS = {
    "epochs": "all epochs done", "patience": "early stopping", "callback": "stopped by a callback",
    "time": "stopped at its limit of time", "interrupted": "interrupted (Ctrl-C)", "diverged": "DIVERGED",
    "failed": "FAILED", "running": "running", "saved": "",
}  # fmt: skip


def portrait(model: Any) -> str:
    """The card of a Model, a Fit, or a model of a table."""
    history = model.history
    parts = [facts(_facts(model))]
    if model.failure:
        parts.append(note(model.failure, "bad"))
    if history:
        parts += [_results(model), charts(history, model.kept_epoch)]
    parts += [folded(f"{len(model.params)} parameters", parameters(model.params)), drawn(model.graph)]
    epochs = f"{len(history):,} epoch{'s' * (len(history) != 1)}" if history else "not trained here"
    engine = getattr(model, "engine", "")
    return card(type(model).__name__, f"{epochs}{f', {engine} engine' if engine else ''}", *parts)


def _facts(model: Any) -> dict[str, object]:
    graph, notes = model.graph, model.notes
    words: dict[str, object] = {}
    if ends := ENDS.get(model.stopped, model.stopped):
        words["training"] = ends
        words["has the parameters of"] = (
            f"epoch {model.kept_epoch:,}, the best on the validation set"
            if model.kept_epoch is not None
            else f"the last update, {getattr(model, 'updates', 0) or model.history[-1].updates:,}"
            if model.history
            else "the beginning"
        )
    if reason := getattr(model, "engine_reason", ""):
        words["engine"] = reason
    members = len({name.partition("/")[0] for name in model.params if re.match(r"m\d+/", name)})
    if members > 1:
        words["ensemble"] = f"the mean of {members} networks"
    words["inputs"] = _boxes(graph.inputs)
    if graph.outputs:
        words["outputs"] = _boxes(graph.outputs)
    if isinstance(classes := notes.get("classes"), list):
        words["classes"] = few([str(one) for one in classes], MOST_NAMES)
    if graph.loss is not None:
        words["loss"] = graph.names[graph.loss]
    words["weights and biases"] = f"{sum(array.size for array in model.params.values()):,} of {model.dtype}"
    return words


def _boxes(boxes: Mapping[str, Any]) -> str:
    return few([f"{name} {show_shape(box.dims)}" for name, box in boxes.items()], MOST_NAMES)


def _results(model: Any) -> str:
    """The numbers of the epoch whose parameters the model has, and those of the last one."""
    history, best = model.history, model.kept_epoch
    records = [record for record in history if record.epoch == best or record is history[-1]]
    head, *lines = rows(records)
    for cells, record in zip(lines, records, strict=True):
        cells[0] = f"{record.epoch:,}, kept" if record.epoch == best else f"{record.epoch:,}, the last"
    return table(head, lines) if columns(records) else ""


def parameters(params: Mapping[str, np.ndarray]) -> str:
    """A table of theta: the shape, the mean, the deviation and the largest magnitude of each."""
    lines = []
    with np.errstate(all="ignore"):  # of a fit that diverged
        for name, array in params.items():
            words = (figure(f(array)) for f in (np.mean, np.std, lambda a: np.abs(a).max()))
            lines.append([name, show_shape(array.shape), *(words if array.size else ())])
    return table(["name", "shape", "mean", "deviation", "largest |w|"], lines)


def drawn(graph: Graph) -> str:
    """The drawing of a graph, folded; of a large one the way to it."""
    count = f"the graph: {len(graph.order):,} boxes"
    if len(graph.order) > MOST_DRAWN:
        return folded(count, note("model.graph.draw().save('graph.svg') draws it; print(model.graph) lists it"))
    return folded(count, f"<div class='bprop-scroll'>{graph.draw().svg()}</div>")


def box_card(box: Box) -> str:
    """The card of a box: what it computes and sends, as mathematics, its settings, and its children."""
    words = {name: f"{value!s:.200}" for name, value in box.hyper.items()}
    rows = [[role, child._label(), str(child.spec)] for role, child in box._roles()]
    children = table(["child", "box", "shape"], rows) if rows else ""
    parts = [note(sentence_of(type(box))), *_mathematics(box), facts(words), children]
    return card(box._label(), str(box.spec), *parts)


def _mathematics(box: Box) -> list[str]:
    if not box.children:
        return []
    try:
        formulas = [formula_of(box, {}, phase) for phase in ("fprop", "bprop")]
    except Exception:  # the code of a box is anybody's
        return []
    style = "".join(f"{CARD} {line}\n" for line in STYLE.strip().split("\n"))
    return [f"<style>{style}</style>", *(f"<div class='bprop-maths'>{one.mathml}</div>" for one in formulas)]
