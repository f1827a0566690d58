"""Weights of examples and of classes."""

import numpy as np
import pytest

from bprop import errors
from bprop.sources.answer import Answer
from bprop.sources.formats.arrays import frame_of_arrays
from bprop.sources.frame import Frame
from bprop.sources.weights import class_weights, example_weights, weighted


def frame(**columns):
    ready = {}
    for name, values in columns.items():
        ready[name] = np.empty(len(values), object)
        ready[name][:] = values
    return Frame("t", ready, lambda row: f"t.csv, line {row + 2}", source="t.csv")


def test_weights_are_numbers_from_0_on():
    assert example_weights(frame(w=["1", "0", "2.5"]), "w").tolist() == [1, 0, 2.5]
    refused = {
        ("1", "-1"): "line 3, column 'w': a weight must be 0 or more, not -1",
        ("0", "0"): "all weights are 0",
        ("1", ""): "line 3, column 'w': the weight is missing",
        ("1", "x"): "'x' is not",
    }
    for values, says in refused.items():
        with pytest.raises(errors.DataError, match=says):
            example_weights(frame(w=values), "w")
    dots = frame_of_arrays("dots", np.zeros((2, 2)), None, ("x1", "x2"), "y")
    with pytest.raises(errors.SettingError, match="has no columns with names"):
        example_weights(dots, "w")


PETS = Answer(("y",), "classification", ("cat", "dog", "1"))


def test_balanced_weights_are_scikit_learns():
    reference = pytest.importorskip("sklearn.utils.class_weight", reason="the reference is scikit-learn")
    labels = np.repeat([0, 1, 2], [50, 7, 3])
    expected = reference.compute_class_weight("balanced", classes=np.arange(3), y=labels)
    weights = class_weights(["balanced"], PETS, np.bincount(labels))
    np.testing.assert_allclose(weights, expected)
    assert weights[labels].mean() == pytest.approx(1)


def test_a_class_without_a_row_leaves_the_others_balanced():
    weights = class_weights(["balanced"], PETS, np.array([30, 10, 0]))
    np.testing.assert_allclose(weights[:2] * [30, 10], [20, 20])
    assert np.isfinite(weights).all()


def test_weights_of_some_classes():
    counts = np.array([3, 2, 1])
    assert class_weights((), PETS, counts) is None
    assert class_weights(["dog=2.5", "1=0.5"], PETS, counts).tolist() == [1, 2.5, 0.5]
    assert class_weights(["1.0=3"], PETS, counts).tolist() == [1, 1, 3]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["fox=2"], "no class is called 'fox'; there are: cat, dog, 1"),
        (["dog"], "write balanced, or CLASS=WEIGHT"),
        (["dog=x"], "with a number above 0, such as cat=2"),
        (["dog=0"], "a number above 0"),
        (["dog=-1"], "a number above 0"),
        (["dog=inf"], "a number above 0"),
        (["dog=1", "dog=2"], "has a weight already"),
        (["balanced", "dog=2"], "balanced weights every class"),
    ],
)
def test_weights_that_no_class_can_have(words, says):
    with pytest.raises(errors.SettingError, match=says):
        class_weights(words, PETS, np.array([3, 2, 1]))


def test_values_have_no_classes_to_weight():
    with pytest.raises(errors.SettingError, match="there are no classes to weight: the task is regression"):
        class_weights(["balanced"], Answer(("y",), "regression", None), None)


def test_weights_of_classes_multiply_those_of_examples():
    labels, of_class = np.array([0, 1, 1]), np.array([2.0, 3.0])
    assert weighted(None, None, labels) is None
    assert weighted(None, of_class, labels).tolist() == [2, 3, 3]
    assert weighted(np.array([1.0, 0.5, 0.0]), of_class, labels).tolist() == [2, 1.5, 0]
    assert weighted(np.array([1.0, 0.5, 0.0]), None, labels).tolist() == [1, 0.5, 0]
