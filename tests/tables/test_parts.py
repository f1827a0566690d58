"""The rows of a table in parts, and their data sets."""

import numpy as np

import bprop as bp
from bprop.tables.parts import precision_of


def test_the_parts_are_all_rows(rows):
    parts = bp.table(rows).split(0.25, 0.1)
    assert [part.part for part in parts] == ["train", "validation", "test"]
    assert sorted(n for part in parts for n in part.frame.numbers) == list(range(60))
    assert bp.table(rows).split(0, 0)[1:] == (None, None)


def test_an_error_names_the_row_of_the_table(rows):
    train, _, _ = bp.table(rows).split()
    assert np.array_equal(train.data().numbers, train.frame.numbers)


def test_precisions():
    assert [precision_of(d) for d in ("float32", "bfloat16", "float64", "longdouble")] == [
        "float32", "float32", "float64", "float64",
    ]  # fmt: skip


def test_weights_of_classes_multiply_those_of_examples(rows):
    train, watched, _ = bp.table({**rows, "w": [2.0] * 60}, "old", weights="w").split()
    weights = {True: 3.0, False: 0.5}
    for part in (train, watched):
        data = part.data(class_weight=weights)
        expected = np.array([2 * weights[train.classes[k]] for k in data.arrays["y"]])
        np.testing.assert_array_equal(data.weights, expected)
