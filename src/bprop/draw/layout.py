"""Rectangles, lines and labels in pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from bprop.draw.grid import Grid, Lane
from bprop.draw.nodes import Edge, Node, Scene
from bprop.draw.pen import Pen, Point, Sheet
from bprop.draw.place import Link, place
from bprop.draw.rows import STACK_GAP, Item, Route, Rows, arrange


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
    heading : the direction of the arrow, "up", "right", "down" or "left".
    hue : a number for edges that go on in another column, beside others; 0 for all others.
    """

    edge: Edge
    path: str
    tip: Point | None
    heading: str
    hue: int = 0


@dataclass(frozen=True)
class Label:
    """The shape at the beginning of an edge, or the name of an edge (kind "lane") that goes on in another column.

    anchor : "start", "middle" or "end".
    """

    text: str
    x: float
    y: float
    anchor: str = "start"
    kind: str = "shape"
    hue: int = 0


@dataclass
class Layout:
    """dots : where an edge splits, or where edges join."""

    width: float
    height: float
    frames: list[Frame] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    dots: list[Point] = field(default_factory=list)


def layout_of(scene: Scene, page: float | None = None) -> Layout:
    """The layout of a scene. If it is too large to draw, the layout of a note that says so.

    page : the pixels of the page's width, if the drawing should fit in it.
    """
    rows = arrange(scene, page) or arrange(_note(scene))
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
        self.sheet = Sheet(rows.turned, self.grid.height)
        size = (self.grid.height, self.grid.width) if rows.turned else (self.grid.width, self.grid.height)
        self.result = Layout(*size)

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
                self._label(route.edge.source.label, item.x + 6, self.grid.top(item) - 5, "start")
            self.result.lines.append(self._draw_route(route))
        for lane in self.grid.lanes():
            if lane.name:
                x, y = self.sheet.at(lane.gutter - 4, lane.above - 5)
                self.result.labels.append(Label(lane.name, x, y, "end", "lane", lane.hue))
        self.result.dots = [self.sheet.at(*dot) for dot in dict.fromkeys(self._dots())]
        return self.result

    def _label(self, text: str, x: float, y: float, anchor: str) -> None:
        if text:
            self.result.labels.append(Label(text, *self.sheet.at(x, y), anchor))

    def _frame(self, node: Node, x: float, y: float, along: float) -> None:
        self.result.frames.append(Frame(node, *self.sheet.rectangle(x, y, node.across, along)))

    def _draw_item(self, item: Item, node: Node) -> None:
        self._frame(node, item.x - item.half, item.y, item.height)
        for leaves, way, gap in ((item.left, -1, item.left_gap), (item.right, 1, item.right_gap)):
            length = sum(leaf.along for leaf in leaves) + STACK_GAP * (len(leaves) - 1)
            y = item.y + (item.height - length) / 2
            side = item.x + way * item.half
            ordered = reversed(leaves) if self.sheet.turned else leaves  # the first one is above, or on the left
            for leaf in ordered:
                self._draw_leaf(leaf, node, (side, y), way, gap)
                y += leaf.along + STACK_GAP

    def _draw_leaf(self, leaf: Node, user: Node, at: Point, way: int, gap: float) -> None:
        """Draw a leaf beside the box that uses it. way : -1 on its left, 1 on its right."""
        side, y = at
        start, middle = side + way * gap, y + leaf.along / 2
        x = start if way > 0 else start - leaf.across
        self._frame(leaf, x, y, leaf.along)
        pen = Pen(start, middle)
        pen.turn(side, middle)
        tip = self.sheet.at(side, middle)
        self.result.lines.append(Line(Edge(leaf, user, True), pen.path(self.sheet), tip, self.sheet.heading(-way)))
        self._label(leaf.label, (start + side) / 2, middle - 4, "middle")
        self.lanes[leaf] = (x, middle)

    def _draw_route(self, route: Route) -> Line:
        edge, first = route.edge, route.items[0]
        ways = [self.links[lower, lower.exit(edge), upper] for lower, upper in pairwise(route.items)]
        if edge.source is not first.node:
            pen = Pen(*self.lanes[edge.source])
            pen.turn(first.x + ways[0].exit, pen.y)
        else:
            pen = Pen(first.x + ways[0].exit, first.y)
        hue = 0
        for link in ways:
            self._draw_link(pen, link)
            lane = self.grid.lane(link)
            hue = hue or (lane.hue if lane else 0)
        last, drawn = route.items[-1], ways[-1] in self.tipped
        self.tipped.add(ways[-1])
        tip = None if drawn else self.sheet.at(pen.x, last.y + last.height)
        return Line(edge, pen.path(self.sheet), tip, self.sheet.heading(0), hue)

    def _draw_link(self, pen: Pen, link: Link) -> None:
        grid, upper = self.grid, link.upper
        end, bottom = grid.end(link)
        pen.up(grid.leave(link.lower))
        lane = grid.lane(link)
        if lane is None:
            pen.curve(end, bottom)
        else:
            for x, y in ((pen.x, lane.above), (lane.gutter, lane.above), (lane.gutter, lane.below), (end, lane.below)):
                pen.turn(x, y)
            pen.up(bottom)
        if upper.node is not None:
            pen.up(upper.y + upper.height)

    def _dots(self) -> Iterator[Point]:
        """Where lines part, and where they join: not where one begins or ends."""
        leaving: dict[Point, set[Point]] = {}
        joining: dict[Point, set[Point]] = {}
        lanes: dict[Lane, tuple[set[float], set[float]]] = {}
        for link in self.grid.links:
            start, end = (link.lower.x + link.exit, self.grid.leave(link.lower)), self.grid.end(link)
            lane = self.grid.lane(link)
            if lane is None:
                leaving.setdefault(start, set()).add(end)
                joining.setdefault(end, set()).add(start)
            else:
                starts, ends = lanes.setdefault(lane, (set(), set()))
                starts.add(start[0])
                ends.add(end[0])
        yield from (point for point, ends in (*leaving.items(), *joining.items()) if len(ends) > 1)
        for lane, (starts, ends) in lanes.items():
            yield from ((x, lane.above) for x in sorted(starts)[1:])
            yield from ((x, lane.below) for x in sorted(ends)[:-1])
