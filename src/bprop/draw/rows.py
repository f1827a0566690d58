"""The row of each node, and the way of every edge through the rows.

Rows are numbered upwards: the loss is above its children. A leaf is beside the lowest box that uses it (parameters and
constants on the left, data such as y on the right). But the x of the first box, and a leaf that several boxes of a row
use, are below them. An edge that passes rows has a track through each of them. Edges from leaves far below to one box
(from weights to their penalty) share tracks, and so do edges from one box to several.

Therefore no layout library is used. Libraries for layered drawings place a leaf like any other node, in a row of its
own far from its box, and give each edge a track of its own: fifty for the penalty of fifty layers.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import TopologicalSorter
from typing import Any

from bprop.draw.letters import BODY, width
from bprop.draw.scene import Edge, Node, Scene

LANE = 10
MARGIN = 14
STACK_GAP = 8
TRACK = 7
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
        return 0.0 if self.node is None else self.node.width / 2

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
        label = width(self.node.shape, BODY) + 8
        return max(self.half + self.right_gap + _widest(self.right), label) + MARGIN

    @cached_property
    def height(self) -> float:
        """The height of the node and of the leaves beside it, whichever is larger."""
        if self.node is None:
            return 0.0
        return max(self.node.height, *(_stacked(leaves) for leaves in (self.left, self.right)))

    def exit(self, edge: Edge) -> float:
        """The place where an edge leaves this item, relative to x: the middle; for a penalty, the left."""
        if edge.source in self.lanes:
            return -self.reach_left + MARGIN + LANE * (0.5 + self.lanes[edge.source])
        penalised = edge.source is self.node and edge.target.kind == "penalty" and edge.source.kind != "penalty"
        return 10 - self.half if penalised else 0.0


def _gap(leaves: list[Node]) -> float:
    return max((width(leaf.shape, BODY) + 16 for leaf in leaves), default=0.0)


def _widest(leaves: list[Node]) -> float:
    return max((leaf.width for leaf in leaves), default=0.0)


def _stacked(leaves: list[Node]) -> float:
    return sum(leaf.height for leaf in leaves) + STACK_GAP * (len(leaves) - 1) if leaves else 0.0


def _shared(edge: Edge) -> tuple[str, Node]:
    """The key of the tracks of an edge. Edges with the same key share their tracks."""
    bus = edge.source.is_leaf or edge.target.kind == "penalty"
    return ("to", edge.target) if bus else ("from", edge.source)


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


def arrange(scene: Scene) -> Rows | None:
    """The rows of a scene, each in a first order: penalties on the left, edges that go far on the right.

    None if edges pass so many rows that nobody could follow them.
    """
    arranger = _Arranger(scene)
    return arranger.rows() if arranger.can_be_followed() else None


class _Arranger:
    def __init__(self, scene: Scene):
        self.edges = scene.edges
        self.below: dict[Node, list[Node]] = {node: [] for node in scene.nodes}
        self.above: dict[Node, list[Node]] = {node: [] for node in scene.nodes}
        for edge in scene.edges:
            self.below[edge.target].append(edge.source)
            self.above[edge.source].append(edge.target)
        self.order = list(TopologicalSorter(self.below).static_order())
        self.rank: dict[Node, int] = {}
        self.beside: dict[Node, Node] = {}
        late = {node: None for node in self.order if node.kind in ("penalty", "objective")}
        self._rank([node for node in self.order if not node.is_leaf and node not in late], late)
        self._rank(late, {})

    def _rank(self, nodes: Iterable[Node], late: Container[Node]) -> None:
        """Set the ranks of nodes, in order, then of the leaves that they use. Users in `late` do not count."""
        for node in nodes:
            self.rank[node] = 1 + max((self.rank[child] for child in self.below[node] if child in self.rank), default=0)
        for leaf in self.order:
            users = [user for user in self.above[leaf] if user not in late]
            if leaf.is_leaf and leaf not in self.rank and (users or not self.above[leaf]):
                self._rank_leaf(leaf, users)

    def _rank_leaf(self, leaf: Node, users: list[Node]) -> None:
        lowest = min((self.rank[user] for user in users), default=1)
        first = [user for user in users if self.rank[user] == lowest]
        data = leaf.kind == "input" and all(child.is_leaf for user in first for child in self.below[user])
        if len(first) == 1 and not data:
            self.beside[leaf] = first[0]
            self.rank[leaf] = lowest
        else:
            self.rank[leaf] = lowest - 1

    def can_be_followed(self) -> bool:
        """Whether edges pass few enough rows."""
        ranks = {node: self.rank[self.beside.get(node, node)] for node in self.order}
        tracks: dict[tuple[str, Node], int] = {}
        passed = 0
        for edge in self.edges:
            key, rows = _shared(edge), max(0, ranks[edge.target] - ranks[edge.source] - 1)
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
        return Rows(rows, routes)

    def _way(self, edge: Edge, of: dict[Node, Item]) -> tuple[Item, ...]:
        first, last = of[edge.source], of[edge.target]
        tracks = [
            self.tracks.setdefault((*_shared(edge), rank), Item(rank)) for rank in range(first.rank + 1, last.rank)
        ]
        return (first, *tracks, last)

    def _sided(self, items: dict[Node, Item]) -> list[tuple[bool, Item]]:
        """(on the right?, item): nodes in order; on their left penalties, and tracks to one box."""
        main = [(True, item) for node, item in items.items() if node.kind != "penalty"]
        left = [(False, item) for node, item in items.items() if node.kind == "penalty"]
        return main + left + [(key[0] == "from", item) for key, item in self.tracks.items()]
