"""The comparison in Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from benchmarks.tables import compare
from benchmarks.tables.compare import Board
from benchmarks.tables.measures import MEASURES, WRONG
from benchmarks.tables.run import Plan
from benchmarks.tables.table import CLASSES, TASKS, words_of
from benchmarks.text import number, table

INTRODUCTION = (
    "Every method has its defaults, the same rows and one core. An error is the mean over the splits: log loss of"
    " classes, RMSE of values. Normalised: 0 for the best method of a table, 1 for its worst, then the mean over the"
    " tables. Seconds are processor time of training, the geometric mean over the tables."
)


def markdown(plan: Plan, board: Board, head: dict[str, list[str]], absent: dict[str, str], ours: str) -> str:
    """All of it. absent : {table: why it could not be read}. ours : the method that is set beside the others."""
    if not board.tables:
        return f"No table has all results yet. {_unfinished(board)}"
    parts = [
        [f"- {key}: {'; '.join(values)}" for key, values in {**head, **_protocol(plan)}.items() if values],
        [INTRODUCTION],
        ["### Methods", "", *summary(board)],
        *([[f"### {ours} beside each other method", "", *beside(board, ours)]] if ours in board.methods else []),
        ["### Tables", "", *tables(plan, board)],
        ["### Log loss, or RMSE", "", *each(board.errors())],
        *([["### Wrong answers", "", *each(board.errors(WRONG))]] if board.of_task(CLASSES) else []),
        ["### Seconds of training", "", *each(board.seconds(), mark=False)],
        [*missing(plan, board, absent)],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _protocol(plan: Plan) -> dict[str, list[str]]:
    p = plan.protocol
    return {
        "protocol": [
            f"splits: {len(plan.splits)}",
            f"{p.test:.0%} of the rows to test on, at most {p.most_test:,}",
            f"at most {p.most_train:,} of the others to train on",
        ]
    }


def summary(board: Board) -> list[str]:
    """A row for each method, the best first."""
    errors = board.errors()
    shares, places = compare.normalised(errors), compare.ranks(errors)
    by = {
        name: compare.ranks(board.errors(name)).mean()
        for task in TASKS
        for name in (MEASURES[task] if board.of_task(task) else ())
    }
    seconds = compare.geometric_mean(board.seconds())
    failed = {name: len({r.key.table for r in board.failures() if r.key.method == name}) for name in board.methods}
    best = places.eq(places.min(axis=1), axis=0).sum()
    head = ["method", "mean rank", "normalised error", "best on", *(f"rank by {name}" for name in by), "failed", "s"]
    rows = [
        [name, f"{places[name].mean():.2f}", f"{shares[name].mean():.3f}", str(best[name]),
         *(f"{values[name]:.2f}" for values in by.values()), str(failed[name]), _or_dash(seconds[name], number)]
        for name in places.mean().sort_values(kind="stable").index
    ]  # fmt: skip
    return table(head, rows)


def _or_dash(value: float, write: Callable[[float], str]) -> str:
    """A number as text; a dash where there is none."""
    return "-" if np.isnan(value) else write(value)


def beside(board: Board, ours: str) -> list[str]:
    head = ["other", "better", "worse", "error / its error, median", "difference of normalised errors", "95 %"]
    rows = [
        [pair.other, str(pair.better), str(pair.worse), _or_dash(pair.ratio, "{:.3f}".format),
         f"{pair.difference:+.3f}", f"{pair.low:+.3f} to {pair.high:+.3f}"]
        for pair in compare.pairs(board.errors(), ours)
    ]  # fmt: skip
    return table(head, rows)


def tables(plan: Plan, board: Board) -> list[str]:
    """The tables, how large they are and which role they have."""
    head = ["table", "source", "role", "rows", "trained on", "numbers", "words", "classes"]
    rows = []
    for name in board.tables:
        t = plan.tables[name]
        words = len(words_of(t.features))
        trained = plan.protocol.sizes(len(t))[0]
        rows.append([name, t.source, t.role, f"{len(t):,}", f"{trained:,}", str(t.features.shape[1] - words),
                     str(words), str(t.classes or "values")])  # fmt: skip
    return table(head, rows)


def each(frame: pd.DataFrame, mark: bool = True) -> list[str]:
    """A row for each table, the smallest number in bold."""
    return table(["table", *frame], [_row(str(name), cells, mark) for name, cells in frame.iterrows()])


def _row(name: str, cells: Iterable[float], mark: bool) -> list[str]:
    cells = [*cells]
    best = min((cell for cell in cells if np.isfinite(cell)), default=np.nan)
    return [name, *(f"**{_cell(cell)}**" if mark and cell == best else _cell(cell) for cell in cells)]


def _cell(value: float) -> str:
    if not np.isfinite(value):
        return "failed"
    return f"{value:.4g}" if value < 1000 else number(value)


def missing(plan: Plan, board: Board, absent: dict[str, str]) -> list[str]:
    """All that was asked for and is not there, and why."""
    lines = [f"- {name} is left out: {why}" for name, why in {**plan.left_out, **absent}.items()]
    lines += [f"- {r.key.method} failed on {r.key.table}, split {r.key.split}: {r.failure}" for r in board.failures()]
    if board.unfinished:
        lines.append(f"- {_unfinished(board)}")
    return ["### Left out", "", *lines] if lines else []


def _unfinished(board: Board) -> str:
    names = [f"{table} ({', '.join(methods)})" for table, methods in board.unfinished.items()]
    return f"not finished, and left out: {'; '.join(names)}"
