"""The legend of a drawing, below it: the colours of boxes, the kinds of lines, and the colours of magnitudes."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from bprop.draw.element import new
from bprop.draw.letters import BODY, width
from bprop.draw.nodes import Scene
from bprop.draw.statistics import LOWEST
from bprop.draw.style import DECADES

MARGIN, SWATCH, LINE = 16, 12, 22
SCALE = "root mean square"
KEYS = {
    "input": "data", "parameter": "learned", "constant": "constant", "box": "box", "layer": "layer",
    "penalty": "penalty", "loss": "loss", "gradient": "gradient",
}  # fmt: skip


class Legend:
    """least : the pixels of its widest part."""

    def __init__(self, scene: Scene):
        kinds = {node.kind for node in scene.nodes}
        self.entries: list[tuple[str, str]] = [(kind, text) for kind, text in KEYS.items() if kind in kinds]
        if any(node.times > 1 for node in scene.nodes):
            self.entries.append(("fold", "equal layers"))
        if any(node.output for node in scene.nodes):
            self.entries.append(("output", "output (thick line)"))
        if any(edge.computed for edge in scene.edges):
            self.entries.append(("computed", "computed from, for stability"))
        with_values = any(node.panels for node in scene.nodes)
        self.scale: list[str] = [f"1e{decade}" for decade in DECADES] if with_values else []
        self.least: float = max([self.size(text) for _, text in self.entries], default=0.0)
        if with_values:
            self.least = max(self.least, len(self.scale) * self.cell + width(SCALE, BODY) + 10)

    cell: float = width("1e-8", BODY) + 4

    @staticmethod
    def size(text: str) -> float:
        return SWATCH + 6 + width(text, BODY) + 16

    def rows(self, room: float) -> list[list[tuple[str, str]]]:
        """The entries by line, for a width in pixels."""
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
        """Draw a line of it."""
        if row and row[0][0] == "scale":
            self._draw_scale(svg, y)
            return
        x = float(MARGIN)
        for kind, text in row:
            self._draw_entry(svg, kind, text, x, y)
            x += self.size(text)

    @staticmethod
    def _draw_entry(svg: ET.Element, kind: str, text: str, x: float, y: float) -> None:
        classes = {"output": "box output", "fold": "layer"}.get(kind, kind)
        group = new(svg, "g", class_=f"legend {classes}")
        if kind == "computed":
            new(group, "path", class_="dashes", d=f"M{x:.1f} {y - 4:.1f}h{SWATCH + 2}")
        else:
            if kind == "fold":
                new(group, "rect", class_="frame", x=x + 2.5, y=y - 8, width=SWATCH, height=SWATCH - 4, rx=3)
            new(group, "rect", class_="frame", x=x, y=y - 10, width=SWATCH, height=SWATCH, rx=3)
        new(group, "text", text, class_="key", x=x + SWATCH + 6, y=y)

    def _draw_scale(self, svg: ET.Element, y: float) -> None:
        new(svg, "text", SCALE, class_="key", x=MARGIN, y=y)
        x = MARGIN + width(SCALE, BODY) + 10
        for place, text in enumerate(self.scale):
            new(svg, "rect", class_=f"m{place}", x=x, y=y + 4, width=self.cell, height=5)
            new(svg, "text", text, class_="key", x=x, y=y)
            x += self.cell


def colour(decade: int | None) -> str:
    """The class of the colour of a decade; None for zeros, and for whole numbers."""
    return "zero" if decade is None else f"m{decade - LOWEST}"
