"""Every command that takes a model, on a model file and rows that fit the seeds, without the terminal around it."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import typer

import bprop as bp
from bprop import errors
from bprop.cli.check import check
from bprop.cli.evaluate import evaluate
from bprop.cli.export import export
from bprop.cli.graph import graph
from bprop.cli.opening import open_for
from bprop.cli.predict import predict
from bprop.cli.step import obey
from bprop.cli.subject import choice
from bprop.sources.formats.arrays import frame_of_arrays, numbered
from bprop.sources.frame import Frame
from bprop.sources.preparation import KEY
from bprop.stepper import Stepper
from bprop.tables.files import load_model

ROWS = 40


def pets() -> Frame:
    """A table with columns of every kind, and a target of two classes, one of numbers, and two of yes and no."""
    columns = {
        "size": [None if k == 3 else str(k % 7) for k in range(ROWS)],
        "town": [f"t{k % 20}" for k in range(ROWS)],
        "colour": ["red" if k % 3 else "blue" for k in range(ROWS)],
        "day": [f"2024-01-{1 + k % 28:02}" for k in range(ROWS)],
        "tame": ["yes" if k % 5 else "no" for k in range(ROWS)],
        "name": [f"n{k}" for k in range(ROWS)],
        "good": ["yes" if k % 2 else "no" for k in range(ROWS)],
        "price": [str(k % 9 + 0.5) for k in range(ROWS)],
        "a": [str(k % 2) for k in range(ROWS)],
        "b": [str(k % 3 % 2) for k in range(ROWS)],
    }
    return Frame("pets", {name: np.array(cells, object) for name, cells in columns.items()}, lambda row: f"row {row}")


def dots(task: str) -> Frame:
    """Rows of numbers with labels, or numbers, to predict."""
    x = np.arange(3.0 * ROWS).reshape(ROWS, 3) % 7
    y = np.arange(ROWS) % 2 if task == "classification" else np.arange(ROWS) / 8
    return frame_of_arrays("dots", x, y, numbered(3), "y", task)


@cache
def data_in(folder: Path) -> dict[str, str]:
    """The files of rows, written once."""
    frame = pets()
    lines = [
        ",".join("" if cell is None else cell for cell in row)
        for row in zip(*(column.tolist() for column in frame.columns.values()), strict=True)
    ]
    (folder / "pets.csv").write_text("\n".join([",".join(frame.columns), *lines]) + "\n")
    for task in ("classification", "regression"):
        frame = dots(task)
        np.savez(folder / f"{task}.npz", x=frame.column("x").cells, y=frame.column("y").cells)
    return {name: str(folder / name) for name in ("pets.csv", "classification.npz", "regression.npz")}


def try_all(path: Path, folder: Path) -> None:
    """Each command in turn: anything but what it prints, or a BpropError, is a finding."""
    files, notes = data_in(folder), bp.load(path).notes
    numbers = "regression.npz" if notes.get("task") == "regression" else "classification.npz"
    data = files["pets.csv" if KEY in notes else numbers]
    for command in commands(path, data, folder):
        silent = contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO())
        with contextlib.suppress(errors.BpropError, typer.Exit), silent[0], silent[1]:
            command()


def commands(path: Path, data: str, folder: Path) -> Iterator[Callable[[], Any]]:
    """What the commands do."""
    bare = {function: function.__wrapped__ for function in (predict, evaluate, check, graph, export)}
    subject = str(path)
    yield lambda: bare[predict](path, data, folder / "predictions.csv")
    yield lambda: bare[evaluate](path, data, bootstrap=2)
    yield lambda: bare[evaluate](path, data, bootstrap=0, as_json=True)
    yield lambda: bare[graph](subject)
    yield lambda: bare[graph](subject, svg=folder / "graph.svg", collapse="no")
    yield lambda: bare[graph](subject, data, svg=folder / "values.svg", rows=3)
    yield lambda: bare[check](subject, data, rows=2, elements=5)
    yield lambda: bare[export](path, folder / "model.onnx")
    yield lambda: bare[export](path, folder / "model.onnx", encoders=False)
    yield lambda: walk(subject, data)
    yield lambda: report(path, data, folder)


def walk(subject: str, data: str) -> None:
    """`bprop step`: to the end and back."""
    opened = choice().open(subject, data)
    stepper = Stepper(opened.graph, opened.params, opened.batch(3), example=0, seed=0)
    for words in ("n", "f", "n", "r", "b 2", "e 1"):
        obey(stepper, words.split())


def report(path: Path, data: str, folder: Path) -> None:
    """`bprop.report`, without examples and with them."""
    bp.report(bp.load(path), folder / "report.html")
    net = load_model(path)
    rows, coding = open_for(net, data)
    bp.report(net, folder / "report.html", coding.arrays(rows))
