"""Records as tables and charts."""

import bprop as bp
from bprop.notebook.records import charts, chosen, columns, records_html, records_text


def record(epoch, best=None, **more):
    validation = {"loss": 2 / epoch, "accuracy": 0.5}
    return bp.Record(epoch, 10 * epoch, 1 / epoch, 0.0, 1 / epoch, {"accuracy": 0.5}, validation, best=best, **more)


def test_of_many_epochs_the_first_the_last_and_the_best_are_there():
    history = [record(epoch, best=epoch <= 733) for epoch in range(1, 2001)]
    epochs = [one.epoch for one in chosen(history)]
    assert len(epochs) <= 12 and {1, 733, 2000} <= set(epochs) and epochs == sorted(set(epochs))
    assert chosen(history[:12]) == history[:12]


def test_columns_that_tell_nothing_are_left_out():
    names = columns([record(1, learning_rate=0.1), record(2, learning_rate=0.1)])
    assert names == ["epoch", "updates", "loss", "accuracy", "validation_loss", "validation_accuracy"]
    assert "learning_rate" in columns([record(1, learning_rate=0.1), record(2, learning_rate=0.2)])


def test_the_best_epoch_is_named_and_what_is_left_out_is_counted():
    history = [record(epoch, best=epoch in (1, 3)) for epoch in range(1, 40)]
    assert [line.split()[:2] for line in records_text(history) if "best" in line] == [["best", "3"]]
    assert "12 of 39 epochs" in records_html(history)


def test_there_is_a_chart_for_the_loss_and_for_each_metric():
    html = charts([record(1), record(2)], best=2)
    assert html.count("<svg") == 2 and html.count("validation") == 4 and "best, 2" in html
    assert charts([]) == ""
