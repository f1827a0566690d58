"""Commands on the pass of one example."""

import pytest


def test_moves_end_at_both_ends(play):
    machine = play.machine()
    assert play.obeyed(machine, {"do": "back", "count": 9})["pass"]["position"] == 0
    parts = play.obeyed(machine, {"do": "forward", "count": 999})
    assert parts["pass"]["position"] == len(parts["pass"]["moves"]) and parts["pass"]["done"]
    assert play.obeyed(machine, {"do": "run_pass", "phase": "fprop"})["pass"]["position"] == 7


def test_another_example_and_another_weight_keep_the_position(play):
    machine = play.machine()
    before = play.obeyed(machine, {"do": "go", "position": 10})
    after = play.obeyed(
        machine, {"do": "example", "row": 3}, {"do": "nudge", "parameter": "W1", "index": [0, 0], "by": 1.0}
    )
    assert after["pass"]["position"] == 10 and after["pass"]["values"]["loss"] != before["pass"]["values"]["loss"]


@pytest.mark.parametrize(
    "command",
    [
        {"do": "input", "index": [2], "value": 1.0},
        {"do": "input", "index": [0], "value": 1.0, "name": "z"},
        {"do": "input", "index": [0, 0], "value": 1.0},
        {"do": "input", "index": [0], "value": "1"},
        {"do": "target", "value": 0.5},
        {"do": "target", "value": 2},
        {"do": "target", "value": 1, "index": [0]},
        {"do": "go", "position": -1},
        {"do": "forward", "count": 0},
        {"do": "run_pass", "phase": "seed"},
    ],
)
def test_what_is_no_place_of_an_example_is_refused(play, command):
    machine = play.machine()
    before = machine.snapshot()
    assert machine.do(command)["parts"]["message"]["kind"] == "error"
    assert machine.snapshot() == before
