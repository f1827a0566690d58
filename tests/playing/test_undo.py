"""Undo and redo, over random commands: each goes back, or on, to the same bits."""

import numpy as np
import pytest

from bprop.playing.network import cast
from bprop.playing.undo import MOST, Past

RESTORED = ("subject", "recipe", "graph", "theta", "batch", "score", "map", "code")


def work(machine):
    """All that undo restores, and what the page shows of it."""
    parts = machine.snapshot()["parts"]
    state = machine.state.work.training
    arrays = {name: {n: a.tobytes() for n, a in of.items()} for name, of in (state.rule_state or {}).items()}
    where = (repr(state.rule), state.batch_size, state.epoch, state.step, state.updates, state.total, state.curve)
    return {name: parts[name] for name in RESTORED}, arrays, where


def test_a_random_walk_is_undone_and_redone_step_by_step_to_the_bit(play):
    rng, machine, seen = np.random.default_rng(5), play.machine(), []
    while len(seen) < 12:
        command = play.one(machine, rng)
        if command["do"] in ("undo", "redo", "train", "pause"):
            continue
        before, undo = work(machine), machine.snapshot()["parts"]["undo"]["undo"]
        machine.do(command)
        if machine.snapshot()["parts"]["undo"]["undo"] > undo:
            seen.append(before)
        else:
            assert work(machine) == before, command
    last = work(machine)
    for before in reversed(seen):
        machine.do({"do": "undo"})
        assert work(machine) == before
    assert machine.snapshot()["parts"]["undo"] == {"undo": 0, "redo": 12}
    for after in [*seen[1:], last]:
        machine.do({"do": "redo"})
        assert work(machine) == after


def test_training_from_train_to_pause_is_one_step_of_undo(play):
    machine = play.machine()
    before = work(machine)
    play.obeyed(machine, {"do": "train"})
    for _ in range(5):
        machine.tick(3)
    play.obeyed(machine, {"do": "pause"})
    after = work(machine)
    assert machine.snapshot()["parts"]["undo"] == {"undo": 1, "redo": 0}
    play.obeyed(machine, {"do": "undo"})
    assert work(machine) == before
    play.obeyed(machine, {"do": "redo"})
    assert work(machine) == after


def test_undo_while_training_runs_ends_it_and_goes_back_to_its_beginning(play):
    machine = play.machine()
    before = work(machine)
    play.obeyed(machine, {"do": "train"})
    machine.tick(3)
    play.obeyed(machine, {"do": "undo"})
    assert not machine.running and work(machine) == before


def test_the_commands_of_one_gesture_are_one_step_of_undo(play):
    machine = play.machine()
    before = work(machine)
    drag = {"do": "set_weight", "parameter": "W1", "index": [0, 0], "gesture": 7}
    play.obeyed(machine, *({**drag, "value": 0.1 * i} for i in range(9)))
    assert machine.snapshot()["parts"]["undo"] == {"undo": 1, "redo": 0}
    play.obeyed(machine, {**drag, "value": 2.0, "gesture": 8}, {"do": "undo"}, {"do": "undo"})
    assert work(machine) == before


@pytest.mark.parametrize("gesture", [[], {}, None, "x" * 1000, 10**400])
def test_a_gesture_is_a_short_name(play, gesture):
    answer = play.machine().do({"do": "step", "gesture": gesture})
    assert answer["parts"]["message"]["kind"] == "error"


def test_what_is_only_looked_at_is_no_step_of_undo(play):
    machine = play.machine()
    looks = (
        {"do": "forward", "count": 3},
        {"do": "example", "row": 4},
        {"do": "choose", "parameter": "b1", "index": [0]},
    )
    parts = play.obeyed(machine, *looks, {"do": "step"}, {"do": "undo"})
    assert parts["undo"] == {"undo": 0, "redo": 1}
    assert parts["pass"]["example"] == 4 and parts["pass"]["position"] == 3 and parts["weight"]["parameter"] == "b1"


def test_a_command_that_changes_no_bit_is_no_step_of_undo(play):
    machine = play.machine()
    now = float(machine.state.work.theta["W1"][0, 0])
    parts = play.obeyed(
        machine, {"do": "set_weight", "parameter": "W1", "index": [0, 0], "value": now}, {"do": "rewind"}
    )
    assert parts["undo"] == {"undo": 0, "redo": 0}


def test_the_past_is_bounded_in_number_and_in_bytes(play):
    first, past = play.machine().state.work, Past()
    for _ in range(MOST + 50):
        past = past.with_work(first)
    assert len(past.undo) == MOST
    large = play.machine().state.with_work(theta=cast({"W1": np.zeros(2**21)}, np.dtype("float64"))).work
    for _ in range(9):
        past = past.with_work(large)
    assert len(past.undo) <= 4
