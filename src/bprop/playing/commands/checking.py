"""Commands that check gradients."""

from __future__ import annotations

from typing import Any

from bprop.playing import read
from bprop.playing.checking import check_boxes as of_boxes
from bprop.playing.checking import check_weight
from bprop.playing.commands.command import At, command
from bprop.playing.commands.learning import need_loss
from bprop.playing.commands.weights import WEIGHT, place
from bprop.playing.refused import RefusedError
from bprop.playing.work import State

EPSILON = {"epsilon": lambda value, key: read.number(value, key, 1e-12, 1e6)}


@command(optional={**WEIGHT, **EPSILON}, undone=False)
def check(at: At, parameter: str | None = None, index: tuple[int, ...] | None = None, epsilon: float = 0.1) -> State:
    """The gradient of a weight is checked; without keys, that of the chosen weight."""
    need_loss(at.state.work)
    view = at.state.view
    if parameter is None or index is None:
        if view.chosen is None:
            raise RefusedError("no weight is chosen", "choose one, or name it: parameter and index")
        parameter, index = view.chosen
    place(at, parameter, index)
    need_trained(at, parameter)
    return checked(at.after(at.state.with_view(chosen=(parameter, index))), parameter, index, epsilon)


def need_trained(at: At, parameter: str) -> None:
    graph = at.state.work.network.graph
    if parameter not in graph.trained:
        raise RefusedError(f"{parameter} is not trained: it has no gradient to check")


def checked(at: At, parameter: str, index: tuple[int, ...], epsilon: float) -> State:
    work = at.state.work
    result: Any = check_weight(work, at.computed, parameter, index, epsilon)
    return at.state.with_view(check=(work, result))


@command(undone=False)
def check_boxes(at: At) -> State:
    """The bprop of every box is checked against finite differences of its fprop."""
    work = at.state.work
    need_loss(work)
    return at.state.with_view(check=(work, of_boxes(work, at.computed)))


@command(undone=False)
def no_check(at: At) -> State:
    """The result of the last check is put away."""
    return at.state.with_view(check=None)
