"""One chosen weight: the sums add up on the screen."""

import numpy as np
import pytest

import bprop as bp
from bprop.playing.machine import Machine
from bprop.playing.subjects.graphs import of_graph


@pytest.mark.parametrize("rule", [{"name": "SGD", "rate": 0.2}, {"name": "Adam", "rate": 0.01}])
def test_gradients_of_the_examples_and_the_penalty_sum_to_the_total(play, rule):
    machine = play.machine("moons")
    commands = {"do": "penalty", "kind": "l2", "strength": 0.05}, {"do": "step", "updates": 7}, {"do": "rule", **rule}
    parts = play.obeyed(machine, *commands, {"do": "choose", "parameter": "W2", "index": [1, 2]})
    weight = parts["weight"]
    assert len(weight["examples"]) == 200 and weight["rows"] == list(range(200))
    assert np.mean(weight["examples"]) == pytest.approx(weight["mean"], rel=1e-12)
    assert weight["mean"] + weight["penalty"] == pytest.approx(weight["total"], rel=1e-14)
    assert weight["penalty"] == pytest.approx(2 * 0.05 * weight["value"])
    assert weight["total"] == parts["batch"]["gradients"]["W2"][1][2]
    assert weight["rule"].startswith(rule["name"])
    if rule["name"] == "SGD":
        assert weight["update"] == pytest.approx(-0.2 * weight["total"])


def test_the_gradient_of_an_example_is_that_of_its_own_pass(play):
    machine = play.machine("xor")
    weight = play.obeyed(machine, {"do": "choose", "parameter": "b1", "index": [2]})["weight"]
    for row in (0, 5, 199):
        parts = play.obeyed(machine, {"do": "example", "row": row}, {"do": "run_pass"})
        assert parts["pass"]["gradients"]["b1"][2] == pytest.approx(weight["examples"][row], rel=1e-10)


def test_the_update_is_the_change_that_the_rule_makes_of_the_whole_batch(play):
    machine = play.machine("xor")
    play.obeyed(
        machine, {"do": "rule", "name": "SGD", "settings": {"momentum": 0.9}}, {"do": "batch_size", "size": 200}
    )
    play.obeyed(machine, {"do": "step", "updates": 3}, {"do": "choose", "parameter": "W1", "index": [0, 3]})
    before = machine.snapshot()["parts"]["weight"]
    after = play.obeyed(machine, {"do": "step"})["weight"]
    assert after["value"] - before["value"] == pytest.approx(before["update"], rel=1e-9)


def test_a_batch_whose_rows_are_mixed_has_no_gradients_of_examples():
    machine = Machine(of_graph(bp.mlp([2, 3, 2], normalise="batch"), bp.toys.xor(20)))
    machine.do({"do": "choose", "parameter": "W1", "index": [0, 0]})
    weight = machine.snapshot()["parts"]["weight"]
    assert weight["examples"] is None and weight["total"] is not None


def test_a_weight_that_is_changed_before_it_meets_the_examples_has_them_too():
    x, W, y = bp.Input("x", (2,)), bp.Parameter("W", (3, 2)), bp.Input("y", (3,))
    graph = bp.Graph(loss=bp.squared_error(bp.tanh(x @ W.T), y))
    rng = np.random.default_rng(0)
    machine = Machine(of_graph(graph, {"x": rng.normal(size=(5, 2)), "y": rng.normal(size=(5, 3))}))
    machine.do({"do": "choose", "parameter": "W", "index": [2, 1]})
    weight = machine.snapshot()["parts"]["weight"]
    assert np.mean(weight["examples"]) == pytest.approx(weight["total"], rel=1e-12)


@pytest.mark.parametrize("rule", [{"name": "SGD", "rate": 0.2}, {"name": "Adam", "rate": 0.01}])
def test_the_next_update_is_shown_before_it_is_made(play, rule):
    machine = play.machine("moons")
    play.obeyed(machine, {"do": "rule", **rule}, {"do": "choose", "parameter": "W2", "index": [1, 2]})
    for updates in (1, 18, 1, 3):
        following = machine.snapshot()["parts"]["weight"]["next"]
        step = machine.state.work.training.step
        assert following["rows"] == list(range(10 * step, 10 * step + 10)) and following["count"] == 10
        assert play.obeyed(machine, {"do": "step"})["weight"]["value"] == following["value"]
        play.obeyed(machine, {"do": "step", "updates": updates})
