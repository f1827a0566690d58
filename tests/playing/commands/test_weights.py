"""Commands on single weights."""

import numpy as np
import pytest


def test_a_weight_that_is_set_changes_alone_and_is_chosen(play):
    machine = play.machine()
    before = dict(machine.state.work.theta)
    parts = play.obeyed(machine, {"do": "set_weight", "parameter": "W2", "index": [1, 3], "value": 0.1})
    after = machine.state.work.theta
    assert after["W2"][1, 3] == 0.1 and (after["W2"] != before["W2"]).sum() == 1
    assert all(after[name] is before[name] for name in before if name != "W2")
    assert (parts["weight"]["parameter"], parts["weight"]["index"], parts["weight"]["value"]) == ("W2", [1, 3], 0.1)


def test_values_downstream_change_and_others_do_not(play):
    machine = play.machine()
    before = play.obeyed(machine, {"do": "run_pass"})["pass"]
    after = play.obeyed(machine, {"do": "nudge", "parameter": "W2", "index": [0, 0], "by": 0.5})["pass"]
    changed = {name for name in before["values"] if after["values"][name] != before["values"][name]}
    assert changed == {"W2", "a2", "h2", "a3", "f", "loss"}
    upstream = {name for name in before["gradients"] if after["gradients"][name] != before["gradients"][name]}
    assert {"a1", "h1", "W1", "a2", "h2", "W3"} <= upstream


def test_in_float32_a_weight_is_rounded_to_it(play):
    machine = play.machine()
    recipe = {**machine.snapshot()["parts"]["recipe"], "dtype": "float32"}
    command = {"do": "set_weight", "parameter": "b1", "index": [0], "value": 0.1}
    parts = play.obeyed(machine, {"do": "recipe", "recipe": recipe}, command)
    assert parts["weight"]["value"] == float(np.float32(0.1))
    answer = machine.do({**command, "value": 1e200})
    assert answer["parts"]["message"]["text"] == "1e+200 is no number in float32"


def test_nobody_can_change_the_arrays_of_the_state(play):
    machine = play.machine()
    with pytest.raises(ValueError, match="read-only"):
        machine.state.work.theta["W1"][0, 0] = 1.0


def test_choose_without_keys_chooses_none(play):
    machine = play.machine()
    assert play.obeyed(machine, {"do": "choose", "parameter": "b1", "index": [0]})["weight"] is not None
    assert play.obeyed(machine, {"do": "choose"})["weight"] is None
