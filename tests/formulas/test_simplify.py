"""The forms that people write, where code has others."""

import numpy as np
import pytest

from bprop.formulas.functions import FUNCTIONS
from bprop.formulas.names import Symbol
from bprop.formulas.term import leaf
from bprop.formulas.writer import write

a, b = (leaf(np.array([[2.0, 3.0]]), Symbol(name)) for name in "ab")


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (a + 0, "a"),
        (1 * a, "a"),
        (a / 1, "a"),
        (a * a, "a^2"),
        (a * a * a, "a^3"),
        (-(1 * -a), "a"),
        (a + -b, "a - b"),
        (-a * b, "-a * b"),
        (a * 2, "2 * a"),
        (2 * (3 * a), "6 * a"),
        (a * (1 / b), "a / b"),
        (FUNCTIONS.sqrt(a) / a, "1 / sqrt(a)"),
        (a - 0, "a"),
        (a**1, "a"),
    ],
)
def test_a_term_is_written_as_people_do(term, text):
    assert write(term).piece.text == text


def test_a_sum_that_broadcasts_is_no_neutral_one():
    assert write(a + np.zeros((1, 2))).piece.text == "a + 0"
    column = leaf(np.ones((2, 1)), Symbol("c"))
    assert (column + np.zeros((1, 3))).shape == (2, 3)
