"""Equal layers that follow each other, drawn as one box with their number: "layers 2 … 49", "× 48".

The boxes of a graph are cut into segments: a cut is where one value alone goes on. Segments are equal if their boxes
compute the same, on the value before and on parameters of their own or on the same others. A run of equal segments, or
of equal groups of segments, becomes one box.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import replace
from graphlib import TopologicalSorter

from bprop.draw.nodes import Edge, Node, Scene
from bprop.structure.order import topological_order

FEWEST = 3
"""So many equal layers are drawn as one box."""
LONGEST = 12
"""The most segments of a group that repeats."""
Segment = list[Node]


def folded(scene: Scene) -> Scene:
    """The scene with each run of equal layers as one node."""
    folds = _Folds(scene)
    runs = list(folds.runs())
    if not runs:
        return scene
    of: dict[Node, Node] = {}
    for groups in runs:
        whole = _fold(groups, folds)
        of |= {node: whole for group in groups for node in [*group, *folds.own_leaves(group)]}
    nodes = list(dict.fromkeys(of.get(node, node) for node in scene.nodes))
    edges: dict[tuple[Node, Node], Edge] = {}
    for edge in scene.edges:
        source, target = of.get(edge.source, edge.source), of.get(edge.target, edge.target)
        if source is not target and edges.get((source, target), edge).computed == edge.computed:
            edges[source, target] = replace(edge, source=source, target=target, leaf=edge.leaf and source.is_leaf)
    return replace(scene, nodes=nodes, edges=list(edges.values()), caption=f"{scene.caption}, equal layers folded")


class _Folds:
    def __init__(self, scene: Scene):
        self.into: dict[Node, list[Edge]] = {node: [] for node in scene.nodes}
        self.users: dict[Node, list[Node]] = {node: [] for node in scene.nodes}
        for edge in scene.edges:
            self.into[edge.target].append(edge)
            self.users[edge.source].append(edge.target)
        main = [node for node in scene.nodes if not node.is_leaf and not _is_late(node)]
        self.order: list[Node] = self._computed(dict.fromkeys(main))
        data = [edge.source for node in self.order[:1] for edge in self.into[node] if edge.source.kind == "input"]
        self.start: Node | None = data[0] if len(data) == 1 else None  # what the first segment takes
        self.segments: list[Segment] = self._segments()

    def _computed(self, main: Collection[Node]) -> list[Node]:
        """The boxes in an order of computation in which each is computed as late as possible."""
        children = {node: [edge.source for edge in self.into[node] if edge.source in main] for node in main}
        deep: dict[Node, int] = {}
        for node in TopologicalSorter(children).static_order():
            deep[node] = 1 + max((deep[child] for child in children[node]), default=0)
        roots = [node for node in main if not any(user in main for user in self.users[node])]
        for below in (roots, *children.values()):
            below.sort(key=lambda node: -deep[node])  # the longest way first
        return topological_order(roots, children.__getitem__)  # type: ignore[arg-type, return-value]

    def _segments(self) -> list[Segment]:
        """The boxes between two cuts, in order; the last box of each is all that the next ones need."""
        places = {node: place for place, node in enumerate(self.order)}
        start = [] if self.start is None else [self.start]
        last = {
            node: max((places[user] for user in self.users[node] if user in places), default=-1)
            for node in (*start, *self.order)
        }
        segments: list[Segment] = [[]]
        needed = set(start)
        for place, node in enumerate(self.order):
            needed = {other for other in (*needed, node) if last[other] > place}
            segments[-1].append(node)
            if needed == {node}:
                segments.append([])
        return [segment for segment in segments if segment]

    def runs(self) -> list[list[Segment]]:
        """The runs of equal groups: each is a list of groups of boxes."""
        keys = [self._key(number) for number in range(len(self.segments))]
        runs, at = [], 0
        while at < len(keys):
            size, times = self._longest(keys, at)
            if times:
                starts = range(at, at + size * times, size)
                runs.append([[n for part in self.segments[s : s + size] for n in part] for s in starts])
            at += max(1, size * times)
        return runs

    @staticmethod
    def _longest(keys: list[Hashable], at: int) -> tuple[int, int]:
        """(segments of a group, number of equal groups) of the run from here on that takes most; (0, 0) without one."""
        best = (0, 0)
        for size in range(1, LONGEST + 1):
            group, times = keys[at : at + size], 1
            while keys[at + size * times : at + size * (times + 1)] == group:
                times += 1
            if times >= FEWEST and len(group) == size and size * times > best[0] * best[1]:
                best = (size, times)
        return best

    def _key(self, number: int) -> Hashable:
        """A key that equal segments share. A segment with an output or a loss equals no other."""
        segment = self.segments[number]
        if any(node.output or node.kind not in ("box", "layer") or not node.like for node in segment):
            return number
        before = self.segments[number - 1][-1] if number else self.start
        places = {node: place for place, node in enumerate(segment)}
        own = {leaf: place for place, leaf in enumerate(self.own_leaves(segment))}
        parts: list[Hashable] = []
        for node in segment:
            for edge in self.into[node]:
                source = edge.source
                if source is before:
                    parts.append("before")
                elif source in places:
                    parts.append(("within", places[source]))
                elif source in own:
                    parts.append(("own", own[source], source.kind, source.like, self._late_users(source)))
                else:
                    parts.append(("other", id(source)))
            parts.append((node.kind, node.like, self._late_users(node)))
        return tuple(parts)

    def own_leaves(self, group: Segment) -> list[Node]:
        """The leaves that only these boxes use, and penalties; not the data of the first segment."""
        inside = set(group)
        leaves = [edge.source for node in group for edge in self.into[node] if edge.source.is_leaf]
        return [
            leaf
            for leaf in dict.fromkeys(leaves)
            if leaf is not self.start and all(user in inside or _is_late(user) for user in self.users[leaf])
        ]

    def _late_users(self, node: Node) -> frozenset[int]:
        return frozenset(id(user) for user in self.users[node] if _is_late(user))


def _is_late(node: Node) -> bool:
    return node.kind in ("penalty", "objective")


def _fold(groups: list[Segment], folds: _Folds) -> Node:
    """One node for equal groups."""
    first, last = groups[0], groups[-1][-1]
    members = [member for group in groups for node in [*folds.own_leaves(group), *group] for member in node.members]
    layers = all(node.kind == "layer" for node in first)
    start, end = (node.name.removeprefix("layer ") if layers else node.name for node in (first[0], last))
    steps = " → ".join(node.steps for node in first)
    title = f"{len(groups)} equal layers, from {first[0].name} to {last.name}; the first: " + "; ".join(
        node.title for node in first
    )
    times = f"× {len(groups)}"
    return Node(
        "layer", f"{'layers ' if layers else ''}{start} … {end}", [steps, times] if layers else [times], title,
        tuple(members), last.shape, False, last.panels, "" if layers else steps, last.turned, times=len(groups),
    )  # fmt: skip
