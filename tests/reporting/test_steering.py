"""The wishes of a person who watches a training."""

from threading import Thread

import pytest

from bprop.errors import SettingError
from bprop.reporting import steering as module
from bprop.reporting.steering import Steering


@pytest.fixture
def steering():
    steering = Steering()
    steering.begin(takes_rate=True, rate=0.1)
    return steering


def test_wishes_are_there_for_the_training(steering):
    steering.wish({"do": "pause"})
    assert steering.paused
    steering.wish({"do": "resume"})
    steering.wish({"do": "rate", "value": 0.5})
    steering.wish({"do": "rate", "value": 0})
    assert not steering.paused and steering.rates == [0.5, 0.0]
    assert steering.shown()["rate"] == 0.0
    steering.wish({"do": "stop"})
    steering.wish({"do": "pause"})  # too late
    assert steering.stopping and not steering.paused


@pytest.mark.parametrize(
    "command",
    [
        {}, {"do": "fly"}, {"do": None}, {"do": ["pause"]}, {"do": "pause", "value": 1}, {"do": "rate"},
        {"do": "stop", "more": 1}, {"do": "rate", "value": -1}, {"do": "rate", "value": float("nan")},
        {"do": "rate", "value": "0.1"}, {"do": "rate", "value": True}, {"do": "rate", "value": 1e300},
        {"do": "rate", "value": 10**400},
    ],
)  # fmt: skip
def test_other_wishes_are_refused_and_change_nothing(steering, command):
    before = steering.shown()
    with pytest.raises(SettingError):
        steering.wish(command)
    assert steering.shown() == before


def test_a_rule_without_a_rate_and_a_training_that_is_over_take_no_wishes(steering):
    steering.begin(takes_rate=False)
    with pytest.raises(SettingError, match="no learning rate"):
        steering.wish({"do": "rate", "value": 0.1})
    steering.end()
    with pytest.raises(SettingError, match="no training runs"):
        steering.wish({"do": "pause"})


@pytest.mark.parametrize("way", ["resume", "stop", "ended", "signal"])
def test_a_pause_lasts_until_training_goes_on_or_is_to_end(steering, way, monkeypatch):
    monkeypatch.setattr(module, "LOOK", 0.01)
    signals = []
    steering.wish({"do": "pause"})
    resting = Thread(target=steering.rest, args=(lambda: bool(signals),))
    resting.start()
    assert resting.is_alive()
    if way == "signal":
        signals.append(2)
    elif way == "ended":
        steering.end()
    else:
        steering.wish({"do": way})
    resting.join(5)
    assert not resting.is_alive()


def test_the_time_that_is_left_does_not_count_pauses(steering, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(module, "monotonic", lambda: now[0])
    steering.reach(10, 100, epoch=1)
    assert steering.shown()["moment"]["left"] is None  # nobody knows the speed yet
    now[0] = 5.0
    steering.wish({"do": "pause"})

    def look():
        now[0] += 100.0
        return True

    steering.rest(look)
    now[0] += 5.0
    steering.reach(20, 100, epoch=1, rate=0.2)
    shown = steering.shown()
    assert shown["moment"] == {"updates": 20, "total": 100, "left": 80.0, "epoch": 1, "rate": 0.2}
    assert shown["rate"] == 0.2
