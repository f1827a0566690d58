"""Gradients in a drawing: the boxes of a bprop are drawn with the gradient that they compute, "d objective / d h1"."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bprop.box import Box
from bprop.draw.layers import users_of
from bprop.lower_case import snake
from bprop.structure.structure import Structure

GRADIENT = re.compile(r"d .+ / d .+", re.DOTALL)
PART = re.compile(r"bprop (.+): .+", re.DOTALL)
SHOWN = 3
"""The most boxes of a bprop whose kinds a drawing lists."""


def is_gradient(box: Box) -> bool:
    """Whether it is a gradient of a backward graph, by its name, or a part of one."""
    return box.name is not None and bool(GRADIENT.fullmatch(box.name) or PART.fullmatch(box.name))


def step_of(box: Box) -> str:
    """The work of a box of a bprop, in a word."""
    return type(box).symbol or snake(type(box).__name__)


def owner_of(box: Box) -> str | None:
    """The name of the box of whose bprop this one is a part, if it is one."""
    match = PART.fullmatch(box.name or "")
    return match[1] if match else None


def parts_of(graph: Structure, apart: Iterable[Box]) -> dict[Box, Box]:
    """{part of a bprop: the gradient with which it is drawn}: the only one that needs it. None of those in `apart`."""
    units: dict[Box, Box] = {}
    users, apart = users_of(graph), set(apart)
    for box in reversed(graph.order):
        if box not in apart and owner_of(box) is not None:
            tops = {units.get(user, user) for user in users[box]}
            if len(tops) == 1 and GRADIENT.fullmatch((top := tops.pop()).name or ""):
                units[box] = top
    return units
