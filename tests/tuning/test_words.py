"""The trials of a search in words."""

import pytest

from bprop.errors import SettingError
from bprop.tuning.ranges import parse
from bprop.tuning.trial import Trial
from bprop.tuning.words import counts, lasting, lines, need_best, ranked, trial_line

SPACE = {"lr": parse("1e-3..1e-1"), "hidden": parse("4|4,2"), "epochs": parse("3")}
TRIALS = [
    Trial(1, "pruned", 0.1, {"lr": 0.01, "hidden": 4}, epochs=2, seconds=1.25),
    Trial(2, "complete", 0.4, {"lr": 0.05, "hidden": (4, 2)}, epochs=30, seconds=2.0),
    Trial(3, "diverged", None, {"lr": 0.1, "hidden": 4}, epochs=1, why="training diverged at epoch 2"),
    Trial(4, "complete", 0.3, {"lr": 0.02, "hidden": 4}, epochs=30),
]


def test_the_best_comes_first_and_then_what_was_pruned():
    assert [trial.number for trial in ranked(TRIALS, False)] == [4, 2, 1, 3]
    assert [trial.number for trial in ranked(TRIALS, True)] == [2, 4, 1, 3]


def test_the_table_has_a_column_for_each_setting_that_was_searched():
    assert lines(TRIALS, SPACE, "loss", False, most=3) == [
        "trial     loss  epochs  seconds    lr  hidden",
        "4          0.3      30      0.0  0.02       4",
        "2          0.4      30      2.0  0.05     4,2",
        "1 pruned   0.1       2      1.2  0.01       4",
        "... and 1 more",
        "trial 3 diverged: training diverged at epoch 2",
    ]


def test_a_trial_is_said_in_a_line():
    best = TRIALS[3]
    assert trial_line(best, 9, best, "loss", SPACE) == "trial 4 of 9  loss 0.3  (the best)  lr 0.02, hidden 4"
    assert trial_line(TRIALS[2], None, best, "loss", SPACE) == "trial 3  diverged  (best 0.3)  lr 0.1, hidden 4"


def test_numbers_of_trials_and_times_are_said():
    assert counts(TRIALS) == "4 trials: 2 complete, 1 pruned, 1 diverged"
    assert counts(TRIALS[:1]) == "1 trial: 1 pruned"
    assert [lasting(s) for s in (-1, 45, 540, 7200)] == ["0 s", "45 s", "9 min", "2.0 h"]


def test_where_none_is_complete_the_error_has_the_reasons():
    assert need_best(TRIALS, False).number == 4
    with pytest.raises(SettingError, match=r"no trial is complete.*\(1 trial: 1 diverged\): trial 3 diverged"):
        need_best(TRIALS[2:3], False)
