"""The picture of a graph, as `graph.draw()` returns it, also with the values and gradients of a pass.

A picture needs only the structure of a graph and arrays by box. The room `graph` calls this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bprop.draw.drawing import Drawing
from bprop.draw.folds import folded
from bprop.draw.legend import MARGIN
from bprop.draw.scene import build
from bprop.errors import SettingError
from bprop.structure.show import show
from bprop.structure.structure import Structure

__all__ = ["DIRECTIONS", "SETTINGS", "Drawing", "draw"]

DIRECTIONS = ("up", "right")
SETTINGS: dict[str, Any] = {"fold": "auto", "direction": "up", "width": None}
"""The settings of a drawing that inputs of a graph may be called like, with their defaults."""
LEAST = 200
"""The least width of a page, in pixels."""


def draw(
    structure: Structure,
    collapse: bool | str = "auto",
    values: Mapping[str, np.ndarray] | None = None,
    grads: Mapping[str, np.ndarray] | None = None,
    objective: float | None = None,
    *,
    fold: bool | str = "auto",
    direction: str = "up",
    width: float | None = None,
) -> Drawing:
    """The flow graph from the leaves to the loss, as an SVG and as text.

    Parameters
    ----------
    collapse : True draws each layer of the lecture's numbering (W1, b1, a1, h1) as one box; "auto" does so in a graph
        of many boxes.
    values, grads, objective : the results of a pass, by the name of the box. Every box then shows the distributions of
        its value and its gradient, coloured by the decade of the root mean square, and the share of saturated (tanh,
        sigmoid) or dead (relu) units.
    fold : True draws equal layers that follow each other as one box, with their number; "auto" does so where layers
        are collapsed, but not with values, because each layer has its own.
    direction : "up", or "right" for a drawing from left to right.
    width : the pixels of the page's width. The drawing keeps to them if its boxes can.

    Raises
    ------
    SettingError : for another setting.
    """
    for name, setting in (("collapse", collapse), ("fold", fold)):
        if setting not in ("auto", True, False):
            raise SettingError(f"{name} is 'auto', True or False, not {setting!r}")
    if direction not in DIRECTIONS:
        raise SettingError(f"direction is {' or '.join(map(repr, DIRECTIONS))}, not {direction!r}")
    if width is not None and not (isinstance(width, int | float) and LEAST <= width < float("inf")):
        raise SettingError(f"width is a number of pixels from {LEAST} on, not {width!r}")
    scene = build(structure, collapse, values, grads, objective, direction == "right")
    if fold is True or (fold == "auto" and scene.collapsed and values is None):
        scene = folded(scene)
    return Drawing(scene, show(structure), None if width is None else width - 2 * MARGIN)
