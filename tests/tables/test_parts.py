"""The rows of a table in parts, and their data sets."""

import numpy as np

import bprop as bp
from bprop.sources.splits import Split
from bprop.tables.parts import divided, precision_of


def test_the_parts_are_all_rows(rows):
    table = bp.table(rows)
    parts = divided(table.frame, table.answer, Split(0.25, 0.1, 0))
    assert list(parts) == ["train", "validation", "test"]
    assert sorted(n for part in parts.values() for n in part.numbers) == list(range(60))
    assert list(divided(table.frame, table.answer, Split(0, 0, 0))) == ["train"]


def test_an_error_names_the_row_of_the_table(rows):
    train, _, _ = bp.table(rows).split()
    assert np.array_equal(train.data().numbers, train.frame.numbers)


def test_precisions():
    assert [precision_of(d) for d in ("float32", "bfloat16", "float64", "longdouble")] == [
        "float32", "float32", "float64", "float64",
    ]  # fmt: skip
