"""The boxes of the graph, its drawing, and its units."""

import re

import numpy as np

import bprop as bp
from bprop.playing.machine import Machine
from bprop.playing.subjects.graphs import of_graph


def test_every_box_has_its_role_its_shape_and_its_children(play):
    parts = play.obeyed(play.machine(), {"do": "penalty", "kind": "l2", "strength": 0.1})
    boxes = {box["name"]: box for box in parts["graph"]["boxes"]}
    roles = {name: box["role"] for name, box in boxes.items()}
    assert (roles["x"], roles["W1"], roles["h1"], roles["f"], roles["loss"]) == (
        "input",
        "parameter",
        "box",
        "output",
        "loss",
    )
    assert roles[parts["graph"]["penalty"]] == "penalty" and parts["graph"]["loss"] == "loss"
    assert boxes["a1"]["text"] == "linear(x, W1, b1)" and boxes["a1"]["children"] == ["x", "W1", "b1"]
    assert boxes["a1"]["shape"] == [4] and boxes["a1"]["batch"] and not boxes["W1"]["batch"]
    assert boxes["f"]["computed_in"] == "loss" and boxes["h1"]["computed_in"] is None
    assert parts["graph"]["weights"] == sum(np.size(array) for array in parts["theta"].values())
    for name in boxes:
        assert parts["graph"]["order"].index(name) > max(
            map(parts["graph"]["order"].index, boxes[name]["children"]), default=-1
        )


def test_the_drawing_has_a_group_for_every_box(play):
    parts = play.machine().snapshot()["parts"]
    assert set(re.findall(r'data-box="([^"]+)"', parts["graph"]["svg"])) == {
        box["name"] for box in parts["graph"]["boxes"]
    }


def test_the_units_of_a_small_network_have_their_weights_and_their_sources(play):
    units = play.obeyed(play.machine(), {"do": "skip", "from": 0, "to": 3})["graph"]["units"]
    assert units == [
        {"box": "h1", "before": "a1", "count": 4, "from": ["x"], "weights": ["W1"], "bias": "b1"},
        {"box": "h2", "before": "a2", "count": 4, "from": ["h1"], "weights": ["W2"], "bias": "b2"},
        {"box": "f", "before": "a3", "count": 2, "from": ["h2", "x"], "weights": ["W3"], "bias": "b3"},
    ]


def test_a_network_of_many_weights_and_one_without_layers_have_no_units():
    many = Machine(of_graph(bp.mlp([2, 200, 2]), bp.toys.xor(9)))
    assert many.snapshot()["parts"]["graph"]["units"] is None
    plain = Machine(of_graph(bp.Graph(loss=bp.square(bp.Parameter("w", ()) * bp.Input("x"))), {"x": np.ones(2)}))
    assert plain.snapshot()["parts"]["graph"]["units"] is None


def test_equal_layers_of_a_deep_network_are_not_folded_so_that_each_can_be_touched():
    network = bp.mlp([2, *[4] * 120, 2])
    machine = Machine(of_graph(network, {"x": np.zeros((3, 2)), "y": [0, 1, 0]}))
    svg = machine.snapshot()["parts"]["graph"]["svg"]
    shown = set(" ".join(re.findall(r'data-(?:box|members)="([^"]+)"', svg)).replace(",", " ").split())
    assert {"h1", "h60", "h120"} <= shown and "×" not in svg
