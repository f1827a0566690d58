"""The map of two inputs: the output and the units over the plane."""

from base64 import b64decode

import numpy as np
import pytest

import bprop as bp
from bprop.playing.machine import Machine
from bprop.playing.parts.maps import N, grid
from bprop.playing.subjects.graphs import of_graph


def levels(text):
    return np.frombuffer(b64decode(text), np.uint8)


def test_the_map_has_the_output_and_every_unit_over_the_range_of_the_data(play):
    machine = play.machine("moons")
    parts, work = play.obeyed(machine, {"do": "step", "updates": 50}), machine.state.work
    shown = parts["map"]
    points = grid(work)
    assert (shown["n"], shown["of"], shown["low"], shown["high"]) == (N, "P(1)", 0.0, 1.0)
    assert points[0].tolist() == [shown["x"][0], shown["y"][1]] and points[-1].tolist() == [
        shown["x"][1],
        shown["y"][0],
    ]
    values = work.network.graph.fprop(work.theta, {"x": points, "y": np.zeros(N * N, int)})
    assert np.abs(levels(shown["pixels"]) / 255 - values["f"][:, 1]).max() <= 0.5 / 255 + 1e-9
    assert list(shown["units"]) == ["h1", "h2"]
    for name in ("h1", "h2"):
        for unit, column in zip(shown["units"][name], values[name].T, strict=True):
            most = np.abs(column).max()
            assert (unit["low"], unit["high"]) == pytest.approx((-most, most)), "0 is in the middle"
            back = unit["low"] + levels(unit["pixels"]) / 255 * (unit["high"] - unit["low"])
            assert np.abs(back - column).max() <= 0.51 / 255 * (unit["high"] - unit["low"])
    low, high = work.subject.data["x"].min(axis=0), work.subject.data["x"].max(axis=0)
    assert shown["x"][0] < low[0] < high[0] < shown["x"][1]


def test_numbers_are_shown_over_the_range_of_the_targets(play):
    machine = play.machine("hill")
    shown, y = machine.snapshot()["parts"]["map"], machine.state.work.subject.data["y"]
    assert (shown["of"], shown["low"], shown["high"]) == ("f", y.min(), y.max())


def test_scores_that_are_no_probabilities_show_which_class_is_ahead(play):
    machine = play.machine("xor")
    parts = play.obeyed(machine, {"do": "loss", "name": "hinge"}, {"do": "step", "updates": 9})
    shown, work = parts["map"], machine.state.work
    assert shown["of"] == "1 ahead" and shown["low"] == -shown["high"]
    f = work.network.graph.predict(work.theta, grid(work))
    assert np.array_equal(levels(shown["pixels"]) > 127.5, f[:, 1] > f[:, 0])


def test_three_classes_show_the_best_one_and_how_certain_it_is():
    data = bp.toys.spiral(90, arms=3)
    machine = Machine(of_graph(bp.mlp([2, 4, 3]), data))
    shown, work = machine.snapshot()["parts"]["map"], machine.state.work
    f = work.network.graph.predict(work.theta, grid(work))
    assert np.array_equal(levels(shown["pixels"]), f.argmax(axis=1))
    assert np.abs(levels(shown["certainty"]) / 255 - f.max(axis=1)).max() <= 0.51 / 255


def test_a_unit_that_is_0_everywhere_has_neither_colour(play):
    machine = play.machine("moons")
    parts = play.obeyed(machine, {"do": "initialisation", "name": "zeros", "seed": 0})
    for unit in parts["map"]["units"]["h1"]:
        assert set(levels(unit["pixels"])) == {128}


def test_a_relu_is_never_shown_as_negative(play):
    machine = play.machine("moons")
    parts = play.obeyed(machine, {"do": "activation", "at": 1, "name": "relu"})
    for unit in parts["map"]["units"]["h1"]:
        assert levels(unit["pixels"]).min() >= 127


def test_one_input_has_no_map(play):
    assert play.machine("sine").snapshot()["parts"]["map"] is None
