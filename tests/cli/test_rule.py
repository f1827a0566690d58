"""Options as an update rule."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.rules import schedules

pytestmark = pytest.mark.usefixtures("typer")


def rule(**given):
    from bprop.cli.rule import RuleOptions

    return RuleOptions(**given).make(100)


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
        ({"schedule": "exponential", "schedule_every": 10}, bp.SGD(bp.schedules.exponential(0.1, 0.5, 10))),
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


@pytest.mark.parametrize("given", [{"factor": 0.1}, {"schedule_every": 10}, {"factor": 0.1, "schedule": "cosine"}])
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


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"rule": "adam", "settings": ["beta1=0.5", "epsilon=1e-3"]}, bp.Adam(0.001, beta1=0.5, epsilon=1e-3)),
        ({"settings": ["momentum=0.9", "nesterov=True"]}, bp.SGD(0.1, momentum=0.9, nesterov=True)),
        ({"schedule": "cosine", "settings": ["final=0.01"]}, bp.SGD(bp.schedules.cosine(0.1, 100, 0.01))),
    ],
)
def test_every_setting_of_a_rule_and_a_schedule_can_be_set(given, wanted):
    assert rule(**given) == wanted


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"settings": ["beta1=0.5"]}, r"--set beta1=0.5: sgd has no further setting 'beta1'; there are: clip_norm,"),
        ({"settings": ["final=0.5"]}, "no further setting 'final'"),
        ({"settings": ["momentum"]}, "--set momentum: write NAME=VALUE"),
        ({"settings": ["momentum=0.1", "momentum=0.2"]}, "momentum is set twice"),
        ({"settings": ["momentum=0.1"], "momentum": 0.2}, "no further setting 'momentum'"),
        ({"settings": ["learning_rate=0.1"]}, "no further setting 'learning_rate'"),
        ({"rule": "adam", "settings": ["beta1=much"]}, r"beta1 must be a number in \[0, 1\), not 'much'"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(given, says):
    with pytest.raises(errors.SettingError, match=says):
        rule(**given)


def test_a_schedule_of_ones_own_is_known_by_its_name(monkeypatch):
    monkeypatch.setattr("bprop.rules.schedules._CLASSES", schedules.named_schedules())

    @dataclass(frozen=True)
    class Triangle(schedules.Schedule):
        """rate |1 - 2 (t mod every) / every| + floor."""

        every: int
        floor: float

        def __call__(self, t):
            return self.rate * abs(1 - 2 * (t % self.every) / self.every) + self.floor

    assert rule(schedule="triangle", schedule_every=8, settings=["floor=0.25"]) == bp.SGD(Triangle(0.1, 8, 0.25))
    with pytest.raises(errors.SettingError, match="--schedule triangle needs a floor: --set floor=VALUE"):
        rule(schedule="triangle")
    with pytest.raises(errors.SettingError, match="for --schedule step or exponential or triangle"):
        rule(schedule="triangle", factor=0.5)


def test_what_the_library_needs_for_itself_has_no_name():
    import bprop.check
    import bprop.estimators  # noqa: F401

    ours = {name for name, kind in bp.rules.rules().items() if kind.__module__.startswith("bprop.")}
    assert ours == {"sgd", "adam", "adamw"}
    ours = {name for name, kind in schedules.named_schedules().items() if kind.__module__.startswith("bprop.")}
    assert ours == {"constant", "step", "exponential", "cosine"}


@pytest.mark.parametrize("options", ["--rule rmsprop", "--set beta1=0.5", "--lr -1", "--schedule linear", "--factor 2"])
def test_what_is_wrong_with_a_rule_is_said_before_data_is_read(refused, options):
    assert "absent.csv" not in refused(f"train absent.csv {options}").stderr


def test_unknown_names():
    with pytest.raises(errors.UnknownNameError, match="'rmsprop' is not one of sgd, adam, adamw"):
        rule(rule="rmsprop")
    with pytest.raises(errors.UnknownNameError, match="'linear' is not one of constant, step"):
        rule(schedule="linear")
