"""The bar of a terminal."""

import io
import re
from dataclasses import replace

import pytest

from bprop import Record

pytest.importorskip("rich")

from bprop.training.bar import LEAST, Bar

RECORD = Record(
    299, 2990, 0.0123456, 0.0, 0.5, {"accuracy": 0.987654}, {"loss": 0.0234567, "accuracy": 0.912345}, 0.1, 1.0, 100.0
)


@pytest.fixture
def bar(capsys):
    bars = []

    def bar(epochs=2, total=20, start=5, width=80):
        made = Bar(epochs, total, start)
        made.bar.stop()
        made.bar.console._width, made.bar.console.file = width, io.StringIO()
        bars.append(made)
        return made

    yield bar
    for one in bars:
        one.close()


def lines(bar):
    bar.bar.console.print(*bar.bar.get_renderables(), sep="\n")
    text = bar.bar.console.file.getvalue()
    return [line.rstrip() for line in re.sub(r"\x1b\[[\d;]*m", "", text).splitlines() if line.strip()]


def test_a_bar_counts_updates_and_shows_the_last_record(bar, capsys):
    shown = bar()
    task = shown.bar.tasks[0]
    assert (task.completed, task.total) == (5, 20)
    shown.steps(1, 7, 0.5)
    assert (task.completed, task.fields["epoch"]) == (7, "1/2")
    shown.epoch(replace(RECORD, epoch=1, updates=10))
    assert task.completed == 10
    assert "training loss 0.01235 accuracy 0.9877  validation loss 0.02346" in task.fields["beside"]
    assert shown.bar.finished is False
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("width", [40, 60, 80, 110, 200])
def test_at_every_width_words_and_numbers_are_whole_and_the_bar_has_its_share(bar, width):
    shown = bar(300, 3000, 0, width)
    shown.of = ", network 2 of 4" if width >= 60 else ""
    shown.epoch(RECORD)
    shown.steps(299, 2900, 0.5)
    text = lines(shown)
    assert max(map(len, text)) <= width
    words = " ".join(text).split()
    for word in ["training", "loss", "0.01235", "accuracy", "0.9877", "validation", "0.02346", "0.9123"]:
        assert word in words
    assert text[0].count("━") + text[0].count("╸") + text[0].count("╺") >= LEAST
    assert len(text) == (1 if width >= 120 else 3)


def test_many_measures_are_wrapped_between_words(bar):
    shown = bar(width=60)
    names = [f"measure_{k}" for k in range(9)]
    shown.epoch(replace(RECORD, metrics=dict.fromkeys(names, 0.123456), validation=None))
    assert {*names, "0.1235"} <= set(" ".join(lines(shown)).split())
