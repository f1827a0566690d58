"""Prints what people should know of how the cells of a table were taken."""

from __future__ import annotations

from collections.abc import Sequence

from bprop.console import say
from bprop.visible import visible

MOST = 20  # lines that are printed


def print_remarks(lines: Sequence[str]) -> None:
    """Print sentences on standard error, the first of many."""
    for line in lines[:MOST]:
        say(visible(line), error=True)
    if len(lines) > MOST:
        say(f"... and {len(lines) - MOST:,} further columns like these", error=True)
