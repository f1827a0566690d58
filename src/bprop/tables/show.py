"""A table as text, and as HTML for notebooks: its target, and each column with its kind and some cells."""

from __future__ import annotations

from typing import Any

import numpy as np

from bprop import notebook as nb
from bprop.sources.column import Column
from bprop.visible import visible

MOST_COLUMNS = 100
MOST_CLASSES = 5
EXAMPLES = 3
LONGEST = 24  # letters of a name, or of a cell
MIDNIGHT, SECONDS = "T00:00:00", ".000000"
HEAD = ("column", "kind", "missing", "such as")


def text(table: Any) -> str:
    """A line for the rows, one for the target, and one for each column."""
    lines = [*_title(table), ""]
    rows = [HEAD, *_rows(table)]
    widths = [max(len(row[k]) for row in rows) for k in range(len(HEAD) - 1)]
    lines += [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in rows
    ]
    return "\n".join([*lines, *_remarks(table)])


def html(table: Any) -> str:
    """The same as a card."""
    first, target = _title(table)
    cells = nb.table(HEAD, _rows(table), MOST_COLUMNS)
    name, _, count = first.partition(": ")
    return nb.card(
        "Table" if name == "table" else f"Table {name}", count, nb.note(target), cells, *map(nb.note, _remarks(table))
    )


def _title(table: Any) -> list[str]:
    preparation = table.preparation
    part = f" ({table.part})" if table.part else ""
    columns = len(preparation.columns)
    first = f"{visible(table.name)}{part}: {len(table):,} rows, {columns:,} input columns"
    return [first, f"target {visible(table.target)}: {table.task}{_answers(table)}"]


def _answers(table: Any) -> str:
    """The classes and their shares, or the mean of the targets."""
    y, classes = table.preparation.y(table.preparation.adapted(table.frame)), table.classes
    if classes is None:
        return ", mean " + ", ".join(f"{mean:,.6g}" for mean in np.atleast_1d(y.mean(axis=0)))
    counts = np.bincount(y, minlength=len(classes))
    order = np.argsort(-counts, kind="stable")[:MOST_CLASSES]
    shares = ", ".join(f"{_short(classes[k])} {counts[k] / len(y):.1%}" for k in order)
    return f", {len(classes)} classes: {shares}" + (", ..." if len(classes) > MOST_CLASSES else "")


def _rows(table: Any) -> list[tuple[str, ...]]:
    """(column, kind, cells that are missing, examples) of the input columns."""
    rows = []
    for kind in table.preparation.kinds[:MOST_COLUMNS]:
        if table.frame.block is not None:
            rows.append((f"{len(kind.columns):,} numbers", kind.kind, "", ""))
            continue
        column = table.frame.column(kind.name)
        gone = int(column.missing.sum())
        set_by_hand = " (chosen)" if kind.name in table.chosen else ""
        rows.append((_short(kind.name), _kind(kind) + set_by_hand, f"{gone:,}" if gone else "", _examples(column)))
    return rows


def _kind(kind: Any) -> str:
    """A kind with its details: str(kind) is the name of its column and these, in brackets."""
    return f"{kind.kind}{visible(str(kind).removeprefix(kind.name))}"


def _examples(column: Column) -> str:
    """The first different cells."""
    there = np.nonzero(~column.missing)[0][:1000]
    texts = [str(text).removesuffix(SECONDS).removesuffix(MIDNIGHT) for text in column.rows(there).texts]
    cells = dict.fromkeys(texts if column.cells.dtype.kind == "M" else column.rows(there).texts)
    return ", ".join(_short(cell) for cell in list(cells)[:EXAMPLES])


def _short(name: object) -> str:
    shown = visible(name)
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 3]}..."


def _remarks(table: Any) -> list[str]:
    more = len(table.preparation.kinds) - MOST_COLUMNS
    lines = [f"and {more:,} more columns"] if more > 0 else []
    if table.weights is not None:
        lines.append(f"examples are weighted by {visible(table.weights)}")
    return [*lines, *map(visible, table.remarks)]
