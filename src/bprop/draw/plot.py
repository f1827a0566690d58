"""Curves of training for papers, as a matplotlib figure. It is returned; notebooks show it; it needs no display."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bprop.errors import DataError, MissingPackageError
from bprop.record import Record

TRAINED, WATCHED = "#2f5aa8", "#c2601a"  # colour-blind readers see the difference; in grey the dashes show it
PANEL = (4.2, 3.0)  # inches


def plot(history: Sequence[Record], *, log: bool = False, best: int | None = None) -> Any:
    """A matplotlib Figure: the loss and each metric over the epochs, of training and of the validation set if any.

    Parameters
    ----------
    history : one Record an epoch. log : a logarithmic axis for the loss. best : the best epoch, which gets a mark.

    Raises
    ------
    MissingPackageError without matplotlib; DataError for an empty history.
    """
    try:
        import matplotlib.figure  # noqa: F401 (which the next line needs)
        from matplotlib.ticker import MaxNLocator

        from bprop.draw.figure import Plot
    except ImportError as error:
        raise MissingPackageError("plots need the package matplotlib: pip install 'bprop[plot]'") from error
    if not history:
        raise DataError("there is nothing to plot: the history has no epoch")
    names = ["loss", *history[0].metrics]
    figure = Plot(figsize=(PANEL[0] * len(names), PANEL[1]), layout="constrained")
    for axes, name in zip(figure.subplots(1, len(names), squeeze=False)[0], names, strict=True):
        _curves(axes, history, name)
        if best is not None:
            axes.axvline(best, color="0.6", linewidth=1, linestyle=":", label=f"best epoch, {best}")
        axes.set(xlabel="epoch", ylabel=name)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False)
        if log and name == "loss":
            axes.set_yscale("log")
    return figure


def _curves(axes: Any, history: Sequence[Record], name: str) -> None:
    trained: Callable[[Record], float] = (lambda r: r.loss) if name == "loss" else (lambda r: r.metrics[name])
    marker = "o" if len(history) == 1 else None
    axes.plot([r.epoch for r in history], [trained(r) for r in history], color=TRAINED, marker=marker, label="training")
    watched = [r for r in history if r.validation is not None and name in r.validation]
    if watched:
        values = [(r.validation or {})[name] for r in watched]
        axes.plot(
            [r.epoch for r in watched], values, color=WATCHED, linestyle="--", marker=marker, label="validation"
        )  # fmt: skip
