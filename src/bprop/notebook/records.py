"""The records of a training as charts, a table of HTML, and a table of text. Of many epochs some are chosen."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

from bprop.notebook.curves import Curve, curves
from bprop.notebook.html import table
from bprop.notebook.text import aligned

MOST_ROWS = 12
MOST_CHARTS = 4
VALIDATION = "validation_"
TIMES = ("seconds", "examples_per_second", "best", "objective")


def chosen(records: Sequence[Any], most: int = MOST_ROWS) -> list[Any]:
    """The first, the last and the best record, and others evenly between them."""
    if len(records) <= most:
        return list(records)
    places = {round(k * (len(records) - 1) / (most - 2)) for k in range(most - 1)}
    best = [place for place, record in enumerate(records) if record.best]
    return [records[place] for place in sorted({*places, *best[-1:]})]


def columns(records: Sequence[Any]) -> list[str]:
    """The names of the columns that tell something: no times, no penalty of 0, no rate that never changes."""
    names = dict.fromkeys(name for record in records for name in record.numbers if name not in TIMES)
    telling = []
    for name in names:
        values = {record.numbers.get(name) for record in records}
        dull = (name == "penalty" and values <= {0}) or (name == "learning_rate" and len(values) == 1)
        if not dull:
            telling.append(name)
    return telling


def rows(records: Sequence[Any]) -> list[list[str]]:
    """The head, and a row for each chosen record; the last epoch that was the best so far says so."""
    if not records:
        return [["epoch"]]
    names = columns(records)
    best = next((record.epoch for record in reversed(records) if record.best), None)
    lines = [[name.replace("_", " ") for name in names]]
    for record in chosen(records):
        cells = [_cell(name, record.numbers.get(name)) for name in names]
        if record.epoch == best:
            cells[0] = f"best {cells[0]}"
        lines.append(cells)
    return lines


def records_html(records: Sequence[Any], unfolded: bool = True) -> str:
    """The table, with how many epochs it leaves out."""
    head, *lines = rows(records)
    left = len(records) - len(lines)
    caption = f"{len(lines)} of {len(records):,} epochs" if left else ""
    return table(head, lines, caption=caption) if lines and unfolded else ""


def records_text(records: Sequence[Any]) -> list[str]:
    """The table as lines of text."""
    head, *lines = rows(records)
    return aligned([head, *lines]) if lines else []


def charts(records: Sequence[Any], best: int | None = None) -> str:
    """A chart of the loss and one of each metric, of training and validation. best : an epoch that is marked."""
    names = ["loss", *dict.fromkeys(name for record in records for name in record.metrics)]
    for record in records:
        names += [name for name in record.validation or {} if name not in names]
    drawn = [chart for name in names[:MOST_CHARTS] if (chart := _chart(records, name, best))]
    return f"<div class='bprop-row'>{''.join(drawn)}</div>" if drawn else ""


def _chart(records: Sequence[Any], name: str, best: int | None) -> str:
    epochs = [record.epoch for record in records]
    lines = [
        Curve(whose, epochs, [record.numbers.get(column) for record in records])
        for whose, column in (("training", name), ("validation", VALIDATION + name))
        if any(record.numbers.get(column) is not None for record in records)
    ]
    marked = "" if best is None else f"best, {best:,}"
    return curves(name, lines, best, marked)


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name in ("epoch", "updates"):
        return f"{value:,}"
    return f"{value:#.4g}".removesuffix(".") if isfinite(value) else str(value)
