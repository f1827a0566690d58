import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

import bprop as bp
from bprop import boxes, errors

OPERATIONS = {boxes.Add: np.add, boxes.Subtract: np.subtract, boxes.Multiply: np.multiply, boxes.Divide: np.divide}


def made(cls):
    return object.__new__(cls)


def numbers(shape, seed):
    rng = np.random.default_rng(seed)
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.5, 2.0, size=shape)


@pytest.mark.parametrize("cls", OPERATIONS, ids=lambda cls: cls.__name__)
@given(shapes=mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3), seed=st.integers(0, 99))
def test_broadcast_values_and_gradients(cls, shapes, seed):
    a, b = (numbers(shape, seed + i) for i, shape in enumerate(shapes.input_shapes))
    value = np.asarray(made(cls).fprop(a, b))
    np.testing.assert_array_equal(value, OPERATIONS[cls](a, b))
    assert value.shape == shapes.result_shape

    # bprop is the transpose of the derivative: <grad, d value> = <grad_a, d a> + <grad_b, d b>
    grad, da, db = numbers(value.shape, seed + 2), numbers(a.shape, seed + 3), numbers(b.shape, seed + 4)
    grad_a, grad_b = made(cls).bprop(grad, value, a, b)
    assert grad_a.shape == a.shape and grad_b.shape == b.shape
    change = {
        boxes.Add: da + db,
        boxes.Subtract: da - db,
        boxes.Multiply: da * b + a * db,
        boxes.Divide: da / b - a * db / b**2,
    }[cls]
    np.testing.assert_allclose((grad * change).sum(), (grad_a * da).sum() + (grad_b * db).sum(), atol=1e-10)


@given(
    leading=mutually_broadcastable_shapes(num_shapes=2, max_dims=2, max_side=3),
    sizes=st.tuples(*[st.integers(1, 3)] * 3),
    vectors=st.tuples(st.booleans(), st.booleans()),
)
def test_matmul_follows_numpys_rules_and_its_gradient_is_the_transpose(leading, sizes, vectors):
    n, d, h = sizes
    a = numbers((d,) if vectors[0] else (*leading.input_shapes[0], n, d), 1)
    b = numbers((d,) if vectors[1] else (*leading.input_shapes[1], d, h), 2)
    value = np.asarray(made(boxes.MatMul).fprop(a, b))
    np.testing.assert_array_equal(value, np.matmul(a, b))
    grad, da, db = numbers(value.shape, 3), numbers(a.shape, 4), numbers(b.shape, 5)
    grad_a, grad_b = made(boxes.MatMul).bprop(grad, value, a, b)
    assert grad_a.shape == a.shape and grad_b.shape == b.shape
    np.testing.assert_allclose((grad * (da @ b + a @ db)).sum(), (grad_a * da).sum() + (grad_b * db).sum(), atol=1e-10)


def test_matmul_computes_only_the_gradients_wanted(bare, rng):
    a, b, grad = rng.normal(size=(2, 3)), rng.normal(size=(3, 4)), rng.normal(size=(2, 4))
    grad_a, grad_b = bare(boxes.MatMul).bprop(grad, None, a, b, wanted=(False, True))
    assert grad_a is None
    np.testing.assert_allclose(grad_b, a.T @ grad)


def test_a_box_added_to_itself_doubles_the_gradient():
    W = bp.Parameter("W", (2,))
    graph = bp.Graph(loss=bp.sum(bp.Input("x", (2,)) * (W + W), axis=1))
    grads = graph.bprop(graph.fprop({"W": np.ones(2)}, x=[[1.0, 2.0]]))
    np.testing.assert_array_equal(grads["W"], [2, 4])


@pytest.mark.parametrize("exponent", [2.0, 3.0, 1.0, -1.0, 0.5])
def test_power_is_a_to_the_p_with_derivative_p_a_to_the_p_minus_1(exponent, bare):
    a, box = np.array([0.5, 2.0]), bare(boxes.Power, exponent=exponent)
    np.testing.assert_allclose(box.fprop(a), a**exponent)
    np.testing.assert_allclose(box.bprop(np.array([1.0, 10.0]), None, a), [1, 10] * (exponent * a ** (exponent - 1)))


@pytest.mark.parametrize(("exponent", "slope"), [(0.0, 0.0), (1.0, 1.0), (2.0, 0.0), (3.0, 0.0)])
def test_power_has_a_derivative_at_zero(exponent, slope, bare):
    zero = np.zeros(1)
    np.testing.assert_array_equal(bare(boxes.Power, exponent=exponent).bprop(np.ones(1), None, zero), [slope])


def test_a_box_to_the_power_of_a_box_is_exp_of_p_log_a():
    a, p = bp.Parameter("a", (2,)), bp.Parameter("p", (2,))
    graph = bp.Graph(loss=bp.sum(bp.Input("x", (2,)) * a**p, axis=1))
    theta = {"a": np.array([2.0, 3.0]), "p": np.array([3.0, -1.0])}
    values = graph.fprop(theta, x=[[1.0, 1.0]])
    assert values.objective == pytest.approx(8 + 1 / 3, rel=1e-14)
    grads = graph.bprop(values)
    np.testing.assert_allclose(grads["a"], [3 * 2**2, -1 / 9], rtol=1e-14)
    np.testing.assert_allclose(grads["p"], [8 * np.log(2), np.log(3) / 3], rtol=1e-14)


def test_shapes_that_do_not_broadcast_are_refused():
    x, b = bp.Input("x", (3,)), bp.Parameter("b", (2,))
    for make in (bp.add, bp.subtract, bp.multiply, bp.divide, bp.matmul):
        with pytest.raises(errors.ShapeError, match=r"a=Input 'x' \(N, 3\), b=Parameter 'b' \(2,\)"):
            make(x, b)


def test_a_side_that_fits_only_one_size_of_batch_is_refused():
    with pytest.raises(errors.ShapeError):
        bp.Input("x", (3,)) + np.ones((2, 3))


def test_an_exponent_is_a_number():
    with pytest.raises(errors.BoxError, match="exponent must be float"):
        bp.power(bp.Input("x", (3,)), "2")


class Gram(boxes.MatMul):
    """a @ b^T."""

    def fprop(self, a, b):
        return a @ b.T


def test_the_shape_of_a_product_is_inferred_without_computing_it():
    shapes = [
        ((4, 5), (5, 6)),
        ((3, 4, 5), (3, 5, 6)),
        ((2, 1, 4, 5), (3, 5, 6)),
        ((5,), (5, 6)),
        ((4, 5), (5,)),
        ((5,), (5,)),
    ]
    for a, b in shapes:
        made = bp.Parameter("a", a) @ bp.Parameter("b", b)
        assert made.dims == (np.zeros(a) @ np.zeros(b)).shape
    assert (bp.Input("x", (5,)) @ bp.Parameter("b", (5,))).dims == ("N",)
    assert Gram(bp.Input("x", (5,)), bp.Parameter("b", (5, 5))).dims == ("N", 5)  # a class that inherits
    assert Gram(bp.Input("x", (5,)), bp.Parameter("b", (7, 5))).dims == ("N", 7)


def test_a_product_that_does_not_fit_is_refused_as_numpy_says_it():
    for a, b in (((4, 5), (4, 6)), ((), (5,)), ((5,), ()), ((4, 5), (4,)), ((2, 4, 5), (3, 5, 6))):
        with pytest.raises(errors.ShapeError):
            bp.Parameter("a", a) @ bp.Parameter("b", b)


@pytest.mark.parametrize(
    ("a", "b"),
    [((3, 4), (4, 5)), ((7, 3, 4), (4, 5)), ((2, 1, 3, 4), (6, 4, 5)), ((4,), (4, 5)), ((3, 4), (4,)), ((4,), (4,))],
)
def test_the_size_of_a_product_is_known_from_the_shapes(a, b):
    assert boxes.MatMul.size_limit({}, [a, b]) == np.matmul(np.ones(a), np.ones(b)).size


def test_the_size_of_a_product_of_numbers_is_that_of_the_larger():
    assert boxes.MatMul.size_limit({}, [(3, 4), ()]) == bp.Box.size_limit({}, [(3, 4), ()])
