"""The parts `subject`, `recipe`, `choices` and `theta`: what there is, and what can be chosen."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from bprop import init
from bprop.architecture import activations
from bprop.graph import Graph
from bprop.playing.computed import Computed
from bprop.playing.mistakes import MISTAKES, places
from bprop.playing.network import Network, network_of
from bprop.playing.parts.lesson import choices as lessons
from bprop.playing.parts.lesson import hides_mistake
from bprop.playing.plain import parameters, plain
from bprop.playing.recipe import fitting_losses
from bprop.playing.subjects.opening import names
from bprop.playing.subjects.subject import Subject
from bprop.playing.work import State
from bprop.rules import rules

POINTS = 500


def subject(state: State, computed: Computed) -> dict[str, Any]:
    about = state.work.subject
    return {
        "name": about.name, "kind": about.kind, "task": about.answers, "inputs": about.inputs,
        "classes": None if about.classes is None else list(about.classes), "rows": about.rows, "held_out": about.held,
        "image": None if about.image is None else list(about.image),
        "columns": None if about.columns is None else list(about.columns),
        "editable": about.recipe is not None, "points": _points(about), "note": about.note,
    }  # fmt: skip


def _points(about: Subject) -> dict[str, Any] | None:
    """The rows as points of a plane, where they have one or two numbers and one target."""
    x, y = about.data.get("x"), about.data.get("y")
    if x is None or y is None or about.inputs not in (1, 2) or x.shape[1:] != (about.inputs,) or y.size != len(y):
        return None
    sets = [("train", about.data)] + ([("test", about.held_out)] if about.held_out is not None else [])
    shares = {part: POINTS * len(arrays["y"]) // (about.rows + about.held) for part, arrays in sets}
    shown = [(part, arrays, np.arange(min(len(arrays["y"]), max(1, shares[part])))) for part, arrays in sets]
    return {
        "x": [point for _, arrays, rows in shown for point in plain(arrays["x"][rows])],
        "y": [one for _, arrays, rows in shown for one in plain(arrays["y"][rows].ravel())],
        "part": [part for part, _, rows in shown for _ in rows],
        "row": [int(row) for _, _, rows in shown for row in rows],
    }


def recipe(state: State, computed: Computed) -> dict[str, Any] | None:
    return None if state.work.recipe is None else state.work.recipe.plain()


def choices(state: State, computed: Computed) -> dict[str, Any]:
    about = state.work.subject
    return {
        "activations": list(activations()),
        "losses": fitting_losses(about.task) if about.recipe is not None else [],
        "rules": {rule.__name__: {"name": name, **settings(rule)} for name, rule in rules().items()},
        "initialisations": list(init.NAMED),
        "mistakes": fitting(right_network(state).graph), "lessons": lessons(), "subjects": names(computed.brought),
    }  # fmt: skip


def fitting(graph: Graph) -> list[dict[str, Any]]:
    """The mistakes that a box of the graph can have, and which boxes."""
    every = ((name, of.text, places(graph, name)) for name, of in MISTAKES.items())
    return [{"name": name, "text": text, "boxes": boxes} for name, text, boxes in every if boxes]


def right_network(state: State) -> Network:
    """The network without a mistake."""
    work = state.work
    return work.network if work.mistake is None else network_of(work.subject, work.recipe)


def mistake(state: State, computed: Computed) -> dict[str, Any] | None:
    """The mistake that is planted now, unless a lesson asks for it."""
    if state.work.mistake is None or hides_mistake(state):
        return None
    name, box = state.work.mistake
    return {"name": name, "box": box, "text": MISTAKES[name].text}


def settings(rule: type) -> dict[str, Any]:
    """{"settings": {name: default}} of a rule, those that are numbers, truths or nothing."""
    plain_ones = {one.name: one.default for one in fields(rule) if one.name != "rate_factors"}
    return {"settings": {name: value for name, value in plain_ones.items() if isinstance(value, int | float | None)}}


def theta(state: State, computed: Computed) -> dict[str, Any]:
    return parameters(state.work.theta)


def check(state: State, computed: Computed) -> dict[str, Any] | None:
    """The result of the last check, as long as theta, the network and the data are those that were checked."""
    if state.view.check is None:
        return None
    work, result = state.view.check
    now = state.work
    same = work.theta is now.theta and work.network is now.network and work.subject is now.subject
    return result if same else None
