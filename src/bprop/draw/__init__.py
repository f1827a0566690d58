"""The picture of a graph: what `graph.draw()` gives, with the values and gradients of a pass if there was one.

This room stands below the graph, which calls it: a picture needs the structure alone, and arrays by box.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bprop.draw.drawing import Drawing
from bprop.draw.scene import build
from bprop.errors import SettingError
from bprop.structure.show import show
from bprop.structure.structure import Structure

__all__ = ["Drawing", "draw"]


def draw(
    structure: Structure,
    collapse: bool | str = "auto",
    values: Mapping[str, np.ndarray] | None = None,
    grads: Mapping[str, np.ndarray] | None = None,
    objective: float | None = None,
) -> Drawing:
    """The flow graph from the leaves up to the loss, as an SVG and as text.

    Parameters
    ----------
    collapse : draw each layer of the lecture's numbering (W1, b1, a1, h1) as one box; "auto": where there are many.
    values, grads, objective : of a pass, by the name of the box. Every box then shows how its value and its gradient
        are distributed, coloured by the decade of the root mean square; the share of saturated (tanh, sigmoid) and
        dead (relu) units is written beside.

    Raises
    ------
    SettingError : for another `collapse`.
    """
    if collapse not in ("auto", True, False):
        raise SettingError(f"collapse is 'auto', True or False, not {collapse!r}")
    return Drawing(build(structure, collapse, values, grads, objective), show(structure))
