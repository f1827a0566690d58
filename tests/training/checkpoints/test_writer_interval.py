"""How often a checkpoint is written, from text."""

import pytest

from bprop import errors
from bprop.training.checkpoints.writer import Interval


@pytest.mark.parametrize(
    ("text", "count", "unit"),
    [
        ("30s", 30, "seconds"),
        ("0.5s", 0.5, "seconds"),
        ("10min", 600, "seconds"),
        ("2h", 7200, "seconds"),
        ("1epoch", 1, "epochs"),
        ("5epochs", 5, "epochs"),
        (" 200 steps ", 200, "steps"),
        ("1Step", 1, "steps"),
    ],
)
def test_what_can_be_said(text, count, unit):
    assert Interval.parse(text) == Interval(count, unit)


@pytest.mark.parametrize(
    "text", ["", "30", "s", "-3s", "0s", "0epochs", "1.5epochs", "3 days", "nans", 30, None, "9" * 400 + "s"]
)
def test_what_says_nothing_is_refused_with_what_can_be_said(text):
    with pytest.raises(errors.SettingError, match=r"30s|more than 0"):
        Interval.parse(text)
