"""Array functions that few boxes use, in ONNX: the runtime computes what NumPy computes."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.backward.primitives import Place
from bprop.namespace import namespace
from bprop.onnx import to_onnx

onnx = pytest.importorskip("onnx", reason="exporting needs the package onnx")
ort = pytest.importorskip("onnxruntime", reason="the runtime is the judge here")

X = np.array([[-3.0, 0.5, 2.0, 7.0], [1.0, -1.0, 0.0, 0.25], [4.0, 4.0, -0.5, -6.0]])


def model_of(compute):
    """A model of one box, out = compute(xp, x)."""

    def fprop(self, a):
        return compute(namespace(a), a)

    def bprop(self, grad, value, a):
        raise NotImplementedError

    own = type("Own", (bp.Box,), {"fprop": fprop, "bprop": bprop, "__module__": __name__})
    return bp.Model(bp.Graph(outputs={"out": own(bp.Input("x", (4,)))}), {})


def run(compute, x):
    made = to_onnx(model_of(compute))
    session = ort.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(["out"], {"x": x.astype("float32")})[0], [node.op_type for node in made.graph.node]


def same(compute, operators=None, x=X):
    found, written = run(compute, x)
    expected = np.asarray(compute(np, x))
    assert found.shape == expected.shape
    assert found.dtype == {"f": "float32", "i": "int64", "b": "bool"}[expected.dtype.kind]
    np.testing.assert_allclose(found, expected, rtol=3e-6, atol=1e-6)
    if operators is not None:
        assert [one for one in written if one != "Identity"] == operators


@pytest.mark.filterwarnings("ignore:invalid value encountered in logaddexp")
def test_logaddexp_of_two_arrays_holds_for_infinities_too():
    far = np.array([[np.inf, -np.inf, 500.0, -500.0], [np.inf, -np.inf, 1.0, 1e-3], [3.0, 3.0, -80.0, 80.0]])
    other = np.array([np.inf, -np.inf, 499.0, 2.0])
    same(lambda xp, a: xp.logaddexp(a, other), x=far)
    same(lambda xp, a: xp.logaddexp(other, a), x=X)
    same(lambda xp, a: xp.logaddexp(a, 1.0))
    same(lambda xp, a: xp.logaddexp(a, 0.0), ["Softplus"])


def test_a_choice_between_truth_values_is_made_by_logic():
    same(lambda xp, a: xp.where(a > 0, a < 1, a < -1))
    same(lambda xp, a: xp.where(a[:, 0] > 0, a[:, 1] > 0, a[:, 2] > 0))
    same(lambda xp, a: xp.where(a > 0, a, -2.0 * a), ["Greater", "Mul", "Where"])


def test_bounds_may_be_numbers_or_arrays():
    low, high = np.array([-1.0, 0.0, 1.0, -7.0]), np.array([0.0, 0.5, 1.5, -5.0])
    same(lambda xp, a: xp.clip(a, -1.0, 2.0), ["Clip"])
    same(lambda xp, a: xp.clip(a, None, 0.5), ["Clip"])
    same(lambda xp, a: xp.clip(a, 0.5, None), ["Clip"])
    same(lambda xp, a: xp.clip(a, low, 6.0))
    same(lambda xp, a: xp.clip(a, -4.0, high))
    same(lambda xp, a: xp.clip(a, low, high))
    same(lambda xp, a: xp.clip((a * 2).astype(np.int64), -1, 3))


@pytest.mark.parametrize("exponent", [0.5, 1, 2, 3, -1, -2.0])
def test_powers(exponent):
    positive = np.abs(X) + 0.5
    same(lambda xp, a: a**exponent, x=positive)
    same(lambda xp, a: xp.power(a, exponent), x=positive)
    same(lambda xp, a: 1.5**a, x=positive)
    names = {"Pow"} & set(run(lambda xp, a: a**exponent, positive)[1])
    assert names == (set() if exponent in (1, 2) else {"Pow"})


def test_differences_and_their_truth():
    same(lambda xp, a: xp.not_equal(a, 4.0), ["Equal", "Not"])
    same(lambda xp, a: xp.logical_not(a > 0), ["Greater", "Not"])
    with pytest.raises(errors.UnsupportedError, match="ONNX lacks the array operation 'xor'"):
        to_onnx(model_of(lambda xp, a: ~(a * 2).astype(np.int64)))
    same(lambda xp, a: xp.isnan(xp.where(a > 1, xp.nan, a)))


def test_places_of_the_largest_and_the_smallest():
    same(lambda xp, a: xp.argmax(a, axis=1), ["ArgMax"])
    same(lambda xp, a: xp.argmin(a, axis=-2), ["ArgMin"])
    same(lambda xp, a: xp.argmax(a))
    same(lambda xp, a: xp.argmin(a[:, :2]))


def test_sums_so_far_of_numbers_whole_numbers_and_truth_values():
    same(lambda xp, a: xp.cumsum(a, axis=0), ["CumSum"])
    same(lambda xp, a: xp.cumsum(a, axis=-1), ["CumSum"])
    same(lambda xp, a: xp.cumsum((2 * a).astype(np.int64), axis=1))
    same(lambda xp, a: xp.cumsum(a > 0, axis=1))


def test_rows_and_elements_are_taken_by_their_numbers():
    order = np.array([[2, 0], [1, 3]])
    same(lambda xp, a: xp.take(a, np.array([1, 0, 1]), axis=0), ["Gather"])
    same(lambda xp, a: xp.take(a, order, axis=-1), ["Gather"])
    same(lambda xp, a: xp.take(a, order, axis=1), ["Gather"])
    same(lambda xp, a: a[xp.argmin(a, axis=0)], ["ArgMin", "Gather"])
    with pytest.raises(errors.UnsupportedError, match="an array as an index: use take"):
        to_onnx(model_of(lambda xp, a: a[np.array([1, 1])]))
    same(lambda xp, a: xp.take_along_axis(a, xp.argmin(a, axis=1)[:, None], axis=-1))
    same(lambda xp, a: xp.take_along_axis(a, xp.argmin(a, axis=0)[None, :], axis=0))

    def last(xp, a):  # the default, which NumPy has from 2.3 on
        wide = xp.stack([a, -a, 2.0 * a], axis=1)
        axis = {"axis": -1} if xp is np else {}
        return xp.take_along_axis(wide, xp.argmax(wide, axis=-1)[:, :, None], **axis)

    same(last)


def test_axes_are_added_and_arrays_are_stacked():
    same(lambda xp, a: xp.expand_dims(a, 0), ["Unsqueeze"])
    same(lambda xp, a: xp.expand_dims(a, -1), ["Unsqueeze"])
    same(lambda xp, a: xp.stack([a, 2.0 * a], axis=0))
    same(lambda xp, a: xp.stack([a, 2.0 * a], axis=-1))
    same(lambda xp, a: xp.concatenate([a, 2.0 * a, -a], axis=-1))


def test_statistics_of_whole_numbers_and_truth_values():
    same(lambda xp, a: xp.mean(a > 0, axis=1))
    same(lambda xp, a: xp.mean((4 * a).astype(np.int64), axis=0, keepdims=True))
    same(lambda xp, a: xp.prod((2 * a).astype(np.int64), axis=1))
    same(lambda xp, a: xp.prod(a, axis=1), ["ReduceProd"])
    same(lambda xp, a: xp.any(a > 3, axis=1))
    same(lambda xp, a: xp.all(a < 5, axis=0, keepdims=True))
    same(lambda xp, a: (a > 0) == (a < 1))


def test_products_of_matrices():
    same(lambda xp, a: a @ a.T, ["Transpose", "MatMul"])
    same(lambda xp, a: xp.matmul(a, np.arange(8.0).reshape(4, 2)), ["MatMul"])
    same(lambda xp, a: xp.dot(a, np.arange(4.0)), ["MatMul"])
    with pytest.raises(errors.UnsupportedError, match="a product of matrices of whole numbers"):
        to_onnx(model_of(lambda xp, a: (a.astype(np.int64) @ np.ones((4, 2), np.int64)).astype(a.dtype)))


def test_sizes_that_depend_on_the_number_of_examples():
    for count in (1, 2, 3):
        x = X[:count]
        same(lambda xp, a: a * (2 * a.shape[0] + 1), x=x)
        same(lambda xp, a: a / a.shape[0], x=x)
        same(lambda xp, a: a + xp.arange(a.shape[0])[:, None], x=x)
        same(lambda xp, a: xp.zeros((a.shape[0], 2 * a.shape[0])) + a[:, :1], x=x)
        same(lambda xp, a: a.reshape((2 * a.shape[0], 2)), x=x)
        same(lambda xp, a: (a @ a.T).reshape((a.shape[0], a.shape[0], 1)), x=x)
        same(lambda xp, a: (a @ a.T).reshape(-1), x=x)


def test_any_and_all_along_an_axis_drop_it_unless_it_is_asked_for():
    for name in ("any", "all"):
        same(lambda xp, a, name=name: getattr(xp, name)(a > 0, axis=1))
        same(lambda xp, a, name=name: getattr(xp, name)(a > 0, axis=1, keepdims=True))


def test_numbers_along_an_axis_of_fixed_length_are_a_constant():
    same(lambda xp, a: a * xp.arange(a.shape[1]).astype(a.dtype), ["Cast", "Mul"])  # and no Range


def test_an_array_amid_zeros_has_as_many_after_it_as_are_left():
    x = bp.Input("x", (2,))
    graph = bp.Graph(outputs={"out": Place(x, x, shape=("N", 7), index=(slice(None), slice(1, 3)))})
    made = to_onnx(bp.Model(graph, {}))
    session = ort.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    (found,) = session.run(["out"], {"x": X[:, :2].astype("float32")})
    np.testing.assert_array_equal(found, np.pad(X[:, :2], ((0, 0), (1, 4))))
