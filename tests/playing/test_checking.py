"""Gradient checking on the page: one weight, and every box."""

import numpy as np
import pytest

import bprop as bp
from bprop.playing.machine import Machine
from bprop.playing.subjects.subject import Subject
from bprop.playing.subjects.toys import toy


class Doubled(bp.Box):
    """2 a, with a gradient that is wrong."""

    keeps_rows = True

    def fprop(self, a):
        return 2 * a

    def bprop(self, grad, value, a):
        return 3 * grad


def brought(graph, data):
    return Machine(Subject("mine", "graph", "", data, graph=graph))


def checked(machine, command):
    answer = machine.do(command)
    assert "message" not in answer["parts"], answer["parts"]["message"]
    return machine.snapshot()["parts"]["check"]


def test_a_right_weight_has_its_secant_beside_its_tangent():
    machine = Machine(toy("xor"))
    result = checked(machine, {"do": "check", "parameter": "W1", "index": [0, 1], "epsilon": 1e-3})
    parts = machine.snapshot()["parts"]
    assert result["verdict"] == "right" and result["left"] is None
    assert result["tangent"] == pytest.approx(parts["batch"]["gradients"]["W1"][0][1], rel=1e-12)
    assert result["slope"] == pytest.approx(result["tangent"], rel=1e-4)
    (low, below), (high, above) = result["secant"]
    assert result["slope"] == pytest.approx((above - below) / (high - low), rel=1e-6)
    assert result["J"] == pytest.approx(parts["batch"]["objective"], rel=1e-12)
    assert machine.do({"do": "set_weight", "parameter": "W1", "index": [0, 1], "value": high})["parts"]["check"] is None
    assert machine.snapshot()["parts"]["batch"]["objective"] == pytest.approx(above, rel=1e-12)


def test_a_relu_at_0_is_a_kink_with_both_slopes():
    w, x = bp.Parameter("w", (), init=0.0), bp.Input("x")
    machine = brought(bp.Graph(loss=bp.relu(w * x)), {"x": np.array([2.0])})
    result = checked(machine, {"do": "check", "parameter": "w", "index": []})
    assert result["verdict"] == "kink"
    assert (result["left"], result["right"]) == pytest.approx((0.0, 2.0))


def test_a_wrong_box_is_named_and_the_weight_below_it_is_wrong():
    w, x = bp.Parameter("w", (), init=0.7), bp.Input("x")
    graph = bp.Graph(loss=bp.square(Doubled(bp.tanh(w * x, name="h"), name="twice")))
    machine = brought(graph, {"x": np.array([2.0, -1.0])})
    assert checked(machine, {"do": "check", "parameter": "w", "index": []})["verdict"] == "wrong"
    result = checked(machine, {"do": "check_boxes"})
    assert {box["name"]: box["verdict"] for box in result["boxes"]}["twice"] == "wrong"
    assert [box["name"] for box in result["boxes"] if box["verdict"] == "wrong"] == ["twice"]
    assert result["verdict"] == "wrong" and "twice" in result["text"]


def test_a_sum_of_kinks_of_many_examples_is_a_kink_and_not_wrong(play):
    machine = play.machine("moons")
    zeros = [{"do": "set_weight", "parameter": "W1", "index": [row, 0], "value": 0.0} for row in range(2)]
    play.obeyed(machine, {"do": "activation", "at": 1, "name": "relu"}, *zeros)
    result = checked(machine, {"do": "check", "parameter": "W1", "index": [0, 0]})
    assert result["verdict"] == "kink" and result["tangent"] == 0.0
    assert result["left"] != result["right"] and not result["left"] <= 0.0 <= result["right"]
    boxes = checked(machine, {"do": "check_boxes"})
    assert {box["name"]: box["verdict"] for box in boxes["boxes"]}["h1"] == "kink" and boxes["verdict"] == "right"
    work = machine.state.work
    few = {name: array[:20] for name, array in work.subject.data.items()}
    assert bp.check_gradients(work.network.graph, work.theta, few).kinks


def test_a_kink_does_not_hide_a_wrong_box():
    w, x = bp.Parameter("w", (), init=0.0), bp.Input("x")
    graph = bp.Graph(loss=Doubled(bp.relu(w * x, name="h"), name="twice"))
    machine = brought(graph, {"x": np.array([2.0])})
    assert checked(machine, {"do": "check", "parameter": "w", "index": []})["verdict"] in ("wrong", "not resolved")
    assert checked(machine, {"do": "check_boxes"})["verdict"] == "wrong"


def test_all_boxes_of_a_right_network_are_right():
    result = checked(Machine(toy("moons")), {"do": "check_boxes"})
    assert {box["verdict"] for box in result["boxes"]} == {"right"} and result["verdict"] == "right"


def test_a_check_needs_a_weight_that_is_trained():
    machine = Machine(toy("xor"))
    assert machine.do({"do": "check"})["parts"]["message"]["kind"] == "error"
    assert machine.do({"do": "check", "parameter": "x", "index": [0]})["parts"]["message"]["kind"] == "error"
