"""The formula of a box, as text."""

from __future__ import annotations

from collections.abc import Mapping

from bprop.box import Box
from bprop.leaves import Constant
from bprop.lower_case import snake


def formula(box: Box, names: Mapping[Box, str]) -> str:
    """The formula of a box: `linear(x, W1, b1)`, `0.0001 * l2_1`, `leaky_relu(a1, slope=0.2)`."""
    children = [_term(child, names) for child in box.children]
    if type(box).symbol:
        return f" {type(box).symbol} ".join(children)
    return f"{snake(type(box).__name__)}({', '.join(children + changed(box))})"


def changed(box: Box) -> list[str]:
    """The hyper-parameters that differ from the defaults of their class: ["slope=0.2"]."""
    defaults = type(box).hyper_defaults
    return [f"{key}={value!r}" for key, value in box.hyper.items() if value != defaults[key]]


def is_bare_number(box: Box) -> bool:
    """True for an unnamed number. Formulas show its value, and it has no line of its own."""
    return isinstance(box, Constant) and not box.name and box.value.ndim == 0


def _term(box: Box, names: Mapping[Box, str]) -> str:
    """A child by its name; an unnamed number by its value."""
    if is_bare_number(box):
        value = box.hyper["value"]
        return f"{value[()]:g}" if value.dtype.kind == "f" else str(value[()])
    return names[box]
