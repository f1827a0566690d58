"""Lines of `bprop evaluate` on coverage, and on the importance of columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

SHOWN = 40  # columns, the most important first; the JSON has all


def certainty_lines(more: Mapping[str, Any], columns: Sequence[str]) -> Iterator[str]:
    """The lines for what `--interval` and `--importance` have measured."""
    if (covered := more.get("interval")) is not None:
        yield from coverage_lines(covered, columns)
    if (importance := more.get("importance")) is not None:
        yield from importance_lines(importance)


def coverage_lines(covered: Mapping[str, Any], columns: Sequence[str]) -> Iterator[str]:
    """How often sets or intervals hold the true answer, and how large they are."""
    source = f"from {covered['calibrated_on']:,} {covered['source']} rows"
    if "mean_size" in covered:
        yield (
            f"  sets at {covered['level']:.4g}, {source}: {covered['coverage']:.1%} hold the true class; "
            f"{covered['mean_size']:.3g} classes in the mean, {covered['empty']:.1%} are empty"
        )
        return
    each = zip(columns, np.atleast_1d(covered["coverage"]), np.atleast_1d(covered["mean_width"]), strict=True)
    for column, share, width in each:
        yield (
            f"  intervals of {column} at {covered['level']:.4g}, {source}: {share:.1%} hold the true value; "
            f"{width:.4g} wide in the mean"
        )


def importance_lines(importance: Mapping[str, Any]) -> Iterator[str]:
    """A table of columns, the most important first."""
    entries = importance["columns"]
    width = max([len(one["column"]) for one in entries[:SHOWN]] + [6])
    measure = importance["measure"]
    yield (
        f"  importance on {importance['rows']:,} rows: how much the {measure} grows when the cells of a column are "
        f"permuted ({importance['repeats']} times), and the mean size of gradient x input"
    )
    yield f"  {'column':<{width}}  {'permuted':>10} {'deviation':>10} {'gradient x input':>17}"
    for one in entries[:SHOWN]:
        yield (
            f"  {one['column']:<{width}}  {one['increase']:>10.4g} {one['deviation']:>10.2g} "
            f"{one['gradient_times_input']:>17.4g}"
        )
    if len(entries) > SHOWN:
        yield f"  and {len(entries) - SHOWN:,} more, in the JSON (--json)"
