"""The formula of a box, as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.boxes.rearrange import Slice
from bprop.leaves import Constant
from bprop.lower_case import snake


def formula(box: Box, names: Mapping[Box, str]) -> str:
    """The formula of a box: `linear(x, W1, b1)`, `0.0001 * l2_1`, `a1[:, 0]`, `leaky_relu(a1, slope=0.2)`."""
    return with_terms(box, [term(child, names) for child in box.children])


def with_terms(box: Box, terms: Sequence[str]) -> str:
    """The formula of a box, with these texts for its children."""
    if type(box).symbol:
        return f" {type(box).symbol} ".join(terms)
    if type(box) is Slice:
        return f"{terms[0]}[{_index(box.index)}]"
    return f"{snake(type(box).__name__)}({', '.join([*terms, *changed(box)])})"


def is_operation(box: Box) -> bool:
    """True for a box that Python writes with an operator: `a + b`, `a[:, 0]`."""
    return bool(type(box).symbol) or type(box) is Slice


def _index(index: Any) -> str:
    """An index as Python writes it: `:, 0`."""
    parts = index if isinstance(index, tuple) else (index,)
    return ", ".join(map(_part, parts)) or "()"


def _part(part: Any) -> str:
    if not isinstance(part, slice):
        return "..." if part is Ellipsis else repr(part)
    first, last, step = ("" if end is None else repr(end) for end in (part.start, part.stop, part.step))
    return f"{first}:{last}" + (f":{step}" if step else "")


def changed(box: Box) -> list[str]:
    """The hyper-parameters that differ from the defaults of their class: ["slope=0.2"]."""
    defaults = type(box).hyper_defaults
    return [f"{key}={value!r}" for key, value in box.hyper.items() if not _same(value, defaults[key])]


def _same(value: Any, default: Any) -> bool:
    """Whether two hyper-parameters are equal; a box of one's own may have arrays among them."""
    if isinstance(value, np.ndarray) or isinstance(default, np.ndarray):
        return np.array_equal(value, default)
    return bool(value == default)


def is_bare_number(box: Box) -> bool:
    """True for an unnamed number. Formulas show its value, and it has no line of its own."""
    return isinstance(box, Constant) and not box.name and box.value.ndim == 0


def term(box: Box, names: Mapping[Box, str]) -> str:
    """A child by its name; an unnamed number by its value."""
    if is_bare_number(box):
        value = box.hyper["value"]
        return f"{value[()]:g}" if value.dtype.kind == "f" else str(value[()])
    return names[box]
