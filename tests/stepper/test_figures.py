"""Arrays in few figures."""

import numpy as np
import pytest

from bprop.stepper.figures import figure, listed, shown


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.123456, "0.1235"), (-2.0, "-2"), (np.int64(7), "7"), (True, "True"), (np.float32(3.14159e-7), "3.142e-07"),
     (np.nan, "nan"), (-np.inf, "-inf")],
)  # fmt: skip
def test_a_number_has_four_digits(value, text):
    assert figure(value) == text


def test_arrays_of_no_one_and_more_axes():
    assert shown(np.array(0.5)) == ["0.5"]
    assert shown(np.array([1.0, 2.5])) == ["[1  2.5]"]
    assert shown(np.eye(2)) == ["[1  0]", "[0  1]"]
    assert shown(np.zeros((2, 2, 1))) == ["[0]"] * 4


def test_large_arrays_are_abbreviated_and_say_by_how_much():
    assert shown(np.arange(784)) == ["[0  1  2  3  4  5  6  7 ... 776 more]"]
    lines = shown(np.zeros((1000, 2)))
    assert lines == ["[0  0]"] * 3 + ["... 997 more rows"]
    assert shown(np.zeros((4, 1))) == ["[0]"] * 4


def test_the_example_is_picked_from_the_first_axis():
    assert shown(np.array([[1.0, 2.0], [3.0, 4.0]]), example=1) == ["[3  4]"]
    assert shown(np.array([5, 6]), example=0) == ["5"]


def test_what_is_not_there_is_said_to_be_so():
    assert shown(None) == ["not yet computed"]


def test_all_numbers_are_listed_with_their_places():
    assert listed(np.array(0.5)) == ["0.5"]
    assert listed(np.arange(10)) == ["[0]  0  1  2  3  4  5  6  7", "[8]  8  9"]
    assert listed(np.eye(2), across=1) == ["[0, 0]  1", "[0, 1]  0", "[1, 0]  0", "[1, 1]  1"]
    assert listed(np.array([[1.0, 2.0], [3.0, 4.0]]), example=1) == ["[0]  3  4"]
    assert listed(np.zeros((0, 3))) == []
