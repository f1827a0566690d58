"""The way of every edge through the rows.

An edge that passes rows has a track through each of them. Edges from leaves far below to one box (from weights to their
penalty) share tracks, and so do edges from one box to several, and those of many boxes to one.

Therefore no layout library is used. Libraries for layered drawings place a leaf like any other node, in a row of its
own far from its box, and give each edge a track of its own: fifty for the penalty of fifty layers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from bprop.draw.letters import BODY, width
from bprop.draw.nodes import Edge, Node, Scene
from bprop.draw.ranks import Ranks

LANE = 10
MARGIN = 14
STACK_GAP = 8
TRACK = 7
FAN = 5
"""Edges of so many boxes to one share tracks, if nothing else uses these boxes."""
WIDE, WIDE_TURNED = 1200, 900
"""The aim for the pixels of a row; in a drawing from left to right, of a column."""
MOST_TRACKS = 10_000
MOST_PASSED = 200_000
"""The most rows that all edges may pass: MOST_TRACKS with shared tracks counted once, MOST_PASSED edge by edge."""


@dataclass(eq=False)
class Item:
    """A place in a row: a node with the leaves at its sides, or the track of an edge (no node).

    x : the middle of the node, or the track. lanes : the leaves on the left whose lines go on upwards.
    """

    rank: int
    node: Node | None = None
    left: list[Node] = field(default_factory=list)
    right: list[Node] = field(default_factory=list)
    lanes: dict[Node, int] = field(default_factory=dict)  # {leaf: its number}
    x: float = 0.0
    y: float = 0.0  # of its top

    @property
    def half(self) -> float:
        return 0.0 if self.node is None else self.node.across / 2

    @cached_property
    def left_gap(self) -> float:
        return _gap(self.left)

    @cached_property
    def right_gap(self) -> float:
        return _gap(self.right)

    @cached_property
    def reach_left(self) -> float:
        """The pixels that it takes to the left of x."""
        if self.node is None:
            return TRACK
        lanes = LANE * len(self.lanes) + 4 if self.lanes else 0
        return self.half + self.left_gap + _widest(self.left) + lanes + MARGIN

    @cached_property
    def reach_right(self) -> float:
        if self.node is None:
            return TRACK
        label = width(self.node.label, BODY) + 8
        return max(self.half + self.right_gap + _widest(self.right), label) + MARGIN

    @cached_property
    def height(self) -> float:
        """The pixels in the direction of the edges: of the node, or of the leaves beside it."""
        if self.node is None:
            return 0.0
        return max(self.node.along, *(_stacked(leaves) for leaves in (self.left, self.right)))

    def exit(self, edge: Edge) -> float:
        """The place where an edge leaves this item, relative to x: the middle; for a penalty, the left."""
        if edge.source in self.lanes:
            return -self.reach_left + MARGIN + LANE * (0.5 + self.lanes[edge.source])
        penalised = edge.source is self.node and edge.target.kind == "penalty" and edge.source.kind != "penalty"
        return 10 - self.half if penalised else 0.0


def _gap(leaves: list[Node]) -> float:
    return max((30.0 if leaf.turned else width(leaf.label, BODY) + 16 for leaf in leaves), default=0.0)


def _widest(leaves: list[Node]) -> float:
    return max((leaf.across for leaf in leaves), default=0.0)


def _stacked(leaves: list[Node]) -> float:
    return sum(leaf.along for leaf in leaves) + STACK_GAP * (len(leaves) - 1) if leaves else 0.0


@dataclass(frozen=True)
class Route:
    """The way of an edge: its first item, the tracks, its last item."""

    edge: Edge
    items: tuple[Item, ...]


@dataclass
class Rows:
    """Items by rank, from below, and the routes between them. An edge from the side of a node has no route."""

    rows: list[list[Item]]
    routes: list[Route]
    turned: bool = False
    page: float | None = None


def arrange(scene: Scene, page: float | None = None) -> Rows | None:
    """The rows of a scene, each in a first order: penalties on the left, edges that go far on the right.

    page : the pixels of the page's width, if the drawing should fit in it.
    None if edges pass so many rows that nobody could follow them.
    """
    arranger = _Arranger(scene, page)
    return arranger.rows() if arranger.can_be_followed() else None


class _Arranger:
    def __init__(self, scene: Scene, page: float | None):
        self.edges, self.turned, self.page = scene.edges, scene.turned, page
        ranks = Ranks(scene, WIDE_TURNED if scene.turned else min(WIDE, (page or WIDE) - 4 * TRACK))
        self.below, self.above, self.order = ranks.below, ranks.above, ranks.order
        self.rank, self.beside = ranks.rank, ranks.beside
        self.fans: set[Node] = {
            node for node, below in self.below.items() if sum(not child.is_leaf for child in below) >= FAN
        }

    def _shared(self, edge: Edge) -> tuple[str, Node]:
        """The key of the tracks of an edge. Edges with the same key share their tracks."""
        if edge.computed:
            return "computed", edge.target
        alone = len(self.above[edge.source]) == 1 and (edge.source.is_leaf or edge.target in self.fans)
        return ("to", edge.target) if alone or edge.target.kind == "penalty" else ("from", edge.source)

    def can_be_followed(self) -> bool:
        """Whether edges pass few enough rows."""
        ranks = {node: self.rank[self.beside.get(node, node)] for node in self.order}
        tracks: dict[tuple[str, Node], int] = {}
        passed = 0
        for edge in self.edges:
            key, rows = self._shared(edge), max(0, ranks[edge.target] - ranks[edge.source] - 1)
            tracks[key] = max(rows, tracks.get(key, 0))
            passed += rows
        return sum(tracks.values()) <= MOST_TRACKS and passed <= MOST_PASSED

    def rows(self) -> Rows:
        items = {node: Item(self.rank[node], node) for node in self.order if node not in self.beside}
        for user in items:
            for leaf in self.below[user]:
                if self.beside.get(leaf) is user:
                    item, goes_on = items[user], len(self.above[leaf]) > 1  # its way up begins on the left
                    (item.right if leaf.kind == "input" and not goes_on else item.left).append(leaf)
                    if goes_on:
                        item.lanes[leaf] = len(item.lanes)
        of = {node: items[self.beside.get(node, node)] for node in self.order}
        self.tracks: dict[tuple[Any, ...], Item] = {}
        routes = [
            Route(edge, self._way(edge, of)) for edge in self.edges if self.beside.get(edge.source) != edge.target
        ]
        sides: list[tuple[list[Item], list[Item]]] = [([], []) for _ in range(1 + max(i.rank for i in items.values()))]
        for right, item in self._sided(items):
            sides[item.rank][right].append(item)
        rows = [[*reversed(left), *right] for left, right in sides if left or right]  # none may be below the first box
        for rank, row in enumerate(rows):
            for item in row:
                item.rank = rank
        return Rows(rows, routes, self.turned, self.page)

    def _way(self, edge: Edge, of: dict[Node, Item]) -> tuple[Item, ...]:
        first, last = of[edge.source], of[edge.target]
        tracks = [
            self.tracks.setdefault((*self._shared(edge), rank), Item(rank)) for rank in range(first.rank + 1, last.rank)
        ]
        return (first, *tracks, last)

    def _sided(self, items: dict[Node, Item]) -> list[tuple[bool, Item]]:
        """(on the right?, item): nodes in order; on their left penalties, and tracks to one box."""
        main = [(True, item) for node, item in items.items() if node.kind != "penalty"]
        left = [(False, item) for node, item in items.items() if node.kind == "penalty"]
        return main + left + [(key[0] != "to", item) for key, item in self.tracks.items()]
