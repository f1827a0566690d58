"""The picture of a graph, as `graph.draw()` returns it, also with the values and gradients of a pass.

A picture needs only the structure of a graph and arrays by box. The room `graph` calls this one.
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
    collapse : True draws each layer of the lecture's numbering (W1, b1, a1, h1) as one box; "auto" does so in a graph
        of many boxes.
    values, grads, objective : the results of a pass, by the name of the box. Every box then shows the distributions of
        its value and its gradient, coloured by the decade of the root mean square, and the share of saturated (tanh,
        sigmoid) or dead (relu) units.

    Raises
    ------
    SettingError : for another `collapse`.
    """
    if collapse not in ("auto", True, False):
        raise SettingError(f"collapse is 'auto', True or False, not {collapse!r}")
    return Drawing(build(structure, collapse, values, grads, objective), show(structure))
