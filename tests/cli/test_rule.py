"""Options as an update rule."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import bprop as bp
from bprop import errors

pytestmark = pytest.mark.usefixtures("typer")


def rule(**given):
    from bprop.cli.rule import RuleOptions

    options = {
        "rule": "sgd", "lr": None, "dc": None, "schedule": "constant", "factor": None, "every": None, "warm_up": 0,
        "momentum": None, "nesterov": False, "weight_decay": None, "clip_norm": None,
    }  # fmt: skip
    return RuleOptions(**{**options, **given}).make(100)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, bp.SGD(0.1)),
        ({"lr": 0.5}, bp.SGD(0.5)),
        ({"dc": 0.1}, bp.SGD(0.1, decrease_constant=0.1)),
        ({"momentum": 0.9, "nesterov": True}, bp.SGD(0.1, momentum=0.9, nesterov=True)),
        ({"clip_norm": 2.0}, bp.SGD(0.1, clip_norm=2.0)),
        ({"rule": "adam"}, bp.Adam(0.001)),
        ({"rule": "adam", "clip_norm": 2.0}, bp.Adam(0.001, clip_norm=2.0)),
        ({"rule": "adamw", "weight_decay": 0.2, "lr": 0.5}, bp.AdamW(0.5, weight_decay=0.2)),
        ({"schedule": "step"}, bp.SGD(bp.schedules.step(0.1, 0.5, 1000))),
        ({"schedule": "exponential", "every": 10}, bp.SGD(bp.schedules.exponential(0.1, 0.5, 10))),
        ({"schedule": "cosine"}, bp.SGD(bp.schedules.cosine(0.1, 100))),
        ({"warm_up": 10}, bp.SGD(bp.schedules.warm_up(10, 0.1))),
    ],
)
def test_options_make_the_rule(given, wanted):
    made = rule(**given)
    assert type(made) is type(wanted)
    rates = [float(made.rate(t)) for t in range(0, 101, 5)]
    assert rates == [float(wanted.rate(t)) for t in range(0, 101, 5)]
    assert repr(made) == repr(wanted)


def test_a_cosine_after_a_warm_up_ends_at_zero():
    made = rule(schedule="cosine", warm_up=10, lr=1.0)
    assert float(made.rate(10)) == pytest.approx(1.0)
    assert float(made.rate(100)) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("name", "given", "option"),
    [
        ("adam", {"momentum": 0.9}, "--momentum"),
        ("adam", {"nesterov": True}, "--nesterov"),
        ("adamw", {"dc": 0.1}, "--dc"),
        ("sgd", {"weight_decay": 0.1}, "--weight-decay"),
        ("adam", {"weight_decay": 0.0}, "--weight-decay"),
    ],
)
def test_an_option_that_the_rule_does_not_have_is_refused(name, given, option):
    with pytest.raises(errors.SettingError, match=f"{name} has no {option}"):
        rule(rule=name, **given)


@pytest.mark.parametrize("given", [{"factor": 0.1}, {"every": 10}, {"factor": 0.1, "schedule": "cosine"}])
def test_an_option_that_the_schedule_does_not_have_is_refused(given):
    with pytest.raises(errors.SettingError, match="--factor and --schedule-every are for --schedule step or"):
        rule(**given)


def test_a_rule_of_ones_own_is_known_by_its_name(monkeypatch):
    monkeypatch.setattr("bprop.rules.rule._CLASSES", bp.rules.rules())

    @dataclass(frozen=True)
    class Sign(bp.Rule):
        """theta <- theta - alpha sign(grad)."""

        learning_rate: Any = 0.01
        clip_norm: float | None = None

        def update(self, params, grads, state, rate, t):
            return {name: p - rate * np.sign(grads[name]) for name, p in params.items()}, state

    assert rule(rule="sign", clip_norm=1.0) == Sign(0.01, clip_norm=1.0)
    assert bp.rules.as_rule("sign") == Sign()
    with pytest.raises(errors.SettingError, match="sign has no --momentum"):
        rule(rule="sign", momentum=0.9)


def test_unknown_names():
    with pytest.raises(errors.UnknownNameError, match="'rmsprop' is not one of sgd, adam, adamw"):
        rule(rule="rmsprop")
    with pytest.raises(errors.UnknownNameError, match="'linear' is not one of constant, step"):
        rule(schedule="linear")
