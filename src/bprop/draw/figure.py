"""A figure of matplotlib that notebooks show by themselves. This module imports matplotlib; `plot` imports it late."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from matplotlib.figure import Figure

SHARP = 2
"""Pixels of the picture for each pixel of the page, for screens of high resolution."""


class Plot(Figure):
    """A Figure. `savefig("curves.pdf")` writes it. A notebook shows it, also where pyplot was never imported.

    Where pyplot was imported in a notebook, its own settings decide instead.
    """

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        picture = BytesIO()
        self.savefig(picture, format="png", dpi=SHARP * self.dpi, facecolor="white")
        width, height = (round(inches * self.dpi) for inches in self.get_size_inches())
        return picture.getvalue(), {"width": width, "height": height}

    def __repr__(self) -> str:
        return "<Plot: a matplotlib Figure; plot.savefig('curves.pdf') writes it>"
