"""The picture: mean normalised error against time, a point for each method."""

from __future__ import annotations

from pathlib import Path

from benchmarks.tables import compare
from benchmarks.tables.compare import Board


def draw(board: Board, path: Path, ours: str) -> None:
    """Writes the picture. A method below and to the left of another is better and faster."""
    from matplotlib.figure import Figure

    error = compare.normalised(board.errors()).mean()
    seconds = compare.geometric_mean(board.seconds())
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    axes.set_xscale("log")
    for name in board.methods:
        colour = "#c0392b" if name.startswith(ours) else "#34495e"
        axes.plot([seconds[name]], [error[name]], "o", color=colour)
        axes.annotate(name, (seconds[name], error[name]), (6, 4), textcoords="offset points", color=colour, fontsize=9)
    axes.set_xlabel("seconds of one core to train, geometric mean over the tables")
    axes.set_ylabel("normalised error, mean over the tables")
    axes.set_title(f"{len(board.tables)} tables, defaults of all methods", fontsize=10)
    axes.set_ylim(bottom=0)
    axes.margins(x=0.15)
    axes.grid(color="#dddddd", linewidth=0.5)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
