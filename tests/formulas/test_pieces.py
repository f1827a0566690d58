"""Pieces of mathematics: brackets where they are needed, names as the lecture writes them."""

from xml.etree import ElementTree

import pytest

from bprop.formulas import pieces
from bprop.formulas.names import identifier
from bprop.formulas.pieces import (
    added,
    divided,
    multiplied,
    negated,
    number,
    raised,
    subtracted,
    transposed,
)

a, b, c = (identifier(name) for name in "abc")


@pytest.mark.parametrize(
    ("piece", "text"),
    [
        (multiplied(added([a, b]), c), "(a + b) * c"),
        (multiplied(a, divided(b, c)), "a * (b / c)"),
        (multiplied(divided(a, b), c), "a / b * c"),
        (divided(a, multiplied(b, c)), "a / (b * c)"),
        (divided(a, divided(b, c)), "a / (b / c)"),
        (subtracted(a, subtracted(b, c)), "a - (b - c)"),
        (subtracted(a, added([b, c])), "a - (b + c)"),
        (added([a, number(-0.5)]), "a + (-0.5)"),
        (subtracted(a, number(-0.5)), "a - (-0.5)"),
        (multiplied(number(-2.0), number(3.0)), "(-2) * 3"),
        (raised(number(-2.0), number(2)), "(-2)^2"),
        (raised(identifier("h1"), number(2)), "h1^2"),
        (raised(added([a, b]), number(2)), "(a + b)^2"),
        (transposed(identifier("W1")), "W1^T"),
        (negated(added([a, b])), "-(a + b)"),
        (negated(number(-2.0)), "-(-2)"),
        (multiplied(multiplied(a, b, "⊙"), c, ""), "(a * b) @ c"),
        (multiplied(a, multiplied(b, c, ""), "⊙"), "a * (b @ c)"),
        (raised(number(1e-7), number(2)), "(1e-07)^2"),
    ],
)
def test_brackets_stand_where_they_are_needed(piece, text):
    assert piece.text == text
    assert ElementTree.fromstring(piece.mathml) is not None


def words(mathml):
    return "".join(ElementTree.fromstring(mathml).itertext())


def test_a_power_of_ten_is_written_as_one():
    assert words(number(3.14159e-7).mathml) == "3.142·10−7"
    assert words(number(1e6).mathml) == "106"
    assert number(1e6).text == "1e+06"


def test_nested_cases_are_one_list_of_cases():
    inner = pieces.cases([(b, pieces.related(a, "<", number(0))), (number(0), None)])
    whole = pieces.cases([(a, pieces.related(a, ">", number(0))), (inner, None)])
    assert whole.text == "(a if a > 0 else b if a < 0 else 0)"
    assert len(ElementTree.fromstring(whole.mathml).findall(".//mtr")) == 3


@pytest.mark.parametrize(
    ("value", "text"), [(0.12345, "0.1235"), (-2.0, "-2"), (3.14159e-7, "3.142e-07"), (True, "1"), (0.0, "0")]
)
def test_a_number_has_four_digits(value, text):
    assert number(value).text == text
