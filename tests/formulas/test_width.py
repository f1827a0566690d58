"""The width of mathematics."""

import pytest

from bprop.formulas.names import identifier
from bprop.formulas.pieces import added, divided, matrix, number, raised, root
from bprop.formulas.width import width

a, long = identifier("a"), identifier("a_long_name")


def test_a_fraction_is_as_wide_as_the_wider_of_its_parts():
    assert width(divided(a, long)) == width(divided(long, a)) == width(long) == 11


def test_a_sum_is_wider_than_its_parts_together():
    assert width(added([a, long])) > width(a) + width(long)


def test_an_exponent_is_small():
    assert width(a) < width(raised(a, number(2))) < 2 * width(a)


@pytest.mark.parametrize("rows", [1, 2, 5])
def test_a_matrix_is_as_wide_as_its_columns(rows):
    assert width(matrix([[number(0.5), number(-0.25)]] * rows)) == width(matrix([[number(0.5), number(-0.25)]]))


def test_a_root_is_as_wide_as_its_inside():
    assert width(root(long)) == pytest.approx(width(long), abs=1)
