"""Numbers as people read them."""

import numpy as np
import pytest

import bprop as bp
from bprop.cli import show
from bprop.sources.answer import Answer
from bprop.sources.formats.arrays import frame_of_arrays
from bprop.sources.preparation import Preparation


@pytest.mark.parametrize(
    ("settings", "found", "shown"),
    [
        ({}, {"loss": 0.08123, "accuracy": 0.975}, "accuracy 97.50%, loss 0.08123 nats"),
        ({"loss": "hinge"}, {"loss": 0.5, "accuracy": 1.0}, "accuracy 100.00%, loss 0.5"),
        ({"task": "regression"}, {"loss": 0.5, "rmse": 54.21, "mae": 43.0}, "rmse 54.21, mae 43, loss 0.5"),
        ({"task": "counts"}, {"loss": -1.25, "rmse": 2.0}, "rmse 2, loss -1.25 nats"),
    ],
)
def test_loss_and_metrics(settings, found, shown):
    assert show.measures(found, bp.mlp([3, 2], **settings)) == shown


def rows(count, y):
    return frame_of_arrays("house", np.zeros((count, 2)), np.resize(y, count), ("a", "b"), "price")


def prepared(frame, task=None):
    return Preparation.fit(frame, Answer.of(frame, frame.target, task))


def test_what_the_data_is():
    preparation = prepared(rows(2000, ["p", "q", "r"]))
    parts = {"train": rows(1500, [0]), "watch": None, "test": rows(500, [0])}
    assert show.dataset(preparation, **parts) == "house: 1,500 examples to train on, 500 to test; 2 inputs, 3 classes"
    numbers = prepared(rows(4, [0.5, 1.5, 2.5]))
    assert show.dataset(numbers, train=rows(4, [0])) == "house: 4 examples to train on; 2 inputs, predicting 'price'"


def test_remarks_stand_behind_their_metrics():
    graph = bp.mlp([3, 2])
    shown = show.measures({"loss": 0.5, "accuracy": 0.8}, graph, {"accuracy": "always a: 60.00%", "rmse": "no"})
    assert shown == "accuracy 80.00% (always a: 60.00%), loss 0.5 nats"


def test_names_of_columns_begin_no_line():
    table = frame_of_arrays("a\nfake", np.zeros((40, 1)), np.arange(40.0), ("x",), "b\n\x1b[2J")
    assert show.dataset(prepared(table, "regression"), train=table) == (
        "a\\nfake: 40 examples to train on; 1 input, predicting 'b\\n\\x1b[2J'"
    )
