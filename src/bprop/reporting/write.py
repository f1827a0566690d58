"""`bp.report`: a trained network as one HTML file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from bprop.data import DataSet
from bprop.errors import SettingError
from bprop.files import write_atomically
from bprop.model import Model
from bprop.reporting.content import drawing_of, page_of, title_of
from bprop.reporting.facts import Facts
from bprop.reporting.outcome import outcome
from bprop.reporting.page import render


def report(
    fit: Model,
    path: str | os.PathLike,
    data: Mapping[str, Any] | DataSet | None = None,
    *,
    weights: Any = None,
    name: str = "test",
    facts: Facts | None = None,
) -> None:
    """Write a report of training: one HTML page that needs no network, to be opened in any browser.

    It shows curves, the graph, the health of the layers over the epochs (where training recorded it: `health="auto"`),
    the settings, and of `data` a confusion matrix or a plot of residuals, and the examples of the largest loss.

    Parameters
    ----------
    fit : what `bp.train` gave, or a model of a file.
    path : the file to write, whole or not at all.
    data : {input: array (N, ...)} with targets, best rows that were not trained on.
    weights : (N,) weights of these examples; those of weight 0 are not shown among the worst.
    name : what these examples are called: "test" or "validation".
    facts : what else is known of the run.

    The file is bounded: 500 epochs, 40,000 numbers of health, 12 examples, 1,500 points, 40 classes, 200 columns.

    Raises
    ------
    ModelFileError : where the file cannot be written.
    UnknownNameError, ShapeError, DTypeError, DataError : for data that does not fit the graph.
    """
    if not isinstance(fit, Model):
        raise SettingError(f"report(fit, path) is of a fit or a model, not of {type(fit).__name__}")
    facts = facts or Facts()
    found = None if data is None else outcome(fit, data, weights, name, facts)
    page = render(title_of(fit), drawing_of(fit.graph), page_of(fit, facts, found))
    write_atomically(path, page.encode())
