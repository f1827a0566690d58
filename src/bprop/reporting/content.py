"""`bp.report`: a trained network as one HTML file; and the contents of the page, as plain data."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from bprop.data import DataSet
from bprop.files import write_atomically
from bprop.graph import Graph
from bprop.graph.validation import check_rows, read_weights
from bprop.health import advice
from bprop.model import Model
from bprop.notes import word
from bprop.record import Record
from bprop.reporting import about
from bprop.reporting.about import Facts
from bprop.reporting.layers import boxes_of, layers_of
from bprop.reporting.outcome import outcome
from bprop.reporting.page import render
from bprop.reporting.plain import plain_history, text
from bprop.trained import unwrapped

WITHIN = ("interrupted", "diverged", "failed")
"""After these ends of training, the weights may be those of the middle of an epoch."""
MOST_ADVICE = 12
MOST_LETTERS = 600


def title_of(model: Model) -> str:
    """The title of a page."""
    source = word(model.notes, "source")
    return f"Training on {text(source)}" if source else "Training report"


def drawing_of(graph: Graph) -> str:
    """The drawing of a graph, as SVG. Equal layers are not folded, because each has its own health."""
    return graph.draw(fold=False).svg()


def run_of(model: Model) -> dict[str, Any]:
    """The progress of the run, how it ended, and the epoch of the model's weights (see Fit)."""
    settings = getattr(model, "settings", None)
    return {
        "status": "saved" if settings is None else model.stopped, "epochs": (settings or {}).get("epochs"),
        "best_epoch": model.best_epoch, "kept_epoch": model.kept_epoch, "within_epoch": model.stopped in WITHIN,
        "failure": model.failure and text(model.failure, MOST_LETTERS),
    }  # fmt: skip


def about_of(model: Model, facts: Facts) -> dict[str, Any]:
    """The parts of a page that do not change during training."""
    return {
        "data": about.data_of(model, facts),
        "layers": layers_of(model.graph),
        "boxes": boxes_of(model.graph),
        "settings": about.settings_of(model),
        "versions": about.versions_of(),
        "reproduce": about.reproduce(model, facts),
    }


def follows(history: Sequence[Record], model: Model | None = None) -> dict[str, Any]:
    """The parts of a page about all records together. model : the model at the end of training."""
    lines = advice(history if model is None else model)
    failure = None if model is None else model.failure  # it is at the top of the page
    warnings = [text(line, MOST_LETTERS) for line in lines if line != failure]
    return {"timings": about.timings_of(history), "advice": warnings[:MOST_ADVICE]}


def page_of(model: Model, facts: Facts, outcome: Mapping[str, Any] | None) -> dict[str, Any]:
    """The data of the page of a trained model."""
    return {
        "live": False, "run": run_of(model), "records": plain_history(model.history, model.best_epoch),
        "outcome": outcome, **about_of(model, facts), **follows(model.history, model),
    }  # fmt: skip


def report(
    fit: Any,
    path: str | os.PathLike[str],
    data: Any = None,
    *,
    weights: Any = None,
    name: str = "test",
    facts: Facts | None = None,
) -> None:
    """Write a report of training: one HTML page, for any browser, that needs no network.

    It shows the curves, the graph, the settings, and the health of the layers over the epochs if training recorded it
    (`health="auto"`). For `data` it shows a confusion matrix or a plot of residuals, and the examples with the largest
    loss.

    Parameters
    ----------
    fit : the result of `bp.train`, a model from a file, or an estimator that is fitted.
    path : the file. It is written whole or not at all.
    data : {input: array (N, ...)} with targets, best of rows that training did not use. For a model of a table, rows
        of it; for an estimator, (X, y).
    weights : (N,) weights of these examples. Examples of weight 0 are not among those with the largest loss.
    name : the name of these examples: "test" or "validation".
    facts : further facts of the run.

    The size of the file has bounds: 500 epochs, 40,000 numbers of health, 12 examples, 1,500 points, 40 classes, 200
    columns.

    Raises
    ------
    ModelFileError : if the file cannot be written.
    UnknownNameError, ShapeError, DTypeError, DataError : for data that does not fit the graph.

    >>> graph, data = bp.mlp([2, 2]), {"x": np.eye(2), "y": [0, 1]}
    >>> fit = bp.train(graph, data, epochs=2, engine="numpy", progress=False)
    >>> bp.report(fit, "report.html", data)
    >>> from pathlib import Path
    >>> Path("report.html").read_text(encoding="utf-8")[:15]
    '<!doctype html>'
    """
    source = unwrapped(fit, "report(fit, path)")
    model = source.to_model()
    facts_of = getattr(source, "facts_of", None)  # a model of a table knows the cells of its rows
    known = facts or (Facts() if facts_of is None or data is None else facts_of(data))
    if data is not None and not isinstance(data, DataSet):
        arrays = source.read_batch(data)
        data = DataSet(arrays, read_weights(weights, check_rows(arrays)))
        weights = None
    results = None if data is None else outcome(model, data, weights, name, known)
    page = render(title_of(model), drawing_of(model.graph), page_of(model, known, results))
    write_atomically(path, page.encode())
