"""Boxes that write their ONNX operators themselves, by a method `onnx`."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors

onnx = pytest.importorskip("onnx", reason="exporting needs the package onnx")
ort = pytest.importorskip("onnxruntime", reason="the runtime is the judge here")


class Own(bp.Box):
    """A box whose fprop does not tell what it is in ONNX: only its method `onnx` can be right."""

    shift: float = 1.0

    def fprop(self, a):
        return a + float("nan")

    def bprop(self, grad, value, a):
        return grad


def own(method, **members):
    return type("Own_", (Own,), {"onnx": method, "fprop": Own.fprop, "__module__": __name__, **members})


def exported(*boxes):
    return bp.to_onnx(bp.Model(bp.Graph(outputs={f"o{i}": box for i, box in enumerate(boxes)}), {}))


def run(made, **inputs):
    session = ort.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, inputs)


X = np.array([[-2.0, 0.5], [1.0, 3.0]], "float32")


@pytest.mark.parametrize(("method", "expected"), [
    (lambda self, op, a: a * op.Sigmoid(a) + self.shift, X / (1 + np.exp(-X)) + 3),
    (lambda self, op, a: 1 - a, 1 - X), (lambda self, op, a: 2 / a - -a, 2 / X + X),
    (lambda self, op, a: 3 * (a - 1), 3 * (X - 1)), (lambda self, op, a: a @ op.Transpose(a, perm=[1, 0]), X @ X.T),
    (lambda self, op, a: op.Where(a > 1, a, -a), np.where(X > 1, X, -X)),
    (lambda self, op, a: op.Where(a < 1, a, -a), np.where(X < 1, X, -X)),
    (lambda self, op, a: op.Where(a >= 1, a, -a), np.where(X >= 1, X, -X)),
    (lambda self, op, a: op.Where(a <= 1, a, 0), np.where(X <= 1, X, 0)),
    (lambda self, op, a: op.ReduceSum(a, [1], keepdims=0), X.sum(axis=1)),
    (lambda self, op, a: op.Clip(a, None, 1.0), np.minimum(X, 1)),
    (lambda self, op, a: a + np.array([10.0, 20.0]), X + np.float32([10, 20])),
])  # fmt: skip
def test_a_method_names_operators_and_uses_signs(method, expected):
    made = exported(own(method)(bp.Input("x", (2,)), shift=3.0))
    np.testing.assert_allclose(run(made, x=X)[0], expected, rtol=1e-6)


class Rows(bp.Box):
    """W[k] + k."""

    def fprop(self, W, k):
        return W * float("nan")

    def bprop(self, grad, value, W, k):
        return grad, None

    def onnx(self, op, W, k):
        return op.Gather(W, k.whole, axis=0) + k


def test_whole_numbers_come_as_numbers_of_the_value_or_as_they_are():
    made = exported(Rows(bp.Input("w"), bp.Input("k", (), dtype="int")))
    found = run(made, w=np.float32([5, 6, 7]), k=np.array([2, 0, 1]))[0]
    np.testing.assert_array_equal(found, np.float32([9, 5, 7]))


class Other(bp.boxes.Elu):
    """Computes something else, so that the operator of its parent is not its own."""

    def fprop(self, a):
        return a + self.alpha


def test_a_class_with_an_fprop_of_its_own_is_translated_from_it():
    np.testing.assert_array_equal(run(exported(Other(bp.Input("x", (2,)), alpha=3.0)), x=X)[0], X + 3)


def test_a_class_that_inherits_fprop_inherits_the_operator():
    class Same(bp.boxes.Elu):
        pass

    assert [node.op_type for node in exported(Same(bp.Input("x"))).graph.node] == ["Elu"]


@pytest.mark.parametrize(("method", "reason"), [
    ("a * Sigmoid(a)", "its `onnx` is a str: leave it out"),
    (lambda self, op, a: a if a > 0 else -a, "has no value yet"),
    (lambda self, op, a: None, "must return a tensor.*not NoneType"),
    (lambda self, op, a: self.absent, "AttributeError"),
])  # fmt: skip
def test_a_method_that_gives_no_tensor_is_refused(method, reason):
    with pytest.raises(errors.UnsupportedError, match=rf"'o' \(Own_\) cannot be written in ONNX: .*{reason}"):
        exported(own(method)(bp.Input("x"), name="o"))


def test_a_child_that_is_the_value_is_no_other_box():
    h = bp.tanh(bp.Input("x"), name="h")
    made = exported(own(lambda self, op, a: a)(h), h)
    assert len({node.output[0] for node in made.graph.node}) == len(made.graph.node)
    np.testing.assert_array_equal(*run(made, x=X[0]))
