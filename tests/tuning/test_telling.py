"""The progress of a search."""

import sys
from types import SimpleNamespace

import pytest

from bprop.tuning import telling as room
from bprop.tuning.ranges import Between, Fixed
from bprop.tuning.telling import InNotebook, Lines, telling
from bprop.tuning.trial import Trial


def search(count):
    trials = [Trial(k, "complete", 1 / k, {"lr": 0.1 * k, "epochs": 3}, seconds=1.0) for k in range(1, count + 1)]
    return SimpleNamespace(
        trials=trials, best=trials[-1], limits=SimpleNamespace(trials=30), seconds_left=lambda: 12.0,
        problem=SimpleNamespace(monitor="<b>loss", maximise=False),
        space={"lr": Between(0.1, 9.0), "epochs": Fixed(3)},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "terminal", "kind"),
    [(False, True, None), (True, False, Lines), ("auto", True, Lines), ("auto", False, None)],
)
def test_lines_are_for_terminals_and_for_those_who_ask(monkeypatch, wanted, terminal, kind):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    assert isinstance(telling(wanted), kind) if kind else telling(wanted) is None


def test_a_line_for_each_trial_says_the_best_and_the_time_that_is_left(capsys):
    one = search(2)
    Lines().trial(one.trials[0], one)
    Lines().remark("once more")
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "trial 1 of 30  <b>loss 1  (best 0.5)  lr 0.1  (12 s left)" and lines[1] == "once more"


def test_a_notebook_has_one_card_with_the_best_trials(monkeypatch):
    shown = []
    monkeypatch.setattr(room, "display_here", lambda: lambda html, text: shown.append((html, text)))
    progress, one = telling("auto"), search(20)
    assert isinstance(progress, InNotebook)
    for trial in one.trials:
        progress.trial(trial, one)
    progress.remark("training once more with the settings of trial 20")
    html, text = shown[-1]
    assert len(shown) == 21 and text.splitlines()[0] == "Search: 20 trials: 20 complete" and len(text.splitlines()) == 3
    assert html.count("<tr>") == 9 and "the best so far" in html and "&lt;b&gt;loss" in html and "once more" in html
