import numpy as np
import pytest

import bprop as bp
from bprop import boxes, errors


def test_softmax_of_known_pre_activations(bare):
    f = bare(boxes.Softmax).fprop(np.log([[1.0, 2.0, 5.0], [3.0, 3.0, 3.0]]))
    np.testing.assert_allclose(f, [[1 / 8, 2 / 8, 5 / 8], [1 / 3, 1 / 3, 1 / 3]], rtol=1e-14)


def test_softmax_is_a_distribution_that_a_common_shift_does_not_change(bare, rng):
    a = rng.normal(size=(5, 2, 4))
    f = bare(boxes.Softmax).fprop(a)
    np.testing.assert_allclose(f.sum(axis=-1), 1, rtol=1e-14)
    np.testing.assert_allclose(bare(boxes.Softmax).fprop(a + 100), f, rtol=1e-12)


def test_huge_pre_activations_neither_overflow_nor_warn(bare):
    a = np.array([[1000.0, 0.0, -1000.0], [-1000.0, -1000.0, -1001.0]])
    f, log_f = bare(boxes.Softmax).fprop(a), bare(boxes.LogSoftmax).fprop(a)
    np.testing.assert_array_equal(f[0], [1, 0, 0])
    np.testing.assert_allclose(f[1], np.array([1, 1, np.exp(-1)]) / (2 + np.exp(-1)), rtol=1e-14)
    np.testing.assert_array_equal(log_f[0], [0, -1000, -2000])
    for cls, value in ((boxes.Softmax, f), (boxes.LogSoftmax, log_f)):
        assert np.isfinite(bare(cls).bprop(np.ones_like(a), value, a)).all()


def test_log_softmax_is_the_logarithm_of_softmax(bare, rng):
    a = rng.normal(size=(4, 5))
    np.testing.assert_allclose(bare(boxes.LogSoftmax).fprop(a), np.log(bare(boxes.Softmax).fprop(a)), rtol=1e-12)


def test_the_derivative_of_softmax_is_its_jacobian(bare, rng):
    a, grad = rng.normal(size=(1, 4)), rng.normal(size=(1, 4))
    f = bare(boxes.Softmax).fprop(a)
    jacobian = np.diag(f[0]) - np.outer(f[0], f[0])
    np.testing.assert_allclose(bare(boxes.Softmax).bprop(grad, f, a)[0], jacobian @ grad[0], atol=1e-15)


def test_a_gradient_equal_for_all_classes_moves_nothing(bare, rng):
    a = rng.normal(size=(3, 4))
    value = bare(boxes.Softmax).fprop(a)
    np.testing.assert_allclose(bare(boxes.Softmax).bprop(np.full((3, 4), 5.0), value, a), 0, atol=1e-15)


@pytest.mark.parametrize("make", [bp.softmax, bp.log_softmax])
def test_the_classes_need_an_axis_and_it_is_not_the_batch(make):
    for a in (bp.Parameter("a", ()), bp.Input("a", ())):
        with pytest.raises(errors.ShapeError, match="classes"):
            make(a)
    assert make(bp.Parameter("a", (3,))).dims == (3,)


def test_the_gradient_of_an_almost_certain_class_is_not_lost(bare):
    box, a = bare(boxes.Softmax), np.array([[0.0, -50.0]])
    value = box.fprop(a)
    for grad, sign in (([[1.0, 0.0]], 1.0), ([[0.0, 1.0]], -1.0)):
        sent = box.bprop(np.array(grad), value, a)
        np.testing.assert_allclose(sent, [[sign * np.exp(-50.0), -sign * np.exp(-50.0)]], rtol=1e-12)


def test_in_onnx_they_are_along_the_last_axis(op):
    a = bp.Input("a", (4, 3))
    assert bp.softmax(a).onnx(op, "a") == ("Softmax", "a", {"axis": -1})
    assert bp.log_softmax(a).onnx(op, "a") == ("LogSoftmax", "a", {"axis": -1})
