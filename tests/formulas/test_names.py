"""Names in formulas."""

from xml.etree import ElementTree

import pytest

from bprop.formulas.names import Symbol, derivative, identifier
from bprop.formulas.pieces import number, raised, transposed


def words(piece):
    return "".join(ElementTree.fromstring(piece.mathml).itertext())


@pytest.mark.parametrize(
    ("piece", "tag", "shown", "text"),
    [
        (identifier("h"), "mi", "h", "h"),
        (identifier("h1"), "msub", "h1", "h1"),
        (identifier("h1", [2]), "msub", "h1,2", "h1[2]"),
        (identifier("W", [0, 2]), "msub", "W0,2", "W[0, 2]"),
        (identifier("tanh_3"), "mi", "tanh_3", "tanh_3"),
        (transposed(identifier("W2")), "msubsup", "W2⊤", "W2^T"),
        (transposed(identifier("x")), "msup", "x⊤", "x^T"),
        (raised(identifier("h1"), number(2)), "msubsup", "h12", "h1^2"),
        (derivative("L", "a1", [0]), "mfrac", "∂L∂a1,0", "dL/da1[0]"),
        (Symbol("W2", "L").piece(), "mfrac", "∂L∂W2", "dL/dW2"),
    ],
)
def test_the_number_of_a_layer_stands_below_and_the_place_of_an_element_behind_it(piece, tag, shown, text):
    assert ElementTree.fromstring(piece.mathml).tag == tag
    assert (words(piece), piece.text) == (shown, text)


def test_a_long_name_keeps_both_its_ends():
    assert identifier("first" + "x" * 90 + "last").text.startswith("first")
    assert identifier("first" + "x" * 90 + "last").text.endswith("last")
