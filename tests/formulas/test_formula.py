"""The formulas of boxes, with names and with the numbers of one example."""

import doctest
from xml.etree import ElementTree

import numpy as np

import bprop as bp
from bprop.formulas import Arrays, formula, formula_of, numbers_of


def test_a_layer_has_its_formula_with_names_and_with_numbers():
    x, W, b = bp.Input("x", (2,)), bp.Parameter("W1", (2, 2)), bp.Parameter("b1", (2,))
    a = bp.linear(x, W, b, name="a1")
    graph = bp.Graph(outputs={"a1": a})
    arrays = Arrays([np.array([[0.5, -0.3]]), np.array([[1.2, 0.0], [0.7, 1.0]]), np.array([0.1, 0.0])])
    assert formula_of(a, graph.names).text == "a1 = x @ W1 + b1"
    numbers = numbers_of(a, graph.names, arrays)
    assert numbers.text.splitlines()[0] == "a1[0] = 0.5 * 1.2 + (-0.3) * 0.7 + 0.1 = 0.49"
    assert ElementTree.fromstring(numbers.mathml).tag == "math"


def test_the_examples_of_the_documentation_run():
    results = doctest.testmod(formula, extraglobs={"bp": bp, "np": np})
    assert results.attempted == 7 and not results.failed
