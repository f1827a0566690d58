"""The SVG of a layout."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any
from zlib import crc32

from bprop.draw.layout import Frame, Layout, Line
from bprop.draw.letters import BODY, NAME, clean, width
from bprop.draw.scene import BARS_WIDTH, LINE, PADDING, PANEL_GAP, PANEL_LINE, Node, Scene
from bprop.draw.statistics import BINS, LOWEST, Summary
from bprop.draw.style import DECADES, css

MARGIN, CAPTION, KEY_LINE, SWATCH = 16, 30, 22, 12
SCALE = "root mean square"
KEYS = {
    "input": "data", "parameter": "learned", "constant": "constant", "box": "box", "layer": "layer",
    "penalty": "penalty", "loss": "loss", "gradient": "gradient",
}  # fmt: skip


def write(scene: Scene, layout: Layout, description: str) -> str:
    """One SVG element, with its style. `description` is read out in its place."""
    with_values = any(frame.node.panels for frame in layout.frames)
    keys = _Keys(scene, with_values)
    inner = max(layout.width, width(scene.caption, NAME), keys.least)
    rows = keys.rows(inner)
    total_width = inner + 2 * MARGIN
    total_height = MARGIN + CAPTION + layout.height + 14 + KEY_LINE * len(rows) + MARGIN
    uid = f"bprop-{crc32(description.encode('utf-8', 'replace')):08x}"
    svg = _new(
        None, "svg", xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {total_width:.0f} {total_height:.0f}",
        width=f"{total_width:.0f}", height=f"{total_height:.0f}", role="img", class_="bprop-graph",
        aria_labelledby=f"{uid}-title {uid}-desc",
    )  # fmt: skip
    _new(svg, "title", scene.caption, id=f"{uid}-title")
    _new(svg, "desc", description, id=f"{uid}-desc")
    _new(svg, "style", css())
    _new(svg, "rect", class_="page", width="100%", height="100%")
    _new(svg, "text", scene.caption, class_="name", x=MARGIN, y=MARGIN + 12)
    picture = _new(svg, "g", transform=f"translate({MARGIN + (inner - layout.width) / 2:.1f} {MARGIN + CAPTION})")
    for line in layout.lines:
        _edge(picture, line)
    for label in layout.labels:
        text = _new(picture, "text", label.text, class_="shape", x=label.x, y=label.y)
        if label.anchor != "start":
            text.set("text-anchor", label.anchor)
    for frame in layout.frames:
        _node(picture, frame)
    for place, row in enumerate(rows):
        keys.draw(svg, row, MARGIN + CAPTION + layout.height + 14 + KEY_LINE * place + MARGIN)
    return ET.tostring(svg, encoding="unicode")


def _new(parent: ET.Element | None, tag: str, text: str = "", **attributes: Any) -> ET.Element:
    element = ET.Element(tag) if parent is None else ET.SubElement(parent, tag)
    for key, value in attributes.items():
        name = key.rstrip("_") if key in ("class_",) else key.replace("_", "-")
        element.set(name, f"{value:.1f}" if isinstance(value, float) else clean(str(value)))
    if text:
        element.text = clean(text)
    return element


def _edge(parent: ET.Element, line: Line) -> None:
    source, target = line.edge.source, line.edge.target
    more = " penalised" if target.kind == "penalty" or source.kind == "penalty" else ""
    _new(parent, "path", class_="edge" + more, d=line.path, data_from=source.name, data_to=target.name)
    if line.tip is not None:
        x, y = line.tip
        shape = "l-4 8h8z" if line.side == 0 else f"l{-8 * line.side} -4v8z"
        _new(parent, "path", class_="tip" + more, d=f"M{x:.1f} {y:.1f}{shape}")


def _node(parent: ET.Element, frame: Frame) -> None:
    node = frame.node
    classes = {"objective": "objective", "layer": "layer"}.get(node.kind, f"box {node.kind}".replace("box box", "box"))
    group = _new(
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
    _new(group, "title", node.title)
    corner = 13 if node.is_leaf else 5
    _new(group, "rect", class_="frame", width=frame.width, height=frame.height, rx=corner)
    y = (frame.height - node.height) / 2 + 4 + NAME
    _new(group, "text", node.shown, class_="name", x=PADDING, y=y)
    for line in node.lines:
        y += LINE
        _new(group, "text", line, class_="line", x=PADDING, y=y)
    y = (frame.height - node.height) / 2 + node.head
    for what, summary in node.panels:
        _panel(group, node, what, summary, y)
        y += node.panel_height(summary) + PANEL_GAP


def _panel(parent: ET.Element, node: Node, what: str, summary: Summary, y: float) -> None:
    height = node.panel_height(summary) - 1
    _new(parent, "rect", class_="back", x=PADDING, y=y, width=BARS_WIDTH, height=height, rx=2)
    colour = _colour(summary)
    _new(parent, "rect", class_=f"{colour} magnitude", x=PADDING, y=y, width=4, height=height)
    step, most = (BARS_WIDTH - 10) / BINS, max(*summary.bars, 1)
    bars = []
    for place, count in enumerate(summary.bars):
        if count:
            bar = max(1.0, (height - 3) * count / most)
            bars.append(f"M{PADDING + 9 + place * step:.1f} {y + height:.1f}v{-bar:.1f}h{step - 0.6:.1f}v{bar:.1f}z")
    _new(parent, "path", class_=f"{colour} bars", d="".join(bars) or "M0 0")
    x = PADDING + BARS_WIDTH + PANEL_GAP
    _new(parent, "text", what, class_="what", x=x, y=y + 10)
    lines = summary.lines()
    for place, line in enumerate(lines, start=1):
        alarm = summary.alarming and (place == len(lines) or summary.spoiled)
        kind = "numbers alarm" if alarm else "numbers"
        _new(parent, "text", line, class_=kind, x=x, y=y + 10 + PANEL_LINE * place)


def _colour(summary: Summary) -> str:
    if summary.spoiled:
        return "spoiled"
    return "zero" if summary.decade is None else f"m{summary.decade - LOWEST}"


class _Keys:
    """The legend of the colours, below the drawing."""

    def __init__(self, scene: Scene, with_values: bool):
        kinds = {node.kind for node in scene.nodes}
        self.entries: list[tuple[str, str]] = [(kind, text) for kind, text in KEYS.items() if kind in kinds]
        if any(node.output for node in scene.nodes):
            self.entries.append(("output", "output (thick line)"))
        self.scale = [f"1e{decade}" for decade in DECADES] if with_values else []
        self.least = 0.0 if not with_values else len(self.scale) * self.cell + width(SCALE, BODY) + 10

    cell = width("1e-8", BODY) + 4

    @staticmethod
    def size(text: str) -> float:
        return SWATCH + 6 + width(text, BODY) + 16

    def rows(self, room: float) -> list[list[tuple[str, str]]]:
        rows: list[list[tuple[str, str]]] = [[]]
        used = 0.0
        for kind, text in self.entries:
            if rows[-1] and used + self.size(text) > room:
                rows.append([])
                used = 0.0
            rows[-1].append((kind, text))
            used += self.size(text)
        return rows + ([[("scale", "")]] if self.scale else [])

    def draw(self, svg: ET.Element, row: list[tuple[str, str]], y: float) -> None:
        if row and row[0][0] == "scale":
            self._draw_scale(svg, y)
            return
        x = float(MARGIN)
        for kind, text in row:
            group = _new(svg, "g", class_=f"legend {'box ' if kind == 'output' else ''}{kind}")
            _new(group, "rect", class_="frame", x=x, y=y - 10, width=SWATCH, height=SWATCH, rx=3)
            _new(group, "text", text, class_="key", x=x + SWATCH + 6, y=y)
            x += self.size(text)

    def _draw_scale(self, svg: ET.Element, y: float) -> None:
        _new(svg, "text", SCALE, class_="key", x=MARGIN, y=y)
        x = MARGIN + width(SCALE, BODY) + 10
        for place, text in enumerate(self.scale):
            _new(svg, "rect", class_=f"m{place}", x=x, y=y + 4, width=self.cell, height=5)
            _new(svg, "text", text, class_="key", x=x, y=y)
            x += self.cell
