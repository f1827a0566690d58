"""Which row each node stands in, and the way of every edge through the rows.

Rows are numbered upwards: the loss is above what it needs. A leaf stands beside the lowest box that uses it
(parameters and constants on the left, data such as y on the right), except that the x of the first box, and a leaf
that several boxes of a row use, are below them. An edge that passes rows has a track through each: from a leaf that
is used again far above (a weight that is penalised) all that go to one box share its tracks, and what goes out of one
box to several shares tracks too.

This is why no layout library is used: those for layered drawings place a leaf like any other node, in a row of its
own far from its box, and give each edge a track, fifty of them for the penalty of fifty layers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from graphlib import TopologicalSorter

from bprop.draw.letters import BODY, width
from bprop.draw.scene import Edge, Node, Scene

LANE = 10
MARGIN = 14
STACK_GAP = 8
TRACK = 7


@dataclass(eq=False)
class Item:
    """What takes a place in a row: a node with the leaves at its sides, or the track of an edge (no node).

    x is where its node's middle, or the track, is; lanes are leaves on the left that go on upwards.
    """

    rank: int
    node: Node | None = None
    left: list[Node] = field(default_factory=list)
    right: list[Node] = field(default_factory=list)
    lanes: list[Node] = field(default_factory=list)
    x: float = 0.0
    y: float = 0.0  # of its top

    @property
    def half(self) -> float:
        return 0.0 if self.node is None else self.node.width / 2

    @property
    def left_gap(self) -> float:
        return _gap(self.left)

    @property
    def right_gap(self) -> float:
        return _gap(self.right)

    @property
    def reach_left(self) -> float:
        """Pixels that it takes to the left of x."""
        if self.node is None:
            return TRACK
        lanes = LANE * len(self.lanes) + 4 if self.lanes else 0
        return self.half + self.left_gap + _widest(self.left) + lanes + MARGIN

    @property
    def reach_right(self) -> float:
        if self.node is None:
            return TRACK
        label = width(self.node.shape, BODY) + 8
        return max(self.half + self.right_gap + _widest(self.right), label) + MARGIN

    @property
    def height(self) -> float:
        """Its node is as high as the leaves beside it."""
        if self.node is None:
            return 0.0
        return max(self.node.height, *(_stacked(leaves) for leaves in (self.left, self.right)))

    def exit(self, edge: Edge) -> float:
        """Where an edge leaves this item, relative to x: from its middle, and to a penalty from the left."""
        if edge.source in self.lanes:
            return -self.reach_left + MARGIN + LANE * (0.5 + self.lanes.index(edge.source))
        penalised = edge.source is self.node and edge.target.kind == "penalty" and edge.source.kind != "penalty"
        return 10 - self.half if penalised else 0.0


def _gap(leaves: list[Node]) -> float:
    return max((width(leaf.shape, BODY) + 16 for leaf in leaves), default=0.0)


def _widest(leaves: list[Node]) -> float:
    return max((leaf.width for leaf in leaves), default=0.0)


def _stacked(leaves: list[Node]) -> float:
    return sum(leaf.height for leaf in leaves) + STACK_GAP * (len(leaves) - 1) if leaves else 0.0


@dataclass(frozen=True)
class Route:
    """The way of an edge: its first item, the tracks, its last item."""

    edge: Edge
    items: tuple[Item, ...]


@dataclass
class Rows:
    """Items by rank, from below, and the routes between them; edges at the side of a node have none."""

    rows: list[list[Item]]
    routes: list[Route]


def arrange(scene: Scene) -> Rows:
    """The rows of a scene, each in a first order: penalties on the left, what goes far on the right."""
    return _Arranger(scene).rows()


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
        late = [node for node in self.order if node.kind in ("penalty", "objective")]
        self._rank([node for node in self.order if not node.is_leaf and node not in set(late)], set(late))
        self._rank(late, set())

    def _rank(self, nodes: list[Node], late: set[Node]) -> None:
        """Ranks of nodes in order, then of the leaves that they use, `late` users not looked at."""
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

    def rows(self) -> Rows:
        items = {node: Item(self.rank[node], node) for node in self.order if node not in self.beside}
        for user in items:
            for leaf in self.below[user]:
                if self.beside.get(leaf) is user:
                    item = items[user]
                    (item.right if leaf.kind == "input" else item.left).append(leaf)
                    if len(self.above[leaf]) > 1:
                        if leaf in item.right:  # its way up begins on the left
                            item.right.remove(leaf)
                            item.left.append(leaf)
                        item.lanes.append(leaf)
        of = {node: items[self.beside.get(node, node)] for node in self.order}
        self.tracks: dict[tuple, Item] = {}
        routes = [
            Route(edge, self._way(edge, of)) for edge in self.edges if self.beside.get(edge.source) != edge.target
        ]
        rows: list[list[Item]] = [[] for _ in range(max(item.rank for item in items.values()) + 1)]
        for side, item in self._sided(items):
            rows[item.rank].insert(len(rows[item.rank]) if side else 0, item)
        rows = [row for row in rows if row]  # there may be nothing below the first box
        for rank, row in enumerate(rows):
            for item in row:
                item.rank = rank
        return Rows(rows, routes)

    def _way(self, edge: Edge, of: dict[Node, Item]) -> tuple[Item, ...]:
        first, last = of[edge.source], of[edge.target]
        bus = edge.source.is_leaf or edge.target.kind == "penalty"
        key = ("to", edge.target) if bus else ("from", edge.source)
        tracks = [self.tracks.setdefault((*key, rank), Item(rank)) for rank in range(first.rank + 1, last.rank)]
        return (first, *tracks, last)

    def _sided(self, items: dict[Node, Item]) -> list[tuple[bool, Item]]:
        """Items with their side: nodes as they come, then penalties and tracks to one box on the left of those."""
        main = [(True, item) for node, item in items.items() if node.kind != "penalty"]
        left = [(False, item) for node, item in items.items() if node.kind == "penalty"]
        return main + left + [(key[0] == "from", item) for key, item in self.tracks.items()]
