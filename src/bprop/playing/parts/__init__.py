"""The parts of a snapshot. A new part is a function in a module here, and a line in `PARTS`.

The protocol is in docs: see `bprop.playing.machine`.
"""

from __future__ import annotations

from typing import Any

from bprop.playing.parts import about, batch, graph, images, learning, lesson, line, maps, walk, weight, writing
from bprop.playing.parts.part import Part
from bprop.playing.work import State


def _of_network(state: State) -> tuple[Any, ...]:
    return state.work.network, state.work.theta, state.work.subject


def _of_pass(state: State) -> tuple[Any, ...]:
    return *_of_network(state), state.view.row, state.view.own, state.view.position


def _of_training(state: State) -> tuple[Any, ...]:
    return *_of_network(state), state.work.training, state.running


PARTS = (
    Part("subject", lambda state: (state.work.subject,), about.subject),
    Part("recipe", lambda state: (state.work.recipe,), about.recipe),
    Part("choices", lambda state: (state.work.subject, state.work.network), about.choices),
    Part("graph", lambda state: (state.work.network,), graph.graph),
    Part("theta", lambda state: (state.work.theta,), about.theta),
    Part("pass", _of_pass, walk.walk),
    Part("batch", _of_network, batch.batch),
    Part("weight", lambda state: (*_of_training(state), state.view.chosen), weight.weight),
    Part("score", _of_network, batch.score),
    Part("map", _of_network, maps.plane),
    Part("line", _of_network, line.line),
    Part("images", _of_network, images.images),
    Part("training", _of_training, learning.learning),
    Part("check", lambda state: (state.work, state.view.check), about.check),
    Part("mistake", lambda state: (state.work.mistake, state.view.lesson), about.mistake),
    Part("lesson", lambda state: (state.work, state.view), lesson.lesson),
    Part("code", lambda state: (state.work,), writing.code, waits=True),
    Part("share", lambda state: (state.work, state.view), writing.address, waits=True),
)
