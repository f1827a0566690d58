"""The last move: its formulas, and sums that add up."""

import numpy as np
import pytest

import bprop as bp
from bprop.stepper.blocks import Maths, Numbers
from bprop.stepper.details import details, share


class Bump(bp.Box):
    def fprop(self, a):
        return a * a + 2.0 * a

    def bprop(self, grad, value, a):
        return grad * (2.0 * a + 2.0)


class Opaque(bp.Box):
    def fprop(self, a):
        return np.where(np.asarray(a).astype(int) % 2 == 0, a, -a) if isinstance(a, np.ndarray) else a * 1.0

    def bprop(self, grad, value, a):
        return grad * np.sign(value * a + (a == 0))


def stepper_of(box, **more):
    x, W = bp.Input("x", (2,)), bp.Parameter("W", (2, 2))
    graph = bp.Graph(loss=bp.sum(bp.square(box(x @ W, name="h")), axis=1))
    return bp.Stepper(graph, {"W": [[1.0, 2.0], [3.0, 4.0]]}, {"x": [[1.0, 0.5], [0.25, 2.0], [1.0, 1.0]]}, **more)


def test_a_box_of_ones_own_without_a_docstring_shows_its_formula_with_names_and_numbers():
    stepper = stepper_of(Bump)
    screen = str(stepper.to("h"))
    assert "A node of the flow graph" not in screen  # the documentation of the class that it derives from
    assert "with the numbers of example 0" in screen
    assert f"= {stepper.values['h'][0, 0]:g}" in screen.partition("with the numbers")[2]
    assert "dJ/d" in str(stepper.to("h", "bprop"))


def test_a_box_whose_code_cannot_be_written_shows_its_numbers_all_the_same():
    stepper = stepper_of(Opaque).to("h", "bprop")
    assert "arrives" in str(stepper) and "sends" in str(stepper)


def test_the_example_and_the_others_add_up_to_the_sum_on_the_screen():
    stepper = stepper_of(bp.tanh, example=1).to("W", "bprop")
    arrays = {block.note.partition("), ")[2]: block.array for block in details(stepper) if isinstance(block, Numbers)}
    alone, others = arrays["from example 1 alone"], arrays["from the other 2 examples"]
    np.testing.assert_allclose(alone + others, arrays["the sum over all 3 examples"], rtol=1e-12)
    np.testing.assert_array_equal(arrays["the sum over all 3 examples"], stepper.gradients["W"])


@pytest.mark.parametrize(("weights", "part"), [(None, "1/3"), ([1.0, 3.0, 0.0], "0.75")])
def test_the_share_of_the_example_in_the_objective_is_said(weights, part):
    stepper = stepper_of(bp.tanh, example=1, weights=weights)
    assert share(stepper) == f"J is the mean loss of the 3 examples; the share of example 1 is {part}"
    assert share(stepper) in str(stepper.to("h", "bprop"))


def test_the_numbers_in_the_formula_are_those_of_the_chosen_example():
    stepper = stepper_of(bp.tanh, example=2).to("h", "bprop")
    formulas = [block.formula for block in details(stepper) if isinstance(block, Maths)]
    assert len(formulas) == 2 and all(one.mathml.startswith("<math") for one in formulas)
    last = [float(line.rpartition(" = ")[2]) for line in formulas[1].text.splitlines()]
    sent = next(b.array[2] for b in details(stepper) if isinstance(b, Numbers) and b.label.startswith("to "))
    np.testing.assert_allclose(last, sent, rtol=1e-3)
