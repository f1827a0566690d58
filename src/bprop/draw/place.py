"""The places of the items in each row, from left to right: first few crossings, then straight lines."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from bprop.draw.rows import Item, Rows

SWEEPS = 6
SPARE = 1.08
"""The drawing is so many times as wide as its widest row: lines need not be straight at any price."""
STRAIGHTENINGS = 40


class Link:
    """A piece of an edge, from an item to one in the row above. Edges that share a piece share the link.

    way : where it comes from, "h1"; for edges of several boxes to one, where it leads, "to l2_1".
    penalised : whether it leads to a penalty.
    """

    __slots__ = ("exit", "lower", "penalised", "pull", "upper", "way")

    exit: float
    lower: Item
    upper: Item
    way: str
    penalised: bool

    def __init__(self, lower: Item, exit: float, upper: Item, way: str, penalised: bool):
        self.lower, self.exit, self.upper, self.way, self.penalised = lower, exit, upper, way, penalised
        inner = sum(item.node is not None for item in (lower, upper))
        self.pull = 1 if exit else (2, 1, 3)[inner]  # the links between boxes shall be straight

    @property
    def is_long(self) -> bool:
        """Whether it is a part of an edge that passes rows."""
        return self.lower.node is None or self.upper.node is None


def links_of(rows: Rows) -> list[Link]:
    """The links of all routes, without doubles."""
    links: dict[tuple[Any, ...], Link] = {}
    for route in rows.routes:
        for lower, upper in pairwise(route.items):
            key = lower, lower.exit(route.edge), upper
            if key not in links:
                links[key] = Link(*key, route.edge.source.name, route.edge.penalised)
            elif links[key].way != route.edge.source.name:
                links[key].way = f"to {route.edge.target.name}"
            links[key].penalised &= route.edge.penalised
    return list(links.values())


def place(rows: Rows) -> None:
    """Set x of every item. No two items of a row overlap, and the smallest left edge is 0."""
    links = links_of(rows)
    downward: dict[Item, list[Link]] = {item: [] for row in rows.rows for item in row}
    upward: dict[Item, list[Link]] = {item: [] for item in downward}
    for link in links:
        downward[link.upper].append(link)
        upward[link.lower].append(link)
    _order(rows.rows, downward, upward)
    widest = max(sum(item.reach_left + item.reach_right for item in row) for row in rows.rows)
    room = SPARE * widest
    if rows.page is not None and not rows.turned:
        room = max(widest, min(room, rows.page))
    for row in rows.rows:
        _set(row, [room / 2] * len(row), [1.0] * len(row), room)
    for sweep in range(STRAIGHTENINGS):
        _straighten(rows.rows[:: 1 if sweep % 2 == 0 else -1], downward, upward, sweep >= SWEEPS, room)
    places = {item: number for row in rows.rows for number, item in enumerate(row)}
    for chain in _chains(links):
        _align(chain, rows.rows, places, room)
    left = min(item.x - item.reach_left for item in downward)
    for item in downward:
        item.x -= left


def _order(rows: list[list[Item]], downward: dict[Any, Any], upward: dict[Any, Any]) -> None:
    """Sort each row by the mean place of its items' neighbours, as long as that makes fewer crossings."""
    best, fewest = [list(row) for row in rows], _crossings(rows, upward)
    for sweep in range(SWEEPS):
        if fewest == 0:
            break
        up = sweep % 2 == 0
        for below, row in zip(rows[:: 1 if up else -1], rows[:: 1 if up else -1][1:], strict=False):
            place = {item: number for number, item in enumerate(below)}
            near = downward if up else upward
            keys = {item: _mean([_end(link, up, place) for link in near[item]]) for item in row}
            known = [(key, number) for number, item in enumerate(row) if (key := keys[item]) is not None]
            ordered = iter([row[number] for _, number in sorted(known)])
            row[:] = [item if keys[item] is None else next(ordered) for item in row]
        crossings = _crossings(rows, upward)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    for row, order in zip(rows, best, strict=True):
        row[:] = order


def _end(link: Link, up: bool, place: dict[Item, int]) -> float:
    # a lane at the left of a node counts as a place a bit to its left
    return place[link.lower] + (-0.3 if link.exit < 0 else 0.0) if up else place[link.upper]


def _mean(numbers: Sequence[float]) -> float | None:
    return sum(numbers) / len(numbers) if numbers else None


def _crossings(rows: list[list[Item]], upward: dict[Item, list[Link]]) -> int:
    count = 0
    for row, above in pairwise(rows):
        place = {item: number for number, item in enumerate(above)}
        ends_before: list[int] = []
        for item in row:
            exits: dict[float, list[int]] = {}
            for link in upward[item]:
                exits.setdefault(link.exit, []).append(place[link.upper])
            for _, ends in sorted(exits.items()):  # places of one exit do not cross each other
                count += sum(len(ends_before) - bisect_right(ends_before, end) for end in ends)
                for end in ends:
                    insort(ends_before, end)
    return count


def _straighten(
    rows: list[list[Item]], downward: dict[Any, Any], upward: dict[Any, Any], both: bool, room: float
) -> None:
    """Move every item as near as possible to the place where its lines are straight."""
    for row in rows:
        wanted, weights = [], []
        for item in row:
            ends = [(link.pull, link.lower.x + link.exit) for link in downward[item]]
            if both or not ends:
                ends += [(link.pull, link.upper.x - link.exit) for link in upward[item]]
            most = max((pull for pull, _ in ends), default=0)
            mean = _mean([x for pull, x in ends if pull == most])
            wanted.append(item.x if mean is None else mean)
            weights.append((0.1, 1.0, 4.0, 16.0)[most])
        _set(row, wanted, weights, room)


def _chains(links: list[Link]) -> list[list[Item]]:
    """Chains of items, from below: each has one neighbour above and is its only one below. They look best in a line."""
    lower: dict[Item, list[Item]] = {}
    upper: dict[Item, list[Item]] = {}
    for link in links:
        if link.pull > 1:
            lower.setdefault(link.upper, []).append(link.lower)
            upper.setdefault(link.lower, []).append(link.upper)
    after = {item: up[0] for item, up in upper.items() if len(up) == 1 and len(lower[up[0]]) == 1}
    inside = set(after.values())
    chains = []
    for item in after:
        if item not in inside:
            chains.append([item])
            while chains[-1][-1] in after:
                chains[-1].append(after[chains[-1][-1]])
    return chains


def _align(chain: list[Item], rows: list[list[Item]], places: dict[Item, int], room: float) -> None:
    """Move a chain to one x, if all its items have room there. places : the places of items in their rows."""
    least, most = max(item.reach_left for item in chain), room - max(item.reach_right for item in chain)
    x = min(max(sum(item.x for item in chain) / len(chain), least), most)
    for item in chain:
        row, at = rows[item.rank], places[item]
        if at and row[at - 1].x + row[at - 1].reach_right > x - item.reach_left:
            return
        if at + 1 < len(row) and x + item.reach_right > row[at + 1].x - row[at + 1].reach_left:
            return
    for item in chain:
        item.x = x


def _set(row: list[Item], wanted: Sequence[float], weights: Sequence[float], room: float) -> None:
    """Minimise sum_i weight_i (x_i - wanted_i)^2 without overlaps, within 0 .. room.

    Neighbours that would overlap are pooled. Items left of 0 or right of the room then move to its edge, which is still
    the minimum.
    """
    offsets, at = [], 0.0
    for number, item in enumerate(row):
        at += row[number - 1].reach_right + item.reach_left if number else 0.0
        offsets.append(at)
    pools: list[list[float]] = []  # [weighted sum of wanted starts, sum of weights, how many]
    for want, offset, weight in zip(wanted, offsets, weights, strict=True):
        pools.append([weight * (want - offset), weight, 1])
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]:
            last = pools.pop()
            pools[-1] = [mine + more for mine, more in zip(pools[-1], last, strict=True)]
    starts = [total / weight for total, weight, count in pools for _ in range(int(count))]
    least, most = row[0].reach_left, room - row[-1].reach_right - offsets[-1]
    for item, start, offset in zip(row, starts, offsets, strict=True):
        item.x = min(max(start, least), most) + offset
