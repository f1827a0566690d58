"""`bprop launch`: what it starts, and what it refuses before it starts anything."""

import pytest

from bprop.cli.noted import RUN
from bprop.distributed.launch import NOTED, Launch

pytestmark = pytest.mark.usefixtures("typer")


def test_the_command_hands_on_the_words_and_the_exit_code(run, monkeypatch):
    started = []

    def noted(self):
        started.append((self.count, list(self.words), self.restarts))
        return 75

    monkeypatch.setattr(Launch, "run", noted)
    words = ["train", "digits", "--checkpoint", "run", "--epochs", "2"]
    run(["launch", "-n", "3", "--restarts", "2", "--", *words], code=75)
    assert started == [(3, words, 2)]


def test_what_a_restart_looks_for_is_the_file_that_a_run_writes():
    assert NOTED == RUN


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("launch -- predict m.bprop x.csv", "give what to start after --"),
        ("launch -n 0 -- train digits", "-n 0: give the number of processes"),
        ("launch --restarts 2 -- train digits", "add --checkpoint DIR/"),
    ],
)
def test_nothing_is_started_that_cannot_work(refused, words, says):
    refused(words.split(), says)
