"""A small chart of curves over the epochs, as SVG without a script."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, isfinite, log10
from typing import NamedTuple

from bprop.notebook.html import safe

WIDTH, HEIGHT = 360, 170
LEFT, RIGHT, TOP, BOTTOM = 52, 10, 24, 30
MOST_POINTS = 240
DECADES = 2.5
"""A logarithmic axis is taken where the values span more decades."""


class Curve(NamedTuple):
    """A named curve. x : the epochs. y : the values; None and NaN leave a gap."""

    name: str
    x: Sequence[float]
    y: Sequence[float | None]


def curves(title: str, lines: Sequence[Curve], mark: float | None = None, marked: str = "") -> str:
    """The chart of some curves; "" where there is no number. mark : an x with a dashed line, which `marked` names."""
    values = [y for line in lines for y in line.y if y is not None and _number(y)]
    if not values:
        return ""
    low, high, log = _range(values)
    ends = [x for line in lines for x in line.x]
    first, last = min(ends), max(ends)

    def across(x: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * ((x - first) / (last - first) if last > first else 0.5)

    def down(y: float) -> float:
        share = (_scale(y, log) - _scale(low, log)) / ((_scale(high, log) - _scale(low, log)) or 1)
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share)

    parts = [_axis_of_values(low, high, log, down), _axis_of_epochs(first, last, across)]
    if mark is not None and first <= mark <= last:
        x = across(mark)
        parts.append(f"<path d='M{x:.1f} {TOP}V{HEIGHT - BOTTOM}' stroke='currentColor' stroke-dasharray='3 3'/>")
    colours = ("var(--b-a)", "var(--b-b)")
    for place, line in enumerate(lines):
        parts.append(_line(line, across, down, colours[place % 2], place, log))
    parts.append(_legend(title + (" (log)" if log else ""), lines, colours, marked if mark is not None else ""))
    words = "; ".join(f"{line.name} {_ends_of(line)}" for line in lines)
    return (
        f"<svg viewBox='0 0 {WIDTH} {HEIGHT}' width='{WIDTH}' height='{HEIGHT}' role='img' "
        f"aria-label='{safe(f'{title}: {words}', 400)}' fill='none' font-size='11' "
        f"font-family='system-ui,sans-serif'>{''.join(parts)}</svg>"
    )


def _number(y: float | None) -> bool:
    return y is not None and isfinite(y)


def _scale(y: float, log: bool) -> float:
    return log10(y) if log else y


def _range(values: Sequence[float]) -> tuple[float, float, bool]:
    """(lowest, highest, whether the axis is logarithmic)."""
    low, high = min(values), max(values)
    if low > 0 and log10(high) - log10(low) > DECADES:
        return low, high, True
    if low == high:
        room = abs(low) * 0.5 or 1.0
        return low - room, high + room, False
    return low, high, False


def _ticks(low: float, high: float, log: bool, most: int = 4) -> list[float]:
    """Round values within a range."""
    if log:
        first, last = ceil(log10(low) - 1e-9), floor(log10(high) + 1e-9)
        step = max(1, ceil((last - first + 1) / most))
        return [10.0**k for k in range(first, last + 1, step)]
    raw = (high - low) / most
    size = 10.0 ** floor(log10(raw))
    step = next(size * k for k in (1, 2, 5, 10) if size * k >= raw * (1 - 1e-9))
    return [k * step for k in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]


def _axis_of_values(low: float, high: float, log: bool, down) -> str:
    lines = [
        f"<path d='M{LEFT} {down(y):.1f}H{WIDTH - RIGHT}' stroke='currentColor' opacity='.14'/>"
        f"<text x='{LEFT - 6}' y='{down(y) + 4:.1f}' text-anchor='end' fill='currentColor' opacity='.75'>{y:.4g}</text>"
        for y in _ticks(low, high, log)
    ]
    return "".join(lines)


def _axis_of_epochs(first: float, last: float, across) -> str:
    ends = {first, last}
    inner = _ticks(first, last, False) if last > first else []
    room = (last - first) / 12
    ticks = sorted({*ends, *(x for x in inner if x == int(x) and min(abs(x - end) for end in ends) > room)})
    texts = [
        f"<text x='{across(x):.1f}' y='{HEIGHT - BOTTOM + 14}' text-anchor='middle' fill='currentColor' "
        f"opacity='.75'>{x:,.0f}</text>"
        for x in ticks
    ]
    name = f"<text x='{(LEFT + WIDTH) / 2}' y='{HEIGHT - 3}' text-anchor='middle' fill='currentColor'>epoch</text>"
    return "".join(texts) + name


def _line(line: Curve, across, down, colour: str, place: int, log: bool) -> str:
    dashes = " stroke-dasharray='5 3'" if place else ""
    path, pen = [], "M"
    points = _thinned([(x, y) for x, y in zip(line.x, line.y, strict=True)])
    for x, y in points:
        if y is None or not isfinite(y) or (log and y <= 0):
            pen = "M"
            continue
        path.append(f"{pen}{across(x):.1f} {down(y):.1f}")
        pen = "L"
    if len(path) == 1:
        path.append("h.01")
    return f"<path d='{''.join(path)}' stroke='{colour}' stroke-width='1.8' stroke-linecap='round'{dashes}/>"


def _thinned(points: list[tuple[float, float | None]]) -> list[tuple[float, float | None]]:
    """At most `MOST_POINTS`: the least and the largest of each stretch, so that no peak is lost."""
    if len(points) <= MOST_POINTS:
        return points
    size = ceil(2 * len(points) / MOST_POINTS)
    fewer: list[tuple[float, float | None]] = []
    for start in range(0, len(points), size):
        stretch = points[start : start + size]
        numbers = [point for point in stretch if _number(point[1])]
        if not numbers:
            fewer.append(stretch[0])
            continue
        ends = (min(numbers, key=lambda p: p[1] or 0.0), max(numbers, key=lambda p: p[1] or 0.0))
        fewer += sorted(set(ends))
    return fewer if fewer[-1] == points[-1] else [*fewer, points[-1]]


def _legend(title: str, lines: Sequence[Curve], colours: tuple[str, str], marked: str) -> str:
    parts, x = [f"<text x='2' y='13' fill='currentColor' font-weight='600'>{safe(title, 40)}</text>"], 0.0
    x = 16 + 6.6 * min(len(title), 40)
    for place, line in enumerate(lines):
        dashes = " stroke-dasharray='5 3'" if place else ""
        parts.append(f"<path d='M{x:.0f} 9h16' stroke='{colours[place % 2]}' stroke-width='2'{dashes}/>")
        parts.append(f"<text x='{x + 20:.0f}' y='13' fill='currentColor'>{safe(line.name, 24)}</text>")
        x += 34 + 6.2 * min(len(line.name), 24)
    if marked:
        parts.append(f"<path d='M{x:.0f} 9h14' stroke='currentColor' stroke-dasharray='3 3'/>")
        parts.append(f"<text x='{x + 18:.0f}' y='13' fill='currentColor'>{safe(marked, 24)}</text>")
    return "".join(parts)


def _ends_of(line: Curve) -> str:
    numbers = [y for y in line.y if y is not None and isfinite(y)]
    return f"from {numbers[0]:.4g} to {numbers[-1]:.4g}" if numbers else "not finite"
