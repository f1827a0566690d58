"""Rectangles, lines and labels in pixels."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from bprop.draw.grid import LABEL, Grid
from bprop.draw.place import Link, place
from bprop.draw.rows import STACK_GAP, Item, Route, Rows, arrange
from bprop.draw.scene import Edge, Node, Scene

Point = tuple[float, float]


@dataclass(frozen=True)
class Frame:
    """The rectangle of a node, in pixels."""

    node: Node
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Line:
    """The whole path of an edge, as SVG path data, and the tip of its arrow.

    Edges may share pieces of their way, which lie on each other. `tip` is None if the arrowhead was drawn already.
    side : the direction of the arrow, 1 to the right, -1 to the left, 0 upwards.
    """

    edge: Edge
    path: str
    tip: Point | None
    side: int = 0


@dataclass(frozen=True)
class Label:
    """The shape at the beginning of an edge. anchor : "start" or "middle"."""

    text: str
    x: float
    y: float
    anchor: str = "start"


@dataclass
class Layout:
    width: float
    height: float
    frames: list[Frame] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)


def layout_of(scene: Scene) -> Layout:
    """The layout of a scene. If it is too large to draw, the layout of a note that says so."""
    rows = arrange(scene) or arrange(_note(scene))
    assert rows is not None
    place(rows)
    return _Painter(rows).layout()


def _note(scene: Scene) -> Scene:
    lines = [f"{len(scene.nodes):,} boxes whose edges cross:", "too many to draw; the text", "lists them all"]
    return Scene([Node("box", "too large to draw", lines, " ".join(lines), ())], [], scene.caption, scene.collapsed)


class _Painter:
    def __init__(self, rows: Rows):
        self.grid = Grid(rows)
        self.routes = rows.routes
        self.links = {(link.lower, link.exit, link.upper): link for link in self.grid.links}
        self.tipped: set[Link] = set()  # those with an arrowhead
        self.lanes: dict[Node, Point] = {}  # where the line from a leaf upwards begins
        self.result = Layout(self.grid.width, self.grid.height)

    def layout(self) -> Layout:
        for row in self.grid.rows:
            for item in row:
                if item.node is not None:
                    self._draw_item(item, item.node)
        labelled: set[Item] = set()
        for route in self.routes:
            item = route.items[0]
            if item.node is route.edge.source and item.exit(route.edge) == 0 and item not in labelled:
                labelled.add(item)
                self.result.labels.append(Label(route.edge.source.shape, item.x + 6, self.grid.top(item) - 5))
            self.result.lines.append(self._draw_route(route))
        return self.result

    def _draw_item(self, item: Item, node: Node) -> None:
        self.result.frames.append(Frame(node, item.x - item.half, item.y, node.width, item.height))
        for leaves, way, gap in ((item.left, -1, item.left_gap), (item.right, 1, item.right_gap)):
            height = sum(leaf.height for leaf in leaves) + STACK_GAP * (len(leaves) - 1)
            y = item.y + (item.height - height) / 2
            side = item.x + way * item.half
            for leaf in leaves:
                self._draw_leaf(leaf, node, (side, y), way, gap)
                y += leaf.height + STACK_GAP

    def _draw_leaf(self, leaf: Node, user: Node, at: Point, way: int, gap: float) -> None:
        """Draw a leaf beside the box that uses it. way : -1 on its left, 1 on its right."""
        side, y = at
        start, middle = side + way * gap, y + leaf.height / 2
        x = start if way > 0 else start - leaf.width
        self.result.frames.append(Frame(leaf, x, y, leaf.width, leaf.height))
        path = f"M{start:.1f} {middle:.1f}H{side:.1f}"
        self.result.lines.append(Line(Edge(leaf, user, True), path, (side, middle), -way))
        self.result.labels.append(Label(leaf.shape, (start + side) / 2, middle - 4, "middle"))
        self.lanes[leaf] = (x, middle)

    def _draw_route(self, route: Route) -> Line:
        edge, first = route.edge, route.items[0]
        pen = _Pen()
        ways = [self.links[lower, lower.exit(edge), upper] for lower, upper in pairwise(route.items)]
        for link in ways:
            if link.lower is first and edge.source is not first.node:
                pen.start(*self.lanes[edge.source])
                pen.turn(first.x + link.exit, pen.y)
            else:
                start = link.lower.y if link.lower.node else self.grid.base[self.grid.number[link.lower]]
                pen.start(link.lower.x + link.exit, start)
            self._draw_link(pen, link)
        last, drawn = route.items[-1], ways[-1] in self.tipped
        self.tipped.add(ways[-1])
        return Line(edge, pen.path(), None if drawn else (pen.x, last.y + last.height))

    def _draw_link(self, pen: _Pen, link: Link) -> None:
        grid, upper = self.grid, link.upper
        end, bottom = upper.x + grid.entries[link], grid.base[grid.number[upper]]
        pen.up(grid.top(link.lower) - LABEL)
        detour = grid.detour(link)
        if detour is None:
            pen.curve(end, bottom)
        else:
            above, gutter, below = detour
            for x, y in ((pen.x, above), (gutter, above), (gutter, below), (end, below)):
                pen.turn(x, y)
            pen.up(bottom)
        if upper.node is not None:
            pen.up(upper.y + upper.height)


class _Pen:
    """Writes SVG path data, point by point."""

    def __init__(self):
        self.x = self.y = 0.0
        self.down = False
        self.parts: list[str] = []
        self.pending = ""  # a line upwards that may get longer

    def start(self, x: float, y: float) -> None:
        """Begin at a point, unless the pen is down already."""
        if not self.down:
            self.down, self.x, self.y = True, x, y
            self.parts.append(f"M{x:.1f} {y:.1f}")

    def up(self, y: float) -> None:
        if abs(y - self.y) > 0.05:
            self.pending, self.y = f"V{y:.1f}", y

    def turn(self, x: float, y: float) -> None:
        """Draw a straight line to a point."""
        self._flush()
        self.parts.append(f"L{x:.1f} {y:.1f}")
        self.x, self.y = x, y

    def curve(self, x: float, y: float) -> None:
        """Draw a curve to a point above, with a vertical start and a vertical end."""
        if abs(x - self.x) < 0.5:
            self.up(y)
            return
        self._flush()
        middle = (self.y + y) / 2
        self.parts.append(f"C{self.x:.1f} {middle:.1f} {x:.1f} {middle:.1f} {x:.1f} {y:.1f}")
        self.x, self.y = x, y

    def path(self) -> str:
        self._flush()
        return "".join(self.parts)

    def _flush(self) -> None:
        if self.pending:
            self.parts.append(self.pending)
            self.pending = ""
