"""A trial as plain data, and the best of several."""

import json

import pytest

from bprop.tuning.trial import Trial, best_of, finite

TRIAL = Trial(
    3, "complete", 0.5, {"hidden": (4, 2), "lr": 0.1}, (0.7, None, 0.5), 3, 3, 1.5, 9.0, {"accuracy": 0.9}, ""
)


def test_a_trial_comes_back_from_json():
    plain = json.loads(json.dumps(TRIAL.to_plain()))
    assert plain["settings"] == {"hidden": "4,2", "lr": 0.1}
    assert Trial.from_plain(plain, TRIAL.settings) == TRIAL


@pytest.mark.parametrize(
    "change",
    [{"state": "good"}, {"value": "0.5"}, {"number": "1"}, {"epochs": 1.5}, {"curve": ["a"]}, {"measures": {"a": "b"}}],
)
def test_a_trial_of_another_form_is_refused(change):
    with pytest.raises((ValueError, TypeError, KeyError)):
        Trial.from_plain({**TRIAL.to_plain(), **change}, {})


def test_the_best_is_complete_and_of_equal_ones_the_first():
    trials = [
        Trial(1, "pruned", 0.1, {}), Trial(2, "complete", 0.4, {}), Trial(3, "complete", 0.4, {}),
        Trial(4, "complete", 0.9, {}), Trial(5, "diverged", None, {}),
    ]  # fmt: skip
    assert best_of(trials, maximise=False).number == 2 and best_of(trials, maximise=True).number == 4
    assert best_of(trials[:1], maximise=False) is None
    assert finite(float("nan")) is None and finite(2.0) == 2.0 and finite(None) is None
