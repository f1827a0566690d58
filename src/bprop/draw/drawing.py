"""A drawing of a graph, as SVG and as text."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import Any

from bprop.draw.layout import Layout, layout_of
from bprop.draw.nodes import Scene
from bprop.draw.page import write
from bprop.errors import SettingError
from bprop.files import write_atomically
from bprop.notebook import shortened
from bprop.visible import visible

WIDEST = 100
"""No column of the text is wider than so many letters."""


class Drawing:
    """The result of `graph.draw()`. Notebooks show it, and `save` writes it."""

    scene: Scene

    def __init__(self, scene: Scene, text: str, page: float | None = None):
        self.scene, self._text, self._page = scene, text, page

    @cached_property
    def layout(self) -> Layout:
        """The places of everything, in pixels."""
        return layout_of(self.scene, self._page)

    def svg(self) -> str:
        """One SVG element with its style, for a file of its own or as a part of an HTML page."""
        return write(self.scene, self.layout, self._text, self._page)

    def text(self) -> str:
        """The graph as lines of text, with the statistics of its values if the drawing has them."""
        nodes = [node for node in self.scene.nodes if node.panels]
        rows = [
            (visible(node.name), what, ", ".join(summary.lines())) for node in nodes for what, summary in node.panels
        ]  # fmt: skip
        if not rows:
            return self._text
        names, whats = (min(WIDEST, max(len(row[i]) for row in rows)) for i in (0, 1))
        return "\n".join([self._text, *(f"  {a:<{names}}  {b:<{whats}}  {c}" for a, b, c in rows)])

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the SVG to a file, whole or not at all. Raises SettingError for a name that does not end with .svg."""
        if Path(path).suffix.lower() != ".svg":
            raise SettingError(
                f"{path}: a drawing is written as .svg, for browsers to show and print: end the name with .svg"
            )
        write_atomically(path, self.svg().encode())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"image/svg+xml": self.svg(), "text/plain": shortened(self.text(), "print(...)")}

    def __str__(self) -> str:
        return self.text()
