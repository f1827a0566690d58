"""Small pieces of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table: words to the left in the first column, numbers to the right in the others."""
    return [f"| {' | '.join(row)} |" for row in (head, ["---", *["---:"] * (len(head) - 1)], *rows)]


def number(value: float) -> str:
    """Three digits, and no exponent for what a reader would write out: 0.0123, 1.23, 123, 12,300."""
    if value >= 100:
        digits = len(str(int(value)))
        return f"{round(value, 3 - digits):,.0f}"
    return f"{value:.3g}"


def ratio(value: float) -> str:
    """Two decimals, or two digits where that would leave less: 1.23, 0.12, 0.0068."""
    return f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"


def megabytes(count: float) -> str:
    """Bytes as megabytes (10^6 bytes)."""
    return number(count / 1e6)
