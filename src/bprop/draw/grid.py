"""The heights of rows, from the bottom up. A tall drawing is wrapped into columns."""

from __future__ import annotations

from math import ceil, sqrt

from bprop.draw.place import Link, links_of
from bprop.draw.rows import Item, Rows

LABEL = 17
"""Pixels above each row for the shapes of its values."""
GAP = 26
TALLEST = 1800
"""A drawing of more pixels than these is wrapped into columns."""
SHAPE = 1.4
"""The aim for width / height when a drawing is wrapped."""
LANE, GUTTER = 9, 26


class Grid:
    """The places of rows, of items and of the ends of links."""

    def __init__(self, rows: Rows):
        self.rows: list[list[Item]] = rows.rows
        self.links: list[Link] = links_of(rows)
        self.between: list[list[Link]] = [[] for _ in self.rows]  # by the rank of the lower row
        self.number: dict[Item, int] = {item: number for number, row in enumerate(self.rows) for item in row}
        for link in self.links:
            self.between[self.number[link.lower]].append(link)
        self.heights: list[float] = [max(item.height for item in row) for row in self.rows]
        self.gaps: list[float] = [LABEL + GAP + self._slant(links) for links in self.between]
        self.columns: list[list[int]] = self._columns()
        self.cuts: set[int] = {column[-1] for column in self.columns[:-1]}
        self.crossed: dict[
            int, tuple[dict[Link, int], float]
        ] = {}  # for each cut: (places of links, left edge of the next column)
        self.base: list[float] = [0.0] * len(self.rows)  # y of the bottom of each row
        self._stand()
        self.entries: dict[Link, float] = self._entries()

    @staticmethod
    def _slant(links: list[Link]) -> float:
        # lines that go far to the side need height: else they look alike
        far = max((abs(link.lower.x + link.exit - link.upper.x) for link in links), default=0.0)
        return min(40.0, far / 12)

    def _columns(self) -> list[list[int]]:
        """The numbers of the rows of each column."""
        total = sum(self.heights) + sum(self.gaps)
        count = 1
        if total > TALLEST:
            wide = max(i.x + i.reach_right for row in self.rows for i in row) + GUTTER
            count = max(1, ceil(sqrt(SHAPE * total / wide)))
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

    def _stand(self) -> None:
        """Shift the items of each column beside the column before, and set the heights of the rows."""
        tops = []
        right = 0.0
        for column in self.columns:
            items = [item for number in column for item in self.rows[number]]
            cut = self.between[column[0] - 1] if column[0] else []
            shift = right + (GUTTER + LANE * len(cut) if column[0] else 0.0)
            shift -= min(item.x - item.reach_left for item in items)
            for item in items:
                item.x += shift
            right = max(item.x + item.reach_right for item in items)
            at = 0.0
            for number in column:
                self.base[number] = at
                at -= self.heights[number] + self.gaps[number]
            tops.append(at + self.gaps[column[-1]] - self._above(column[-1]))
        self.width = right
        top = min(tops)
        below = max((LANE * (len(self.between[cut]) + 1) for cut in self.cuts), default=0.0)
        self.base = [base - top for base in self.base]
        self.height: float = -top + below
        for number, row in enumerate(self.rows):
            for item in row:
                item.y = self.base[number] - self.heights[number] / 2 - item.height / 2

    def _above(self, number: int) -> float:
        """The pixels needed above the highest row of a column."""
        if number in self.cuts:
            return LABEL + LANE * (len(self.between[number]) + 1)
        return LABEL if self.between[number] else 0.0

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

    def detour(self, link: Link) -> tuple[float, float, float] | None:
        """The way of a link into the next column: (y above the column, x in the gutter, y below), or None."""
        number = self.number[link.lower]
        if number not in self.cuts:
            return None
        if number not in self.crossed:
            links = sorted(self.between[number], key=lambda link: -(link.lower.x + link.exit))
            column = next(column for column in self.columns if column[0] == number + 1)
            left = min(item.x - item.reach_left for row in column for item in self.rows[row])
            self.crossed[number] = {link: place for place, link in enumerate(links, 1)}, left
        places, left = self.crossed[number]
        place, count = places[link], len(places)
        above = self.top(link.lower) - LABEL - LANE * place
        return above, left - GUTTER / 2 - LANE * (count - place), self.base[number + 1] + LANE * (count + 1 - place)
