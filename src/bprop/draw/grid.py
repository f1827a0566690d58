"""The heights of rows, from the bottom up. A tall drawing is wrapped into columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, sqrt
from typing import Any

from bprop.draw.letters import SMALL, fit
from bprop.draw.pen import Point
from bprop.draw.place import Link, links_of
from bprop.draw.rows import Item, Rows

LABEL, LABEL_TURNED = 17, 5
"""Pixels above each row for the shapes of its values. A drawing from left to right has them in its boxes."""
GAP = 26
TALLEST, WIDEST = 1800, 1400
"""A drawing of more pixels in the direction of its edges is wrapped: upwards into columns, to the right into lines."""
SHAPE = 1.4
"""The aim for width / height when a drawing is wrapped."""
SPACING, SPACING_NAMED, GUTTER = 9, 14, 26
HUES = 4


@dataclass(eq=False)
class Lane:
    """The way of links into the next column: up to `above`, across to `gutter`, down to `below`.

    name : the text beside it, if there are several. hue : its colour, 1 .. HUES, or 0.
    """

    above: float
    gutter: float
    below: float
    name: str = ""
    hue: int = 0


class Grid:
    """The places of rows, of items and of the ends of links."""

    def __init__(self, rows: Rows):
        self.rows: list[list[Item]] = rows.rows
        self.turned: bool = rows.turned
        self.page: float | None = rows.page
        self.label: int = LABEL_TURNED if rows.turned else LABEL
        self.links: list[Link] = links_of(rows)
        self.between: list[list[Link]] = [[] for _ in self.rows]  # by the rank of the lower row
        self.number: dict[Item, int] = {item: number for number, row in enumerate(self.rows) for item in row}
        for link in self.links:
            self.between[self.number[link.lower]].append(link)
        self.heights: list[float] = [max(item.height for item in row) for row in self.rows]
        self.gaps: list[float] = [self.label + GAP + self._slant(links) for links in self.between]
        self.columns: list[list[int]] = self._columns()
        self.crossing: dict[int, list[list[Link]]] = {
            column[-1]: self._bundles(self.between[column[-1]]) for column in self.columns[:-1]
        }  # for each cut: the links of each lane
        self.names: dict[int, list[str]] = {}
        self.base: list[float] = [0.0] * len(self.rows)  # y of the bottom of each row
        self._stand()
        self.entries: dict[Link, float] = self._entries()
        self.laid: dict[Link, Lane] = self._lay()

    @staticmethod
    def _slant(links: list[Link]) -> float:
        # lines that go far to the side need height: else they look alike
        far = max((abs(link.lower.x + link.exit - link.upper.x) for link in links), default=0.0)
        return min(40.0, far / 12)

    def _columns(self) -> list[list[int]]:
        """The numbers of the rows of each column."""
        total = sum(self.heights) + sum(self.gaps)
        count = self._count(total, max(i.x + i.reach_right for row in self.rows for i in row) + GUTTER)
        columns: list[list[int]] = [[]]
        used, done = 0.0, 0.0
        for number, height in enumerate(self.heights):
            step = height + self.gaps[number]
            left = count - len(columns) + 1
            if columns[-1] and len(columns) < count and used + step / 2 > (total - done) / left:
                done += used
                columns.append([])
                used = 0.0
            columns[-1].append(number)
            used += step
        return columns

    def _count(self, total: float, wide: float) -> int:
        """The number of columns for rows of this length in all, and of this width."""
        if self.turned:
            return max(1, ceil(total / (self.page or WIDEST)))
        if total <= TALLEST:
            return 1
        count = max(1, ceil(sqrt(SHAPE * total / wide)))
        return count if self.page is None else max(1, min(count, int(self.page / wide)))

    @staticmethod
    def _bundles(links: list[Link]) -> list[list[Link]]:
        """The links into the next column, by lane, from the right: those from one place, or to one track, share it."""
        bundles: dict[Any, list[Link]] = {}
        joined = [link.upper for link in links if link.upper.node is None]
        for link in links:
            key = link.upper if joined.count(link.upper) > 1 else (link.lower, link.exit)
            bundles.setdefault(key, []).append(link)
        return sorted(bundles.values(), key=lambda bundle: -max(link.lower.x + link.exit for link in bundle))

    def _are_named(self, cut: int) -> bool:
        """Whether so many lanes are in a cut that names tell them apart: that of a penalty has its colour."""
        return sum(not bundle[0].penalised for bundle in self.crossing[cut]) > 1

    def _spacing(self, cut: int) -> float:
        return SPACING_NAMED if self._are_named(cut) else SPACING

    def _stand(self) -> None:
        """Shift the items of each column beside the column before, and set the heights of the rows."""
        tops = []
        right = 0.0
        for column in self.columns:
            items = [item for number in column for item in self.rows[number]]
            cut = column[0] - 1
            shift = right + (GUTTER + self._spacing(cut) * len(self.crossing[cut]) if column[0] else 0.0)
            shift -= min(item.x - item.reach_left for item in items)
            for item in items:
                item.x += shift
            right = max(item.x + item.reach_right for item in items)
            at = 0.0
            for number in column:
                self.base[number] = at
                at -= self.heights[number] + self.gaps[number]
            tops.append(at + self.gaps[column[-1]] - self._above(column[-1]))
        self.width: float = right
        top = min(tops)
        below = max((self._spacing(cut) * (len(lanes) + 1) for cut, lanes in self.crossing.items()), default=0.0)
        self.base = [base - top for base in self.base]
        self.height: float = -top + below
        for number, row in enumerate(self.rows):
            for item in row:
                item.y = self.base[number] - self.heights[number] / 2 - item.height / 2

    def _above(self, number: int) -> float:
        """The pixels needed above the highest row of a column."""
        if number in self.crossing:
            return self.label + self._spacing(number) * (len(self.crossing[number]) + 1)
        return self.label if self.between[number] else 0.0

    def _entries(self) -> dict[Link, float]:
        """The place where each link enters its upper item, relative to x: side by side, from left to right."""
        arriving: dict[Item, list[Link]] = {}
        for link in self.links:
            arriving.setdefault(link.upper, []).append(link)
        entries = {}
        for item, links in arriving.items():
            links.sort(key=lambda link: link.lower.x + link.exit)
            step = min(24.0, 1.6 * item.half / len(links))
            for number, link in enumerate(links):
                offset = 0.0 if item.node is None else step * (number - (len(links) - 1) / 2)
                entries[link] = offset
        return entries

    def top(self, item: Item) -> float:
        """The top of the row of an item."""
        number = self.number[item]
        return self.base[number] - self.heights[number]

    def leave(self, item: Item) -> float:
        """The height to which all lines from an item go straight up."""
        return self.top(item) - self.label

    def end(self, link: Link) -> Point:
        """Where a link enters the row above."""
        return link.upper.x + self.entries[link], self.base[self.number[link.upper]]

    def lane(self, link: Link) -> Lane | None:
        """The way of a link into the next column; None if it stays in its column."""
        return self.laid.get(link)

    def lanes(self) -> Iterable[Lane]:
        return dict.fromkeys(self.laid.values())

    def _lay(self) -> dict[Link, Lane]:
        laid: dict[Link, Lane] = {}
        hues: dict[str, int] = {}
        for column in self.columns[1:]:
            cut = column[0] - 1
            left = min(item.x - item.reach_left for row in column for item in self.rows[row])
            bundles, spacing = self.crossing[cut], self._spacing(cut)
            for place, bundle in enumerate(bundles, 1):
                back = len(bundles) - place
                lane = Lane(
                    self.leave(bundle[0].lower) - spacing * place, left - GUTTER / 2 - spacing * back,
                    self.base[cut + 1] + spacing * (back + 1),
                )  # fmt: skip
                if self._are_named(cut):
                    lane.name = fit(bundle[0].way, SMALL, 110)
                    if not bundle[0].penalised and any(link.is_long for link in bundle):
                        lane.hue = hues.setdefault(bundle[0].way, len(hues) % HUES + 1)
                laid |= dict.fromkeys(bundle, lane)
        return laid
