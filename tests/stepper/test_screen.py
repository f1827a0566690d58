"""What is seen on the way."""

import numpy as np
import pytest

import bprop as bp
from bprop.stepper.screen import local_derivative


@pytest.fixture
def stepper():
    x, y = bp.Input("x", (2,)), bp.Input("y", (), dtype="int")
    W, b = bp.Parameter("W", (2, 2)), bp.Parameter("b", (2,))
    h = bp.dropout(bp.tanh(bp.linear(x, W, b, name="a"), name="h"), 0.5, name="d")
    graph = bp.Graph(loss=bp.nll(bp.softmax(h, name="f"), y, name="loss"), penalty=0.5 * bp.l2(W))
    theta = {"W": np.array([[1.0, 2.0], [3.0, 4.0]]), "b": np.array([0.25, -0.25])}
    return bp.Stepper(graph, theta, {"x": [[1.0, 0.0], [0.0, 0.125]], "y": [0, 1]})


def rows(stepper):
    """{box: (value, gradient)} of the table."""
    lines = str(stepper).splitlines()[2:]
    table = [line for line in lines[: lines.index("")] if "..." not in line]
    return {line[24:].split()[0]: (line[4:12].strip(), line[14:22].strip()) for line in table}


def test_at_the_start_only_leaves_have_values(stepper):
    assert "nothing is computed yet" in str(stepper)
    table = rows(stepper)
    assert table["x"] == ("value", "")
    assert table["W"] == ("value", "not yet")
    assert table["a"] == ("not yet", "not yet")


def test_fprop_shows_formula_children_and_value_of_the_example(stepper):
    said = str(stepper.step())
    for part in ("a = linear(x, W, b)", "h W + b.", "x  (N, 2)\n      [1  0]", "W  (2, 2)\n      [1  2]\n      [3  4]",
                 "value\n  a  (N, 2)\n      [1.25  1.75]"):  # fmt: skip
        assert part in said
    stepper.example = 1
    said = str(stepper)
    assert "example 1 of 2" in said
    assert "[0.625  0.25]" in said
    assert rows(stepper)["a"] == ("value", "not yet")
    assert "> value" in said


def test_noise_is_shown(stepper):
    assert "noise  handed over by the pass\n      [" in str(stepper.to("d"))


def test_a_box_computed_in_another_way_says_so(stepper):
    said = str(stepper.to("loss"))
    assert "fprop of loss (written nll(f, y))" in said
    assert "loss = cross_entropy(d, y)" in said


def test_bprop_begins_at_the_loss(stepper):
    said = str(stepper.run("fprop").step())
    assert "each example has its share" in said
    assert "d objective / d loss  (N,)\n      0.5" in said
    assert "d objective / d multiply_1  ()\n      1" in said


def test_bprop_shows_what_arrives_the_local_derivative_and_what_is_sent(stepper):
    said = str(stepper.to("h", "bprop"))
    for part in ("tanh(a): derivative 1 - h^2.", "arrives\n  d objective / d h", "d h / d a", "sends\n  to a  (N, 2)"):
        assert part in said
    value, grads = stepper.values["h"][0], stepper.gradients
    local = "  ".join(f"{v:.4g}" for v in 1 - value**2)
    assert f"d h / d a\n      [{local}]" in said
    sent = "  ".join(f"{v:.4g}" for v in grads["a"][0])
    assert f"to a  (N, 2)\n      [{sent}]" in said


def test_gradients_of_several_parents_are_summed_before_the_eyes(stepper):
    stepper.to("l2_1", "bprop")
    assert rows(stepper)["W"] == ("value", "part")
    said = str(stepper.to("a", "bprop"))
    assert rows(stepper)["W"] == ("value", "gradient")
    assert "summed with what came before: d objective / d W" in said
    assert "to x\n      none: not on a way to a parameter" in said
    assert rows(stepper)["f"][1] == ""


def test_the_local_derivative_is_that_of_boxes_that_work_element_by_element(stepper):
    def local(name):
        stepper.to(name, "bprop")
        return local_derivative(stepper, stepper.last.step, stepper.grads[stepper.last.step.slot])

    np.testing.assert_allclose(local("h"), 1 - stepper.values["h"] ** 2)
    assert set(np.unique(local("d"))) <= {0.0, 2.0}
    assert local("a") is None
    assert local("loss") is None


def test_softmax_is_not_element_by_element():
    x, W = bp.Input("x", (3,)), bp.Parameter("W", (3, 3))
    graph = bp.Graph(loss=bp.sum(bp.square(bp.softmax(x @ W, name="f")), axis=1))
    stepper = bp.Stepper(graph, graph.init(0), {"x": np.eye(3)}).to("f", "bprop")
    assert local_derivative(stepper, stepper.last.step, stepper.gradients["f"]) is None
    assert "local derivative" not in str(stepper)
