"""The card of a training in a notebook."""

import pytest

import bprop as bp
from bprop.training import cell
from bprop.training.cell import Cell


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(cell, "perf_counter", lambda: now[0])
    return now


def record(epoch, **more):
    return bp.Record(epoch, 10 * epoch, 1 / epoch, 0.0, 1 / epoch, {"accuracy": 0.5}, **more)


class Shown(list):
    number = 1

    def __call__(self, html, text):
        self.append((html, text))


def test_it_changes_no_more_than_every_part_of_a_second_and_its_end_stays(clock):
    shown = Shown()
    progress = Cell(shown, epochs=1000, total=10_000, start=0)
    progress.engine("native")
    for epoch in range(1, 1001):
        progress.epoch(record(epoch, validation={"loss": 2 / epoch, "accuracy": 0.25}))
        clock[0] += 0.01  # ten seconds in all
    progress.close()
    assert 20 <= len(shown) <= 36
    html, text = shown[-1]
    assert text.splitlines() == [
        "Trained: epoch 1,000 of 1,000, 10.0 s, engine native", "training loss 0.001 accuracy 0.5",
        "validation loss 0.002 accuracy 0.25",
    ]  # fmt: skip
    assert "width:100.0%" in html and "<svg" in html and "<script" not in html


def test_a_run_of_hours_changes_its_card_every_few_seconds(clock):
    shown = Shown()
    progress = Cell(shown, epochs=10, total=100, start=0)
    clock[0] += 4000.0
    for _ in range(100):
        progress.steps(1, 5, 0.5)
        clock[0] += 1.0
    assert len(shown) == 17  # every 6 seconds


def test_the_first_epoch_is_shown_at_once_with_the_time_that_is_left(clock):
    shown = Shown()
    progress = Cell(shown, epochs=4, total=40, start=0)
    clock[0] += 2.0
    progress.epoch(record(1))
    assert "epoch 1 of 4, 2.0 s, about 6 s left" in shown[0][1] and "width:25.0%" in shown[0][0]


def test_a_run_that_had_nothing_to_do_shows_nothing(clock):
    shown = Shown()
    Cell(shown, epochs=4, total=40, start=40).close()
    assert shown == []


def test_a_diverging_loss_leaves_no_broken_chart(clock):
    shown = Shown()
    progress = Cell(shown, epochs=4, total=40, start=0)
    progress.epoch(record(1))
    progress.epoch(bp.Record(2, 20, float("nan"), 0.0, float("nan")))
    progress.close()
    assert "nan" not in shown[-1][0].partition("<svg")[2] and "loss nan" in shown[-1][1]


def test_later_trainings_of_a_cell_are_counted(clock):
    shown = Shown()
    shown.number = 3
    progress = Cell(shown, epochs=1, total=10, start=0)
    progress.epoch(record(1))
    progress.close()
    assert shown[-1][1].startswith("Trained 3: epoch 1 of 1")


def test_two_epochs_are_the_beginning_of_a_curve(clock):
    shown = Shown()
    progress = Cell(shown, epochs=2, total=20, start=0)
    progress.epoch(record(1))
    assert "<svg" not in shown[-1][0]
    progress.epoch(record(2))
    progress.close()
    assert "<svg" in shown[-1][0]


def test_no_time_is_left_after_the_last_update(clock):
    shown = Shown()
    progress = Cell(shown, epochs=1, total=10, start=0)
    clock[0] += 2.0
    progress.epoch(record(1))
    assert "epoch 1 of 1, 2.0 s" in shown[-1][1] and "left" not in shown[-1][1]
