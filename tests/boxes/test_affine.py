import numpy as np
import pytest

import bprop as bp
from bprop import boxes, errors


def test_linear_is_the_lectures_pre_activation(bare):
    h, W, b = np.array([[1.0, 2.0]]), np.array([[1.0, 0.0, -1.0], [2.0, 1.0, 0.0]]), np.array([10.0, 20.0, 30.0])
    np.testing.assert_array_equal(bare(boxes.Linear).fprop(h, W, b), [[15, 22, 29]])


def test_linears_gradients_are_the_lectures(bare, rng):
    h, W, b, grad = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=2), rng.normal(size=(4, 2))
    grad_h, grad_W, grad_b = bare(boxes.Linear).bprop(grad, None, h, W, b)
    for t in range(4):
        np.testing.assert_allclose(grad_h[t], W @ grad[t])
    np.testing.assert_allclose(grad_W, sum(np.outer(h[t], grad[t]) for t in range(4)))
    np.testing.assert_allclose(grad_b, sum(grad))


def test_positions_of_an_example_share_the_weights(bare, rng):
    h, W, b = rng.normal(size=(2, 5, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)
    grad, box = rng.normal(size=(2, 5, 2)), bare(boxes.Linear)
    flat = box.bprop(grad.reshape(10, 2), None, h.reshape(10, 3), W, b)
    whole = box.bprop(grad, None, h, W, b)
    np.testing.assert_allclose(whole[0].reshape(10, 3), flat[0])
    np.testing.assert_allclose(whole[1], flat[1])
    np.testing.assert_allclose(whole[2], flat[2])


def test_gradients_that_nobody_wants_are_not_computed(bare, rng):
    h, W, b, grad = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=2), rng.normal(size=(4, 2))
    grad_h, grad_W, grad_b = bare(boxes.Linear).bprop(grad, None, h, W, b, wanted=(False, True, False))
    assert grad_h is None and grad_b is None
    np.testing.assert_allclose(grad_W, h.T @ grad)


@pytest.mark.parametrize(
    ("h", "W", "b"),
    [
        ((4,), (5, 3), (3,)),  # h and W disagree
        ((4,), (4, 3), (4,)),  # W and b disagree
        ((4,), (4, 3), (1,)),  # b would broadcast
        ((4,), (4, 3), ()),
        ((4,), (4,), ()),  # W is no matrix
        ((), (1, 3), (3,)),  # h has no features
    ],
)
def test_shapes_that_are_not_a_layers_are_refused(h, W, b):
    with pytest.raises(errors.ShapeError, match="Linear"):
        bp.linear(bp.Input("h", h), bp.Parameter("W", W), bp.Parameter("b", b))


def test_linear_equals_matmul_plus_bias():
    x, W, b = bp.Input("x", (3,)), bp.Parameter("W", (3, 2)), bp.Parameter("b", (2,))
    graph = bp.Graph(outputs={"one": bp.linear(x, W, b), "two": x @ W + b})
    theta = graph.init(0) | {"b": np.array([0.5, -0.5])}
    values = graph.fprop(theta, x=np.arange(6.0).reshape(2, 3))
    np.testing.assert_array_equal(values["one"], values["two"])


def test_transposed_weights_give_the_same_as_linear():
    x, V, b = bp.Input("x", (3,)), bp.Parameter("V", (2, 3)), bp.Parameter("b", (2,))
    turned = bp.transpose(V, (1, 0))
    graph = bp.Graph(outputs={"one": bp.linear_transposed(x, V, b), "two": bp.linear(x, turned, b)})
    theta = graph.init(0) | {"b": np.array([0.5, -0.5])}
    values = graph.fprop(theta, x=np.arange(6.0).reshape(2, 3))
    np.testing.assert_allclose(values["one"], values["two"], rtol=1e-15)


def test_transposed_weights_of_another_shape_are_refused():
    with pytest.raises(errors.ShapeError, match="LinearTransposed"):
        bp.linear_transposed(bp.Input("h", (4,)), bp.Parameter("V", (4, 3)), bp.Parameter("b", (3,)))


@pytest.mark.parametrize("rows", [(), (7,), (7, 2)])
def test_the_shape_is_inferred_without_the_product(rows):
    h, W, b = bp.Input("h", (*rows, 5)), bp.Parameter("W", (5, 4)), bp.Parameter("b", (4,))
    V = bp.Parameter("V", (4, 5))
    assert bp.linear(h, W, b).dims == bp.linear_transposed(h, V, b).dims == ("N", *rows, 4)


class Turned(boxes.Linear):
    """h W^T + b, of square weights: a class that computes something else than the one it inherits from."""

    def fprop(self, h, W, b):
        return h @ W.T + b


class TurnedBack(boxes.LinearTransposed):
    """h V + b."""

    def fprop(self, h, V, b):
        return h @ V + b


@pytest.mark.parametrize("cls", [Turned, TurnedBack])
def test_a_class_that_inherits_may_compute_another_product(cls):
    square = bp.Parameter("W", (5, 5)), bp.Parameter("b", (5,))
    assert cls(bp.Input("h", (5,)), *square).dims == ("N", 5)
