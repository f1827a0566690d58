"""SVG path data, point by point, in a drawing whose edges go upwards or to the right.

The layout places everything as if edges went upwards. A `Sheet` turns the points of a drawing from left to right.
"""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True)
class Sheet:
    """turned : from left to right. length : the pixels in the direction of the edges."""

    turned: bool
    length: float

    def at(self, x: float, y: float) -> Point:
        """The place on the page of a point of the layout."""
        return (self.length - y, x) if self.turned else (x, y)

    def rectangle(self, x: float, y: float, across: float, along: float) -> tuple[float, float, float, float]:
        """(left, top, width, height) on the page of a rectangle of the layout."""
        return (self.length - y - along, x, along, across) if self.turned else (x, y, across, along)

    def heading(self, side: int) -> str:
        """The direction on the page of an arrow upwards (0), to the right (1) or to the left (-1)."""
        return ("right", "down", "up")[side] if self.turned else ("up", "right", "left")[side]


class Pen:
    """Collects the pieces of a path. x, y : where it is, in the layout."""

    x: float
    y: float

    def __init__(self, x: float, y: float):
        self.x, self.y = x, y
        self.pieces: list[tuple[Point, ...]] = [((x, y),)]

    def turn(self, x: float, y: float) -> None:
        """Draw a straight line to a point."""
        if abs(x - self.x) < 0.05 and abs(y - self.y) < 0.05:
            return
        last = self.pieces[-1]
        if (
            len(self.pieces) > 1
            and len(last) == 1
            and abs(x - self.x) < 0.05
            and abs(last[0][0] - self._before()[0]) < 0.05
        ):
            self.pieces[-1] = ((x, y),)  # a line upwards gets longer
        else:
            self.pieces.append(((x, y),))
        self.x, self.y = x, y

    def up(self, y: float) -> None:
        self.turn(self.x, y)

    def curve(self, x: float, y: float) -> None:
        """Draw a curve to a point above, with a vertical start and a vertical end."""
        if abs(x - self.x) < 0.5:
            self.up(y)
            return
        middle = (self.y + y) / 2
        self.pieces.append(((self.x, middle), (x, middle), (x, y)))
        self.x, self.y = x, y

    def path(self, sheet: Sheet) -> str:
        """The SVG path data."""
        texts, at = [], (0.0, 0.0)
        for number, piece in enumerate(self.pieces):
            points = [sheet.at(*point) for point in piece]
            texts.append(_piece("M" if number == 0 else "", points, at))
            at = points[-1]
        return "".join(texts)

    def _before(self) -> Point:
        return self.pieces[-2][-1]


def _piece(command: str, points: list[Point], at: Point) -> str:
    if command or len(points) > 1:
        return (command or "C") + " ".join(f"{x:.1f} {y:.1f}" for x, y in points)
    ((x, y),) = points
    if abs(x - at[0]) < 0.05:
        return f"V{y:.1f}"
    return f"H{x:.1f}" if abs(y - at[1]) < 0.05 else f"L{x:.1f} {y:.1f}"
