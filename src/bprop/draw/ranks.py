"""The row of each node, numbered upwards: every box is just below the lowest box that uses it.

A row has a limited width. Boxes without room in it go to the rows below: twenty embeddings of one concatenation take
several rows, and so do forty columns of data. A box that nobody uses, an output, stands just above its children.

A leaf is beside the lowest box that uses it. But the data of the first boxes, and a leaf that several boxes of a row
use, are below them. Penalties are above the boxes whose parameters they use.
"""

from __future__ import annotations

from graphlib import TopologicalSorter

from bprop.draw.letters import BODY, width
from bprop.draw.nodes import Node, Scene

SPACE, MARGINS = 44, 28
"""Pixels for the shape on the edge from a leaf beside a box, and for the margins of a box."""
CROWD = 3
"""From so many boxes on whose children are all leaves, their data is beside them, not below."""


class Ranks:
    """rank : {node: its row}. beside : {leaf: the box beside which it stands}; its row is that of the box."""

    def __init__(self, scene: Scene, limit: float):
        self.below: dict[Node, list[Node]] = {node: [] for node in scene.nodes}
        self.above: dict[Node, list[Node]] = {node: [] for node in scene.nodes}
        for edge in scene.edges:
            self.below[edge.target].append(edge.source)
            self.above[edge.source].append(edge.target)
        self.order: list[Node] = list(TopologicalSorter(self.below).static_order())
        self.boxes: list[Node] = [node for node in self.order if not node.is_leaf]
        self.rank: dict[Node, int] = {}
        self.beside: dict[Node, Node] = {}
        self.crowded: bool = sum(map(self._is_first, self.boxes)) >= CROWD
        self._rank_boxes(limit)
        used: dict[int, float] = {}  # pixels of rows
        for box in self.boxes:
            used[self.rank[box]] = used.get(self.rank[box], 0.0) + self._reach(box)
        for leaf in self.order:
            if leaf.is_leaf:
                self._rank_leaf(leaf, limit, used)
        lowest = min(self.rank.values())
        self.rank = {node: rank - lowest for node, rank in self.rank.items()}

    def _rank_boxes(self, limit: float) -> None:
        children = {node: self._under(node) for node in self.boxes}
        users: dict[Node, list[Node]] = {node: [] for node in self.boxes}
        deep: dict[Node, int] = {}
        for node in TopologicalSorter(children).static_order():
            deep[node] = 1 + max((deep[child] for child in children[node]), default=0)
            for child in children[node]:
                users[child].append(node)
        levels = self._pulled_up(deep, users)
        levels = self._within(limit, levels, deep, users)
        numbers = {level: place for place, level in enumerate(sorted(set(levels.values()), reverse=True), 1)}
        self.rank = {node: numbers[levels[node]] for node in self.boxes}

    def _under(self, node: Node) -> list[Node]:
        """The boxes that are below a box: its children, and those beside which the parameters of a penalty stand."""
        under = [child for child in self.below[node] if not child.is_leaf]
        if _is_late(node):
            leaves = [child for child in self.below[node] if child.is_leaf]
            under += [user for leaf in leaves for user in self.above[leaf] if not _is_late(user)]
        return list(dict.fromkeys(under))

    @staticmethod
    def _pulled_up(deep: dict[Node, int], users: dict[Node, list[Node]]) -> dict[Node, int]:
        """{box: the rows above it}: it is in the row below its lowest user."""
        highest = max(deep.values(), default=0)
        levels: dict[Node, int] = {}
        for node in reversed(deep):  # users come before their children
            levels[node] = max((1 + levels[user] for user in users[node]), default=highest - deep[node])
        return levels

    def _within(
        self, limit: float, levels: dict[Node, int], deep: dict[Node, int], users: dict[Node, list[Node]]
    ) -> dict[Node, int]:  # fmt: skip
        """The same with rows of limited width. A box is followed by those that it alone uses, so they stay together."""
        places = {node: place for place, node in enumerate(self.boxes)}
        children: dict[Node, list[Node]] = {node: [] for node in levels}
        for node in sorted(levels, key=lambda node: (deep[node], -places[node])):
            for user in users[node]:
                children[user].append(node)
        waiting = {node: len(users[node]) for node in levels}
        ready = sorted((node for node in levels if not users[node]), key=lambda node: (deep[node], -places[node]))
        result: dict[Node, int] = {}
        used: dict[int, float] = {}
        while ready:
            node = ready.pop()  # that with the longest way down
            level, size = max((1 + result[user] for user in users[node]), default=levels[node]), self._reach(node)
            while used.get(level, 0.0) and used[level] + size > limit:
                level += 1
            result[node] = level
            used[level] = used.get(level, 0.0) + size
            for child in children[node]:
                waiting[child] -= 1
                if waiting[child] == 0:
                    ready.append(child)
        return result

    def _reach(self, node: Node) -> float:
        """About the room that a box takes across the edges, with its own leaves."""
        own = [leaf for leaf in self.below[node] if leaf.is_leaf and len(self._users(leaf)) == 1]
        sides = ([leaf for leaf in own if (leaf.kind == "input") == data] for data in (False, True))
        return _alone(node) + sum(SPACE + max(leaf.across for leaf in side) for side in sides if side)

    def _rank_leaf(self, leaf: Node, limit: float, used: dict[int, float]) -> None:
        users = self._users(leaf)
        lowest = min((self.rank[user] for user in users), default=1)
        first = [user for user in users if self.rank[user] == lowest]
        data = leaf.kind == "input" and not self.crowded and all(map(self._is_first, first))
        if len(first) == 1 and not data:
            self.beside[leaf] = first[0]
            self.rank[leaf] = lowest
            return
        rank, size = lowest - 1, _alone(leaf)
        while used.get(rank, 0.0) and used[rank] + size > limit:
            rank -= 1
        self.rank[leaf] = rank
        used[rank] = used.get(rank, 0.0) + size

    def _users(self, leaf: Node) -> list[Node]:
        """The boxes that use a leaf; penalties only if there are no others."""
        return [user for user in self.above[leaf] if not _is_late(user)] or self.above[leaf]

    def _is_first(self, node: Node) -> bool:
        return all(child.is_leaf for child in self.below[node])


def _alone(node: Node) -> float:
    """The room that a node takes across the edges, with the shape beside the edge that leaves it."""
    return MARGINS + node.across / 2 + max(node.across / 2, width(node.label, BODY) + 8)


def _is_late(node: Node) -> bool:
    return node.kind in ("penalty", "objective")
