"""The summary of a run: a spark line for each curve, and advice on its health."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from math import isfinite
from typing import Any

from bprop.console import say
from bprop.health import advice
from bprop.record import Record
from bprop.visible import visible

BARS = "▁▂▃▄▅▆▇█"
PLAIN = "_.-=*#"
WIDTH = 40


def spark_line(values: Sequence[float], bars: str = BARS, width: int = WIDTH) -> str:
    """The values as bars from the smallest to the largest, at most `width`. Each bar is a mean of neighbours."""
    count = min(width, len(values))
    groups = [values[i * len(values) // count : (i + 1) * len(values) // count] for i in range(count)]
    means = [sum(group) / len(group) for group in groups]
    finite = [mean for mean in means if isfinite(mean)]
    low, high = min(finite, default=0.0), max(finite, default=0.0)
    scale = (len(bars) - 1) / (high - low) if high > low else 0.0
    return "".join(bars[round((mean - low) * scale)] if isfinite(mean) else "?" for mean in means)


def curves(history: Sequence[Record]) -> dict[str, list[float]]:
    """{label: one value per epoch} of the loss and metrics, each followed by that of the validation set."""
    values_of = {"loss": [record.loss for record in history]}
    values_of |= {name: [record.metrics[name] for record in history] for name in history[-1].metrics}
    for name in history[-1].validation or {}:
        values = [record.validation[name] for record in history if record.validation is not None]
        values_of[f"validation {name}"] = values
    return dict(sorted(values_of.items(), key=lambda item: item[0].removeprefix("validation ") != "loss"))


def rows(history: Sequence[Record], bars: str = BARS, width: int = WIDTH) -> list[tuple[str, str, str, str]]:
    """(label, first value, spark line of at most `width`, last value) of every curve."""
    return [
        (visible(label), f"{values[0]:.4g}", spark_line(values, bars, width), f"{values[-1]:.4g}")
        for label, values in curves(history).items()
    ]


def summary(history: Sequence[Record], bars: str = BARS) -> str:
    """The table as plain text."""
    table = [("", "first", f"{len(history)} epochs", "last"), *rows(history, bars)]
    widths = [max(len(row[i]) for row in table) for i in range(4)]
    return "\n".join(
        f"{label:<{widths[0]}}  {first:>{widths[1]}}  {line:<{widths[2]}}  {last:>{widths[3]}}"
        for label, first, line, last in table
    )


def show(run: Any, table: bool | None) -> None:
    """Print the table (None: where standard output is a terminal), and advice. `run` : a fit, or its records."""
    history = getattr(run, "history", run)
    if not history:
        return
    terminal = sys.stdout.isatty()
    if terminal if table is None else table:
        _print_table(history, terminal)
    for text in advice(run):
        say(f"advice: {visible(text)}")


def _print_table(history: Sequence[Record], terminal: bool) -> None:
    bars = BARS if _can_show(BARS) else PLAIN
    if not terminal or find_spec("rich") is None:
        say(summary(history, bars))
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    cells = [(label, first, last) for label, first, _, last in rows(history, bars)]
    beside = sum(max(len(row[k]) for row in cells) for k in range(3)) + 8  # with the gaps between columns
    table = Table("", "first", f"{len(history)} epochs", "last", box=None, pad_edge=False)
    for label, first, line, last in rows(history, bars, max(5, min(WIDTH, console.width - beside))):
        table.add_row(escape(label), first, f"[cyan]{line}[/cyan]", f"[bold]{last}[/bold]")
    console.print(table)


def _can_show(text: str) -> bool:
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except UnicodeEncodeError:
        return False
    return True
