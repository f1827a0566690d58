"""Commands on the pass of one example: which example, and the moves."""

from __future__ import annotations

from typing import Any

import numpy as np

from bprop.playing import read
from bprop.playing.commands.command import At, command
from bprop.playing.computed import example_of
from bprop.playing.refused import RefusedError
from bprop.playing.work import State
from bprop.stepper.moves import BPROP, FPROP

COUNT = {"count": lambda value, key: read.whole(value, key, 1, 1_000_000)}


@command({"row": lambda value, key: read.whole(value, key, 0, 10**9)}, undone=False)
def example(at: At, row: int) -> State:
    """The pass is that of another row of the training set."""
    rows = at.state.work.subject.rows
    if row >= rows:
        raise RefusedError(f"row {row}: the training set has the rows 0 to {rows - 1}")
    return at.state.with_view(row=row, own=None)


@command(optional=COUNT, undone=False)
def forward(at: At, count: int = 1) -> State:
    """The next moves."""
    return _at(at, at.state.view.position + count)


@command(optional=COUNT, undone=False)
def back(at: At, count: int = 1) -> State:
    """The last moves are taken back."""
    return _at(at, at.state.view.position - count)


@command({"position": lambda value, key: read.whole(value, key, 0, 10**9)}, undone=False)
def go(at: At, position: int) -> State:
    """So many moves are made."""
    return _at(at, position)


@command(optional={"phase": lambda value, key: read.choice(value, key, (FPROP, BPROP))}, undone=False)
def run_pass(at: At, phase: str = BPROP) -> State:
    """The pass is made to its end; with "fprop", to the end of forward propagation."""
    stepper = at.computed.stepper(at.state)
    return _at(at, len(stepper.plan.nodes) if phase == FPROP else len(stepper.moves))


def _at(at: At, position: int) -> State:
    most = len(at.computed.stepper(at.state).moves)
    return at.state.with_view(position=max(0, min(position, most)))


@command({"index": read.index, "value": read.number}, {"name": read.text}, undone=False)
def input_(at: At, index: tuple[int, ...], value: float, name: str = "x") -> State:
    """A number of the example is another one, typed by hand."""
    return _typed(at, name, index, value)


@command({"value": read.anything}, {"index": read.index, "name": read.text}, undone=False)
def target(at: At, value: Any, index: tuple[int, ...] = (), name: str = "y") -> State:
    """The target of the example is another one."""
    return _typed(at, name, index, read.number(value, "value"))


def _typed(at: At, name: str, index: tuple[int, ...], value: float) -> State:
    """The example with another number in an input."""
    view, work = at.state.view, at.state.work
    arrays = example_of(work.subject, view.row, view.own)
    read.choice(name, "name", arrays)
    array = np.array(arrays[name])
    if len(index) != array.ndim - 1 or any(i >= size for i, size in zip(index, array.shape[1:], strict=True)):
        raise RefusedError(f"index {list(index)} is not in {name}, whose shape is {list(array.shape[1:])}")
    kind = work.network.graph.inputs[name].dtype
    if kind != "float" and value != int(value):
        raise RefusedError(f"{name} is a whole number, not {value:g}")
    if kind == "float" and array.dtype.kind != "f":
        array = array.astype(np.float64)
    array[(0, *index)] = value
    work.network.graph.read({**arrays, name: array})  # raises for a label out of range
    return at.state.with_view(own={**(view.own or {}), name: array})
