import numpy as np
import pytest

import bprop as bp
from bprop import boxes, errors
from bprop.boxes.elementwise import away_from_zero


@pytest.mark.parametrize(
    ("cls", "a", "value", "slope"),
    [
        (boxes.Exp, [0.0, 1.0], [1, np.e], [1, np.e]),
        (boxes.Log, [1.0, np.e], [0, 1], [1, 1 / np.e]),
        (boxes.Abs, [-3.0, 0.0, 2.0], [3, 0, 2], [-1, 0, 1]),
        (boxes.Square, [-3.0, 0.0, 2.0], [9, 0, 4], [-6, 0, 4]),
        (boxes.Sqrt, [4.0, 0.25], [2, 0.5], [0.25, 1]),
    ],
)
def test_values_and_derivatives(cls, a, value, slope, bare):
    a = np.array(a)
    found = bare(cls).fprop(a)
    np.testing.assert_allclose(found, value, rtol=1e-15)
    np.testing.assert_allclose(bare(cls).bprop(np.full_like(a, 2.0), found, a), 2 * np.array(slope), rtol=1e-15)


def test_clip_passes_the_gradient_inside_and_on_the_bounds_only(bare):
    a, box = np.array([-2.0, -1.0, 0.0, 3.0, 4.0]), bare(boxes.Clip, low=-1.0, high=3.0)
    np.testing.assert_array_equal(box.fprop(a), [-1, -1, 0, 3, 3])
    np.testing.assert_array_equal(box.bprop(np.full(5, 7.0), None, a), [0, 7, 7, 7, 0])


def test_clip_takes_its_bounds_by_position_or_keyword():
    a = bp.Input("a", (2,))
    assert bp.clip(a, -1.0, 1.0).hyper == bp.clip(a, low=-1, high=1).hyper == {"low": -1, "high": 1}
    one_sided = bp.clip(a, 0.0, float("inf"))
    np.testing.assert_array_equal(one_sided.fprop(np.array([-1.0, 1e300])), [0, 1e300])


def test_bounds_that_are_equal_clip_to_one_number():
    a = np.array([-1.0, 1.0, 2.0])
    np.testing.assert_array_equal(bp.clip(bp.Input("a"), 1.0, 1.0).fprop(a), [1.0, 1.0, 1.0])


def test_clip_refuses_bounds_that_cross():
    with pytest.raises(errors.BoxError, match="low"):
        bp.clip(bp.Input("a", (2,)), 1.0, 0.0)
    with pytest.raises(errors.BoxError, match="low"):
        bp.clip(bp.Input("a", (2,)), float("nan"), 0.0)


def test_inverse_pairs_are_the_identity_with_gradient_one():
    a = bp.Parameter("a", (3,))
    for there_and_back in (bp.log(bp.exp(a)), bp.sqrt(bp.square(a)), bp.exp(bp.log(a))):
        graph = bp.Graph(loss=bp.sum(bp.Input("x", (3,)) * there_and_back, axis=1))
        values = graph.fprop({"a": np.array([0.5, 1.0, 2.0])}, x=np.ones((1, 3)))
        assert values.objective == pytest.approx(3.5, rel=1e-14)
        np.testing.assert_allclose(graph.bprop(values)["a"], np.ones(3), rtol=1e-14)


def test_legal_inputs_for_boxes_with_a_kink_at_zero(rng):
    a = away_from_zero(rng, (1000,))
    assert 0.1 <= np.abs(a).min() < 0.2
    assert 1.9 < np.abs(a).max() <= 2
    assert (a > 0).any() and (a < 0).any()


def test_sine_and_cosine_are_each_others_slopes(bare):
    from bprop import boxes

    a, grad = np.array([0.0, 0.5, -2.0, 1e5]), np.array([1.0, 2.0, -3.0, 4.0])
    np.testing.assert_array_equal(bare(boxes.Sin).fprop(a), np.sin(a))
    np.testing.assert_array_equal(bare(boxes.Cos).fprop(a), np.cos(a))
    np.testing.assert_array_equal(bare(boxes.Sin).bprop(grad, None, a), grad * np.cos(a))
    np.testing.assert_array_equal(bare(boxes.Cos).bprop(grad, None, a), -grad * np.sin(a))
