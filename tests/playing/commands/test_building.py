"""Commands that build the network."""

import numpy as np
import pytest

import bprop as bp


def theta(machine):
    return {name: array.tobytes() for name, array in machine.state.work.theta.items()}


def test_layers_that_keep_their_shape_keep_their_weights(play):
    machine = play.machine()
    play.obeyed(machine, {"do": "step", "updates": 5})
    before = theta(machine)
    parts = play.obeyed(machine, {"do": "units", "at": 2, "count": 7})
    after = theta(machine)
    assert [name for name in before if after[name] == before[name]] == ["W1", "b1", "b3"]
    assert machine.state.work.theta["W2"].tobytes() == machine.state.work.network.start["W2"].tobytes()
    assert parts["training"]["step"] == 0 and parts["training"]["curve"]["step"] == []


def test_training_goes_on_where_no_shape_changes(play):
    machine = play.machine()
    commands = {"do": "rule", "name": "Adam", "rate": 0.01}, {"do": "step", "updates": 5}
    play.obeyed(machine, *commands)
    before, state = theta(machine), machine.state.work.training.rule_state
    parts = play.obeyed(
        machine, {"do": "penalty", "kind": "l1", "strength": 0.2}, {"do": "activation", "at": 1, "name": "relu"}
    )
    assert theta(machine) == before and machine.state.work.training.rule_state is state
    assert parts["training"]["step"] == 5 and parts["recipe"]["penalty"] == {"kind": "l1", "strength": 0.2}


def test_another_initialisation_or_seed_begins_there(play):
    machine = play.machine()
    parts = play.obeyed(machine, {"do": "step"}, {"do": "initialisation", "name": "he_normal", "seed": 3})
    first = bp.mlp([2, 4, 4, 2], init="he_normal").init(3)
    assert all(np.array_equal(parts["theta"][name], array) for name, array in first.items())
    assert parts["training"]["step"] == 0
    whole = play.obeyed(machine, {"do": "recipe", "recipe": {**parts["recipe"], "seed": 4}})
    assert np.array_equal(whole["theta"]["W1"], bp.mlp([2, 4, 4, 2], init="he_normal").init(4)["W1"])


def test_another_precision_keeps_the_weights_rounded(play):
    machine = play.machine()
    parts = play.obeyed(machine, {"do": "step"})
    after = play.obeyed(machine, {"do": "recipe", "recipe": {**parts["recipe"], "dtype": "float32"}})
    assert np.array_equal(after["theta"]["W1"], np.array(parts["theta"]["W1"], np.float32))
    assert {array.dtype.name for array in machine.state.work.theta.values()} == {"float32"}


@pytest.mark.parametrize("loss", ["hinge", "nll"])
def test_every_loss_that_is_offered_can_be_chosen(play, loss):
    machine = play.machine()
    assert loss in machine.snapshot()["parts"]["choices"]["losses"]
    assert play.obeyed(machine, {"do": "loss", "name": loss}, {"do": "step"})["recipe"]["loss"] == loss


def test_a_loss_whose_targets_these_are_not_is_refused(play):
    machine = play.machine("sine")
    before = machine.snapshot()
    answer = machine.do({"do": "loss", "name": "poisson"})
    assert answer["parts"]["message"]["kind"] == "error" and machine.snapshot() == before


@pytest.mark.parametrize(
    "command",
    [
        {"do": "layer", "at": 4, "units": 3},
        {"do": "layer", "at": 0, "units": 3},
        {"do": "drop_layer", "at": 3},
        {"do": "units", "at": 3, "count": 2},
        {"do": "drop_skip", "from": 0, "to": 2},
        {"do": "skip", "from": 0},
        {"do": "penalty", "kind": "l3"},
        {"do": "penalty", "kind": "l2", "strength": -1.0},
        {"do": "initialisation", "name": "xavier"},
        {"do": "recipe", "recipe": {"layers": [{"units": 4, "activation": "tanh"}] * 9}},
        {"do": "recipe", "recipe": {"layers": [], "more": 1}},
        {"do": "recipe", "recipe": {"layers": [], "loss": "squared_error"}},
        {"do": "recipe", "recipe": {"layers": [], "dtype": "object"}},
    ],
)
def test_what_cannot_be_built_is_refused(play, command):
    machine = play.machine()
    before = machine.snapshot()
    assert machine.do(command)["parts"]["message"]["kind"] == "error"
    assert machine.snapshot() == before


def test_a_network_has_at_most_8_layers_and_may_have_none(play):
    machine = play.machine()
    play.obeyed(machine, *({"do": "layer", "at": 1, "units": 1} for _ in range(6)))
    assert "at most 8" in machine.do({"do": "layer", "at": 1, "units": 1})["parts"]["message"]["text"]
    parts = play.obeyed(machine, *({"do": "drop_layer", "at": 1} for _ in range(8)))
    assert list(parts["theta"]) == ["W1", "b1"]
    assert machine.do({"do": "drop_layer", "at": 1})["parts"]["message"]["text"] == "there is no hidden layer"


def test_the_chosen_weight_stays_while_it_exists(play):
    machine = play.machine()
    play.obeyed(machine, {"do": "choose", "parameter": "W2", "index": [3, 3]})
    assert play.obeyed(machine, {"do": "units", "at": 1, "count": 5})["weight"]["index"] == [3, 3]
    assert play.obeyed(machine, {"do": "units", "at": 1, "count": 3})["weight"] is None


def test_opening_a_subject_begins_anew_and_undo_comes_back(play):
    machine = play.machine()
    before = play.obeyed(machine, {"do": "step", "updates": 3})
    parts = play.obeyed(machine, {"do": "open", "subject": "hill"})
    assert parts["subject"]["name"] == "hill" and parts["training"]["step"] == 0
    after = play.obeyed(machine, {"do": "undo"})
    assert after["subject"] == before["subject"] and after["theta"] == before["theta"]
