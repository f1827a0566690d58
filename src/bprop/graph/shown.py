"""Values and gradients as a card for notebooks: a line for each box, in the order of the pass."""

from __future__ import annotations

from typing import Any

import numpy as np

from bprop.notebook import card, folded, note, numbers_of, table
from bprop.notebook.text import figure
from bprop.shapes import show_shape
from bprop.structure.formula import formula, is_bare_number

MOST_FOLDED, MOST_NUMBERS = 12, 512
"""Arrays whose numbers can be unfolded."""
HEAD = ("box", "computed as", "shape", "mean", "deviation", "least", "largest", "")


def card_of(arrays: Any) -> str:
    """The card of a mapping from boxes to arrays: Values, or Gradients."""
    graph = arrays.graph
    names = [graph.names[box] for box in graph.order if not is_bare_number(box)]
    shown = [name for name in names if name in arrays]
    lines = [_line(graph, name, np.asarray(arrays[name])) for name in shown]
    numbers = [
        folded(f"{name} {show_shape(np.shape(arrays[name]))}", numbers_of(arrays[name], MOST_NUMBERS))
        for name in shown[:MOST_FOLDED]
    ]
    more = [note(f"{arrays.what}s of {len(shown) - MOST_FOLDED:,} more boxes: [name]")] if lines[MOST_FOLDED:] else []
    all_numbers = folded("the numbers", "".join([*numbers, *more]))
    subtitle = f"of {len(shown):,} box{'es' * (len(shown) != 1)}, by name"
    return card(type(arrays).__name__, subtitle, table(HEAD, lines), *_without(arrays), all_numbers)


def _line(graph: Any, name: str, array: np.ndarray) -> list[str]:
    box = graph.boxes[name]
    start = [name, formula(box, graph.names) if box.children else type(box).__name__.lower(), show_shape(array.shape)]
    if not array.size:
        return [*start, "", "", "", "", "empty"]
    if array.dtype.kind == "b":
        return [*start, "", "", "", "", f"{array.mean():.0%} true"]
    if array.dtype.kind in "iu":
        return [*start, "", "", figure(array.min()), figure(array.max()), "whole numbers"]
    with np.errstate(all="ignore"):
        words = [figure(f(array)) for f in (np.mean, _deviation, np.min, np.max)]
    return [*start, *words, _remark(array)]


def _deviation(array: np.ndarray) -> Any:
    """0 where all numbers are the same: np.std gives the rounding of their mean."""
    return 0.0 if array.min() == array.max() else array.std()


def _remark(array: np.ndarray) -> str:
    bad, zeros = int((~np.isfinite(array)).sum()), float((array == 0).mean())
    if bad:
        return f"{bad:,} NOT FINITE"
    return f"{zeros:.0%} are 0" if zeros >= 0.01 and array.size > 1 else ""


def _without(arrays: Any) -> list[str]:
    """Sentences on boxes that have no gradient, because one above is computed together with them."""
    if arrays.what != "gradient":
        return []
    merged = [(name, *pair) for name, pair in arrays.graph.merged.items() if name not in arrays]
    return [
        note(f"{name} has no gradient of its own: {above} is computed from {', '.join(sources)} directly")
        for name, above, sources in merged
    ]
