"""The conductor of a machine, turn by turn, without its thread."""

import pytest

from bprop.playing.serving.conductor import Conductor
from bprop.playing.serving.envelope import Letter


class Ear:
    """A listener that keeps what it hears."""

    def __init__(self):
        self.heard = []

    def __call__(self, message):
        self.heard.append(message)


@pytest.fixture
def conductor(weights):
    return Conductor(weights)


@pytest.fixture
def ear(conductor):
    ear = Ear()
    conductor.join(ear)
    conductor.turn()
    ear.heard.clear()
    return ear


def drag(conductor, listener, number, value):
    conductor.send(listener, Letter(number, {"do": "set_weight", "parameter": "W", "index": [0], "value": value}))


def test_every_command_is_answered_and_a_drag_is_computed_once(conductor, ear, weights):
    for number in (1, 2, 3):
        drag(conductor, ear, number, float(number))
    assert conductor.backlog(ear) == 1
    conductor.turn()
    assert sorted(message["id"] for message in ear.heard) == [1, 2, 3]
    assert len(weights.asked) == 1 and weights.theta[0] == 3.0
    assert ear.heard[-1] == {"id": 3, "version": 2, "parts": {"theta": [3.0, 0.0]}}


def test_training_goes_on_in_turns_and_rests_when_nobody_looks(conductor, ear, weights):
    conductor.send(ear, Letter(1, {"do": "train"}))
    assert conductor.turn() is not None
    conductor.turn()
    before = weights.theta[0]
    assert before >= 2 and ear.heard[-1]["parts"] == {"theta": [before, before]}
    conductor.leave(ear)
    assert conductor.turn() is None and weights.theta[0] == before


def test_one_that_cannot_be_told_is_left_and_others_are_told(conductor, ear):
    def broken(message):
        raise OSError("gone")

    conductor.join(broken)
    drag(conductor, ear, 1, 5.0)
    conductor.turn()
    drag(conductor, ear, 2, 6.0)
    conductor.turn()
    assert ear.heard[-1]["parts"] == {"theta": [6.0, 0.0]}


def test_an_update_that_fails_ends_training_and_is_told(conductor, ear, weights, capsys):
    weights.tick = lambda steps: 1 / 0
    conductor.send(ear, Letter(1, {"do": "train"}))
    conductor.turn()
    assert not weights.running
    assert "ZeroDivisionError" in ear.heard[-1]["parts"]["message"]["text"]
    assert "Traceback" in capsys.readouterr().err


def test_an_error_has_the_version_of_the_state_that_stays(conductor, ear, weights):
    drag(conductor, ear, 1, 5.0)
    conductor.send(ear, Letter(2, {"do": "fly"}))
    conductor.turn()
    assert [message["version"] for message in ear.heard] == [2, 2]
    assert ear.heard[-1]["parts"]["message"]["kind"] == "error"
