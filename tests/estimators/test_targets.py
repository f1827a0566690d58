"""Targets as networks read them, and back."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

from bprop.errors import DataError
from bprop.estimators.targets import Columns, Indicators, Labels, Numbers, class_weights, classification, codes


def test_two_classes_have_one_output():
    target = classification(np.array(["no", "yes", "no"]))
    assert isinstance(target, Labels)
    assert (target.task, target.outputs) == ("binary", 1)
    assert target.encode(np.array(["yes", "no"])).tolist() == [1, 0]
    assert target.decode(np.array([[0.2], [0.7]])).tolist() == ["no", "yes"]
    assert np.allclose(target.probabilities(np.array([[0.2]])), [[0.8, 0.2]])


def test_more_classes_have_an_output_each():
    target = classification(np.array([7, 3, 5, 3]))
    assert (target.task, target.outputs, target.classes.tolist()) == ("multiclass", 3, [3, 5, 7])
    f = np.array([[0.1, 0.2, 0.7], [0.5, 0.3, 0.2]])
    assert target.decode(f).tolist() == [7, 3]
    assert target.probabilities(f) is f


def test_one_class_is_what_is_predicted():
    target = classification(np.array(["only", "only"]))
    assert target.decode(np.array([[0.1], [0.9]])).tolist() == ["only", "only"]
    assert target.probabilities(np.array([[0.1], [0.9]])).tolist() == [[1.0], [1.0]]


def test_indicators_of_several_labels():
    y = np.array([[0, 1], [1, 1], [0, 0]])
    target = classification(y)
    assert isinstance(target, Indicators)
    assert target.classes.tolist() == [0, 1]
    assert (target.encode(y) == y).all()
    assert target.decode(np.array([[0.4, 0.6]])).tolist() == [[0, 1]]
    with pytest.raises(DataError, match="a column for each of 2 labels"):
        target.encode(np.zeros((3, 4)))


def test_columns_of_classes():
    y = np.array([["a", "x"], ["b", "y"], ["c", "x"]])
    target = classification(y)
    assert isinstance(target, Columns)
    assert (target.sizes, target.outputs) == ((3, 2), 5)
    assert target.encode(y).tolist() == [[0, 0], [1, 1], [2, 0]]
    f = np.array([[0.1, 0.8, 0.1, 0.3, 0.7]])
    assert [p.shape for p in target.probabilities(f)] == [(1, 3), (1, 2)]
    assert target.decode(f).tolist() == [["b", "y"]]
    with pytest.raises(DataError, match="2 columns"):
        target.encode(y[:, :1])


def test_numbers():
    assert Numbers(1).encode(np.array([1.0, 2.0])).shape == (2, 1)
    assert Numbers(1).decode(np.zeros((3, 1))).shape == (3,)
    assert Numbers(2).decode(np.zeros((3, 2))).shape == (3, 2)
    with pytest.raises(DataError, match="1 column, not shape"):
        Numbers(1).encode(np.zeros((3, 2)))


def test_labels_that_are_not_known():
    with pytest.raises(DataError, match="classes not in"):
        codes(np.array([1, 5]), np.array([1, 2, 3]))
    with pytest.raises(DataError, match="classes not in"):
        codes(np.array(["a"], dtype=object), np.array([1, 2, 3], dtype=object))


def test_numbers_are_no_classes():
    with pytest.raises(ValueError, match="Unknown label type"):
        classification(np.array([0.5, 1.7, 2.1]))


def test_classes_that_y_lacks():
    assert classification(np.array([1]), classes=[3, 1, 2]).classes.tolist() == [1, 2, 3]
    columns = classification(np.array([[1, 0], [2, 1], [3, 1]]), classes=[[1, 2, 3, 4], [0, 1]])
    assert columns.sizes == (4, 2)


def test_class_weights():
    y = np.array([0, 0, 0, 1])
    assert np.allclose(class_weights("balanced", y), [2 / 3, 2 / 3, 2 / 3, 2])
    assert class_weights({0: 1, 1: 5}, y).tolist() == [1, 1, 1, 5]
