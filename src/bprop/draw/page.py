"""The SVG of a layout."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from textwrap import wrap
from zlib import crc32

from bprop.draw.element import new
from bprop.draw.layout import Frame, Label, Layout, Line
from bprop.draw.legend import LINE as KEY_LINE
from bprop.draw.legend import MARGIN, Legend, colour
from bprop.draw.letters import NAME, clean, width
from bprop.draw.nodes import BARS_WIDTH, LINE, PADDING, PANEL_GAP, PANEL_LINE, Node, Scene
from bprop.draw.statistics import BINS, Summary
from bprop.draw.style import css

CAPTION, CAPTION_LINE = 30, 17
STACK = 3.0
"""Pixels by which the frames of equal layers stick out behind each other."""
TIPS = {"up": "l-4 8h8z", "down": "l-4 -8h8z", "right": "l-8 -4v8z", "left": "l8 -4v8z"}


def write(scene: Scene, layout: Layout, description: str, page: float | None = None) -> str:
    """One SVG element, with its style. `description` is read out in its place. page : the pixels of a page's width.

    For machines: each box is a group with data-box (its name) and data-kind, each edge is a path with data-from and
    data-to, each arrowhead has data-tip, the name of the box to which it points. A group of several boxes also has
    data-members, their names. A page that lets people choose boxes adds the class choosing to the <svg>, chosen to a
    box, and near to its edges and their ends.
    """
    legend = Legend(scene)
    inner = max(layout.width, min(width(scene.caption, NAME), page or float("inf")), legend.least)
    caption = wrap(scene.caption, int(inner / width("a", NAME) + 0.01))
    top = MARGIN + CAPTION + CAPTION_LINE * (len(caption) - 1)
    rows = legend.rows(inner)
    total_width = inner + 2 * MARGIN
    total_height = top + layout.height + 14 + KEY_LINE * len(rows) + MARGIN
    uid = f"bprop-{crc32(description.encode('utf-8', 'replace')):08x}"
    svg = new(
        None, "svg", xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {total_width:.0f} {total_height:.0f}",
        width=f"{total_width:.0f}", height=f"{total_height:.0f}", role="img", class_="bprop-graph",
        data_direction="right" if scene.turned else "up", aria_labelledby=f"{uid}-title {uid}-desc",
    )  # fmt: skip
    new(svg, "title", scene.caption, id=f"{uid}-title")
    new(svg, "desc", description, id=f"{uid}-desc")
    new(svg, "style", css())
    new(svg, "rect", class_="page", width="100%", height="100%")
    for place, line in enumerate(caption):
        new(svg, "text", line, class_="name", x=MARGIN, y=MARGIN + 12 + CAPTION_LINE * place)
    picture = new(svg, "g", transform=f"translate({MARGIN + (inner - layout.width) / 2:.1f} {top})")
    for line in layout.lines:
        _edge(picture, line)
    for x, y in layout.dots:
        new(picture, "circle", class_="dot", cx=x, cy=y, r=2.4)
    for label in layout.labels:
        _label(picture, label)
    for frame in layout.frames:
        _node(picture, frame)
    for place, row in enumerate(rows):
        legend.draw(svg, row, top + layout.height + 14 + KEY_LINE * place + MARGIN)
    return ET.tostring(svg, encoding="unicode")


def _edge(parent: ET.Element, line: Line) -> None:
    edge = line.edge
    marks = {"penalised": edge.penalised, "computed": edge.computed, f"hue{line.hue}": line.hue and not edge.penalised}
    more = "".join(f" {mark}" for mark, applies in marks.items() if applies)
    new(parent, "path", class_="edge" + more, d=line.path, data_from=edge.source.name, data_to=edge.target.name)
    if line.tip is not None:
        x, y = line.tip
        new(parent, "path", class_="tip" + more, d=f"M{x:.1f} {y:.1f}{TIPS[line.heading]}", data_tip=edge.target.name)


def _label(parent: ET.Element, label: Label) -> None:
    kind = label.kind + (f" hue{label.hue}" if label.hue else "")
    text = new(parent, "text", label.text, class_=kind, x=label.x, y=label.y)
    if label.anchor != "start":
        text.set("text-anchor", label.anchor)


def _node(parent: ET.Element, frame: Frame) -> None:
    node = frame.node
    classes = {"objective": "objective", "layer": "layer"}.get(node.kind, f"box {node.kind}".replace("box box", "box"))
    group = new(
        parent, "g", class_=classes + (" output" if node.output else ""),
        transform=f"translate({frame.x:.1f} {frame.y:.1f})",
    )  # fmt: skip
    if node.kind == "objective":
        group.set("data-objective", node.name)
    else:
        group.set("data-box", clean(node.name))
        group.set("data-name", clean(node.name))  # its older name
    group.set("data-kind", node.kind)
    if len(node.members) > 1:
        group.set("data-members", clean(" ".join(node.members)))
    new(group, "title", node.title)
    corner = 13 if node.is_leaf else 5
    for behind in (2, 1) if node.times > 1 else ():
        out = STACK * behind
        new(group, "rect", class_="frame", x=out, y=out, width=frame.width, height=frame.height - 2 * out, rx=corner)
    new(group, "rect", class_="frame", width=frame.width, height=frame.height, rx=corner)
    _text(group, node, PADDING + (frame.width - node.width) / 2, (frame.height - node.height) / 2)


def _text(group: ET.Element, node: Node, x: float, top: float) -> None:
    y = top + 4 + NAME
    new(group, "text", node.shown, class_="name", x=x, y=y)
    for kind, line in [("auto", node.small)] * bool(node.small) + [("line", line) for line in node.lines]:
        y += LINE
        new(group, "text", line, class_=kind, x=x, y=y)
    y = top + node.head
    for what, summary in node.panels:
        _panel(group, what, summary, x, y)
        y += node.panel_height(summary) + PANEL_GAP


def _panel(parent: ET.Element, what: str, summary: Summary, x: float, y: float) -> None:
    height = Node.panel_height(summary) - 1
    new(parent, "rect", class_="back", x=x, y=y, width=BARS_WIDTH, height=height, rx=2)
    shade = "spoiled" if summary.spoiled else colour(summary.decade)
    new(parent, "rect", class_=f"{shade} magnitude", x=x, y=y, width=4, height=height)
    step, most = (BARS_WIDTH - 10) / BINS, max(*summary.bars, 1)
    bars = []
    for place, count in enumerate(summary.bars):
        if count:
            bar = max(1.0, (height - 3) * count / most)
            bars.append(f"M{x + 9 + place * step:.1f} {y + height:.1f}v{-bar:.1f}h{step - 0.6:.1f}v{bar:.1f}z")
    new(parent, "path", class_=f"{shade} bars", d="".join(bars) or "M0 0")
    x += BARS_WIDTH + PANEL_GAP
    new(parent, "text", what, class_="what", x=x, y=y + 10)
    lines = summary.lines()
    for place, line in enumerate(lines, start=1):
        alarm = summary.alarming and (place == len(lines) or summary.spoiled)
        kind = "numbers alarm" if alarm else "numbers"
        new(parent, "text", line, class_=kind, x=x, y=y + 10 + PANEL_LINE * place)
