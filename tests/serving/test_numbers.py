"""Lists of numbers as arrays."""

import numpy as np
import pytest

from bprop.serving.numbers import array_of, sorts_of


@pytest.mark.parametrize("value", [1, 2.5, [1, 2], [[1, 2.5], [3, 4]], [2**64, -1], [10**30], [], [[], []]])
def test_numbers_are_an_array(value):
    assert np.array_equal(array_of(value), np.array(value, float))


@pytest.mark.parametrize(
    "value", [True, [1, True], [[1, False]], "1", [1, "1"], None, [None], [[1], [1, 2]], [{}], [10**400]]
)
def test_what_is_no_array_of_numbers(value):
    assert array_of(value) is None


def test_the_sorts_of_what_is_in_lists():
    assert sorts_of([[1, True], "a"]) == {int, bool, str}
    assert sorts_of([]) == set()
    assert sorts_of(None) == {type(None)}
