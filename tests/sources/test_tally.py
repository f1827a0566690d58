"""The targets, counted."""

import numpy as np

from bprop.sources.answer import Answer
from bprop.sources.tally import Tally


def test_classes_are_counted_and_those_to_train_on():
    answer = Answer(("y",), "classification", ("a", "b", "c"))
    found = Tally.of(answer, np.array([0, 0, 1, 0]), np.array([0, 2]), left_out=3)
    assert (found.rows, found.left_out) == (4, 3)
    assert found.counts.tolist() == [3, 1, 0]
    assert found.trained.tolist() == [1, 1, 0]
    assert Tally.of(answer, np.array([0, 2])).trained.tolist() == [1, 0, 1]


def test_values_have_an_end_a_mean_and_an_end():
    found = Tally.of(Answer(("u", "v"), "regression", None), np.array([[1.0, 5.0], [3.0, 5.0]]), rows=70)
    assert (found.rows, found.counts) == (70, None)
    assert [part.tolist() for part in (found.low, found.mean, found.high)] == [[1, 5], [2, 5], [3, 5]]
