"""Prints what people should know of how the cells of a table were taken."""

from __future__ import annotations

from collections.abc import Sequence

from bprop.console import say
from bprop.visible import visible

MOST = 20  # lines that are printed


def print_remarks(lines: Sequence[str], most: int = MOST, of: str = "columns like these") -> None:
    """Print sentences on standard error, the first of many. of : how the others are called."""
    for line in lines[:most]:
        say(visible(line), error=True)
    if len(lines) > most:
        say(f"... and {len(lines) - most:,} further {of}", error=True)
