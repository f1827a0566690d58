"""What is seen on the way."""

import numpy as np
import pytest

import bprop as bp
from bprop.stepper.details import local_derivative


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
    for part in ("a = linear(x, W, b)", "h W + b.", "x  (N, 2), of which example 0\n      [1  0]",
                 "W  (2, 2)\n      [1  2]\n      [3  4]",
                 "value\n  a  (N, 2), of which example 0\n      [1.25  1.75]"):  # fmt: skip
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
    assert "d objective / d loss  (N,), of which example 0\n      0.5" in said
    assert "d objective / d multiply_1  ()\n      1" in said


def test_bprop_shows_what_arrives_the_local_derivative_and_what_is_sent(stepper):
    said = str(stepper.to("h", "bprop"))
    for part in ("tanh(a): derivative 1 - h^2 =", "arrives\n  d objective / d h", "d h / d a", "sends\n  to a  (N, 2)"):
        assert part in said
    value, grads = stepper.values["h"][0], stepper.gradients
    local = "  ".join(f"{v:.4g}" for v in 1 - value**2)
    assert f"d h / d a\n      [{local}]" in said
    sent = "  ".join(f"{v:.4g}" for v in grads["a"][0])
    assert f"to a  (N, 2), of which example 0\n      [{sent}]" in said


def test_gradients_of_several_parents_are_summed_before_the_eyes(stepper):
    stepper.to("l2_1", "bprop")
    assert rows(stepper)["W"] == ("value", "part")
    said = str(stepper.to("a", "bprop"))
    assert rows(stepper)["W"] == ("value", "gradient")
    assert "summed with what came before: d objective / d W" in said
    assert "to x\n      none: not on a way to a parameter" in said
    assert rows(stepper)["f"][1] == "none"


def test_a_box_without_a_gradient_of_its_own_says_why(stepper):
    line = next(line for line in str(stepper.run()).splitlines() if "softmax(d)" in line)
    assert "none" in line
    assert line.endswith("(no gradient: loss is computed from d directly)")
    unstable = bp.Graph(loss=stepper.graph.loss, stable=False)
    assert "no gradient:" not in str(
        bp.Stepper(unstable, {"W": np.eye(2), "b": [0.0, 0.0]}, {"x": np.eye(2), "y": [0, 1]})
    )


def numbers(said, label):
    """The array below the only line that begins with a label."""
    lines = said.splitlines()
    (place,) = (k for k, line in enumerate(lines) if line.strip().startswith(label))
    rows = []
    for line in lines[place + 1 :]:
        if not line.startswith("      "):
            break
        rows.append([float(figure) for figure in line.strip(" []").split()])
    return np.squeeze(rows)


@pytest.fixture
def linear_layers(rng):
    graph = bp.mlp([3, 4, 3], activation="tanh")
    data = {"x": rng.normal(size=(5, 3)), "y": [0, 1, 2, 1, 0]}
    return bp.Stepper(graph, graph.init(0), data, example=2)


def test_the_numbers_on_the_screen_add_up_for_a_weight(linear_layers):
    """What the formula needs is there, and its result for the example that is shown."""
    said = str(linear_layers.to("a2", "bprop"))
    h, W, grad = (numbers(said, label) for label in ("h = h1  ", "W = W2  ", "d objective / d a2  "))
    near = {"rtol": 2e-3, "atol": 2e-4}  # four figures are shown
    np.testing.assert_allclose(numbers(said, "to W2  (4, 3), from example 2 alone"), np.outer(h, grad), **near)
    np.testing.assert_allclose(numbers(said, "to h1  "), W @ grad, **near)
    np.testing.assert_allclose(numbers(said, "to b2  (3,), from example 2 alone"), grad, **near)
    whole = linear_layers.gradients["W2"]
    np.testing.assert_allclose(numbers(said, "to W2  (4, 3), the sum over all 5 examples"), whole, **near)


def test_the_shares_of_all_examples_add_up_to_the_gradient(linear_layers):
    total = np.zeros((3, 4))
    for example in range(5):
        linear_layers.example = example
        total += numbers(str(linear_layers.to("a1", "bprop")), f"to W1  (3, 4), from example {example} alone")
    np.testing.assert_allclose(total, linear_layers.gradients["W1"], rtol=5e-3, atol=1e-5)


def test_the_numbers_add_up_at_the_loss_and_at_tanh(linear_layers):
    said = str(linear_layers.to("loss", "bprop"))
    f, grad = numbers(said, "f  (N, 3)"), numbers(said, "d objective / d loss  ")
    np.testing.assert_allclose(numbers(said, "to a2  "), grad * (f - np.eye(3)[2]), rtol=2e-3, atol=1e-4)
    said = str(linear_layers.to("h1", "bprop"))
    h, grad = numbers(said, "h1  (N, 4)"), numbers(said, "d objective / d h1  ")
    np.testing.assert_allclose(numbers(said, "to a1  "), grad * (1 - h**2), rtol=2e-3, atol=1e-4)


def test_of_a_single_example_there_is_no_sum_to_tell_of(rng):
    graph = bp.mlp([3, 4, 3])
    said = str(bp.Stepper(graph, graph.init(0), {"x": rng.normal(size=(1, 3)), "y": [0]}).to("a2", "bprop"))
    assert "example 0 of 1" in said
    assert "of which" not in said
    assert "to W2  (4, 3)\n" in said


def test_the_local_derivative_is_that_of_boxes_that_work_element_by_element(stepper):
    def local(name):
        stepper.to(name, "bprop")
        return local_derivative(stepper, stepper.last.node, stepper.grads[stepper.last.node.slot])

    np.testing.assert_allclose(local("h"), 1 - stepper.values["h"] ** 2)
    assert set(np.unique(local("d"))) <= {0.0, 2.0}
    assert local("a") is None
    assert local("loss") is None


def test_softmax_is_not_element_by_element():
    x, W = bp.Input("x", (3,)), bp.Parameter("W", (3, 3))
    graph = bp.Graph(loss=bp.sum(bp.square(bp.softmax(x @ W, name="f")), axis=1))
    stepper = bp.Stepper(graph, graph.init(0), {"x": np.eye(3)}).to("f", "bprop")
    assert local_derivative(stepper, stepper.last.node, stepper.gradients["f"]) is None
    assert "local derivative" not in str(stepper)
