"""Commands on training: its settings."""

import pytest

from bprop.rules import rules


@pytest.mark.parametrize("name", [kind.__name__ for kind in rules().values() if kind.__module__.startswith("bprop.")])
def test_every_rule_that_is_offered_can_be_chosen_and_trains(play, name):
    machine = play.machine()
    offered = machine.snapshot()["parts"]["choices"]["rules"][name]
    settings = {key: value for key, value in offered["settings"].items() if key != "learning_rate"}
    parts = play.obeyed(machine, {"do": "rule", "name": name, "rate": 0.02, "settings": settings}, {"do": "step"})
    assert (parts["training"]["rule"]["name"], parts["training"]["rule"]["rate"]) == (name, 0.02)


def test_a_rule_of_the_same_class_keeps_its_rate_and_its_state(play):
    machine = play.machine()
    play.obeyed(machine, {"do": "rule", "name": "Adam", "rate": 0.03}, {"do": "step", "updates": 4})
    state = machine.state.work.training.rule_state
    parts = play.obeyed(machine, {"do": "rule", "name": "Adam", "settings": {"beta1": 0.5}})
    assert parts["training"]["rule"]["rate"] == 0.03 and machine.state.work.training.rule_state is state
    other = play.obeyed(machine, {"do": "rule", "name": "AdamW"})
    assert machine.state.work.training.rule_state is None and other["training"]["rule"]["rate"] == 0.001


@pytest.mark.parametrize(
    "command",
    [
        {"do": "rule", "name": "Adamax"},
        {"do": "rule", "name": "SGD", "settings": {"nesterov": True}},
        {"do": "rule", "name": "SGD", "settings": {"momentum": "0.9"}},
        {"do": "rule", "name": "SGD", "settings": {"learning_rate": 0.1}},
        {"do": "rule", "name": "SGD", "settings": [0.9]},
        {"do": "rate", "value": -0.1},
        {"do": "batch_size", "size": 0},
        {"do": "step", "updates": 10**9},
    ],
)
def test_settings_that_no_rule_has_are_refused(play, command):
    machine = play.machine()
    before = machine.snapshot()
    assert machine.do(command)["parts"]["message"]["kind"] == "error"
    assert machine.snapshot() == before


def test_an_epoch_goes_to_its_end(play):
    machine = play.machine()
    assert play.obeyed(machine, {"do": "step", "updates": 3}, {"do": "epoch"})["training"]["step"] == 20
    parts = play.obeyed(machine, {"do": "epoch"})
    assert (parts["training"]["step"], parts["training"]["epoch"], parts["training"]["step_of_epoch"]) == (40, 2, 0)


def test_tick_does_nothing_unless_training_runs(play):
    machine = play.machine()
    before = machine.snapshot()
    assert machine.tick(5) == {"version": before["version"], "parts": {}}
    play.obeyed(machine, {"do": "train"})
    assert machine.tick(5)["parts"]["training"]["step"] == 5 and machine.running
    play.obeyed(machine, {"do": "pause"})
    assert machine.tick(5)["parts"] == {}


def test_settings_may_change_while_training_runs(play):
    machine = play.machine()
    play.obeyed(machine, {"do": "train"})
    machine.tick(3)
    play.obeyed(
        machine, {"do": "rate", "value": 0.01}, {"do": "penalty", "kind": "l2"}, {"do": "batch_size", "size": 50}
    )
    assert machine.running and machine.tick(3)["parts"]["training"]["step"] == 6
