"""The commands that plant a mistake and take it out."""

import numpy as np
import pytest

from bprop.playing.machine import Machine
from bprop.playing.subjects.toys import toy


@pytest.fixture
def machine():
    return Machine(toy("xor"))


def parts(machine, **command):
    answer = machine.do(command)
    assert "message" not in answer["parts"], answer["parts"]["message"]
    return answer["parts"]


def test_a_planted_mistake_is_found_by_checking_the_boxes(machine):
    parts(machine, do="mistake", name="tanh_without_its_square", box="h1")
    assert machine.snapshot()["parts"]["mistake"]["box"] == "h1"
    check = parts(machine, do="check_boxes")["check"]
    assert [box["name"] for box in check["boxes"] if box["verdict"] == "wrong"] == ["h1"]
    parts(machine, do="no_mistake")
    assert machine.snapshot()["parts"]["mistake"] is None
    assert parts(machine, do="check_boxes")["check"]["verdict"] == "right"


def test_a_mistake_changes_gradients_and_no_value(machine):
    before = machine.snapshot()["parts"]
    changed = parts(machine, do="mistake", name="tanh_without_its_square")
    after = machine.snapshot()["parts"]
    assert "theta" not in changed and after["batch"]["loss"] == before["batch"]["loss"]
    assert after["batch"]["gradients"]["W1"] != before["batch"]["gradients"]["W1"]
    undone = parts(machine, do="undo")
    assert undone["batch"] == before["batch"] and undone["mistake"] is None


def test_a_second_mistake_stands_in_the_place_of_the_first(machine):
    parts(machine, do="mistake", name="tanh_without_its_square", box="h1")
    parts(machine, do="mistake", name="linear_without_its_bias", box="a3")
    check = parts(machine, do="check_boxes")["check"]
    assert [box["name"] for box in check["boxes"] if box["verdict"] == "wrong"] == ["a3"]


def test_the_choices_are_the_mistakes_that_fit_and_where(machine):
    offered = {one["name"]: one["boxes"] for one in machine.snapshot()["parts"]["choices"]["mistakes"]}
    assert offered["tanh_without_its_square"] == ["h1", "h2"]
    assert "relu_with_slope_1_everywhere" not in offered
    planted = parts(machine, do="mistake", name="tanh_without_its_square", box="h1")
    assert "choices" not in planted


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ({"name": "relu_with_slope_1_everywhere"}, "no box of this graph"),
        ({"name": "tanh_without_its_square", "box": "a1"}, "does not fit"),
        ({"name": "tanh_without_its_square", "box": "h9"}, "no box is called 'h9'"),
        ({"name": "nothing"}, "no mistake 'nothing'"),
    ],
)
def test_a_mistake_that_does_not_fit_is_refused(machine, command, reason):
    before = machine.snapshot()
    answer = machine.do({"do": "mistake", **command})
    assert reason in answer["parts"]["message"]["text"]
    assert machine.snapshot() == before


def test_a_shared_state_has_its_mistake(machine):
    parts(machine, do="mistake", name="linear_without_its_transpose", box="a2")
    parts(machine, do="set_weight", parameter="W1", index=[0, 0], value=0.25)
    one, other = machine.snapshot()["parts"], Machine(toy("xor"))
    parts(other, do="state", share=one["share"])
    again = other.snapshot()["parts"]
    assert again["mistake"] == one["mistake"] and again["batch"] == one["batch"]
    assert other.do({"do": "state", "share": one["share"]}) is not None


def test_the_code_of_a_graph_with_a_mistake_makes_the_same_gradients(machine):
    parts(machine, do="mistake", name="linear_without_its_transpose", box="a2")
    snapshot = machine.snapshot()["parts"]
    names = {}
    exec(snapshot["code"]["text"].split("fit = ")[0], names)
    np.testing.assert_array_equal(names["gradients"]["W1"], snapshot["batch"]["gradients"]["W1"])
