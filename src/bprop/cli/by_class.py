"""The lines on each class in the results of `bprop train` and `bprop evaluate`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bprop.visible import visible

MOST_SHOWN = 20


def class_lines(classes: Sequence[Any], each: Sequence[dict[str, Any]]) -> list[str]:
    """A line for each class: its rows, how many of them are recognised, and how often its prediction is right.

    Of many classes, those that are recognised worst.
    """
    named = list(zip(map(visible, map(str, classes)), each, strict=True))
    if len(named) > MOST_SHOWN:
        named = sorted(named, key=lambda pair: 2.0 if pair[1]["recall"] is None else pair[1]["recall"])[:MOST_SHOWN]
    width = max(5, *(len(name) for name, _ in named))
    lines = [f"  {'class':<{width}}  {'rows':>9}  {'recall':>7}  precision"]
    lines += [
        f"  {name:<{width}}  {one['rows']:>9,}  {_percent(one['recall']):>7}  {_percent(one['precision']):>9}"
        for name, one in named
    ]
    if len(each) > MOST_SHOWN:
        lines.append(f"  (the {MOST_SHOWN} of {len(each):,} classes that are recognised worst)")
    lines.append(
        "  recall: share of the rows of a class that are predicted as it; precision: share of the predictions of a "
        "class that are right"
    )
    return lines


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"
