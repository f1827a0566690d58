"""Commands on single weights."""

from __future__ import annotations

import numpy as np

from bprop.playing import read
from bprop.playing.commands.command import At, command
from bprop.playing.network import cast
from bprop.playing.read import number, text
from bprop.playing.refused import RefusedError
from bprop.playing.work import State

WEIGHT = {"parameter": text, "index": read.index}


def place(at: At, parameter: str, index: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
    """A weight that there is. Raises RefusedError."""
    theta = at.state.work.theta
    read.choice(parameter, "parameter", theta)
    shape = theta[parameter].shape
    if len(index) != len(shape) or any(i >= size for i, size in zip(index, shape, strict=True)):
        raise RefusedError(f"index {list(index)} is not in {parameter}, whose shape is {list(shape)}")
    return parameter, index


@command({**WEIGHT, "value": number})
def set_weight(at: At, parameter: str, index: tuple[int, ...], value: float) -> State:
    """The weight has another value. It is also the chosen one from now on."""
    place(at, parameter, index)
    theta, dtype = at.state.work.theta, at.state.work.network.dtype
    array = np.array(theta[parameter])
    with np.errstate(over="ignore"):
        array[index] = dtype.type(value)
    if not np.isfinite(array[index]):
        raise RefusedError(f"{value:g} is no number in {dtype.name}")
    state = at.state.with_work(theta={**theta, **cast({parameter: array}, dtype)})
    return state.with_view(chosen=(parameter, index))


@command({**WEIGHT, "by": number})
def nudge(at: At, parameter: str, index: tuple[int, ...], by: float) -> State:
    """The weight moves by so much."""
    place(at, parameter, index)
    return set_weight(at, parameter, index, float(at.state.work.theta[parameter][index]) + by)


@command(optional=WEIGHT, undone=False)
def choose(at: At, parameter: str | None = None, index: tuple[int, ...] | None = None) -> State:
    """A weight is chosen; without keys, none is."""
    if parameter is None or index is None:
        return at.state.with_view(chosen=None)
    return at.state.with_view(chosen=place(at, parameter, index))
