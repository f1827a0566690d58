import numpy as np
import pytest

import bprop as bp
from bprop import boxes, errors


def test_a_wave_is_the_cosine_of_a_number_times_its_frequency_with_a_phase(bare):
    x, v, p = np.array([[2.0, 5.0]]), np.array([[0.25, 1.0], [0.0, 0.5]]), np.array([[0.0, 1.0], [1.0, -2.5]])
    waves = bare(boxes.Waves, scale=np.pi).fprop(x, v, p)
    np.testing.assert_allclose(waves, np.cos(np.pi * np.array([[[0.5, 3.0], [1.0, 0.0]]])), atol=1e-15)


def test_the_slope_of_a_wave_is_its_frequency_times_the_sine(bare):
    x, v, p = np.array([[0.5]]), np.array([[3.0]]), np.array([[0.25]])
    grad_x, grad_v, grad_p = bare(boxes.Waves, scale=2.0).bprop(np.ones((1, 1, 1)), None, x, v, p)
    slope = -2.0 * np.sin(3.5)
    np.testing.assert_allclose([grad_x[0, 0], grad_v[0, 0], grad_p[0, 0]], [3.0 * slope, 0.5 * slope, slope])


def test_each_group_has_weights_of_its_own(bare, rng):
    h, A = rng.normal(size=(5, 3, 4)), rng.normal(size=(3, 4, 2))
    each = bare(boxes.LinearEach).fprop(h, A)
    for d in range(3):
        np.testing.assert_allclose(each[:, d], h[:, d] @ A[d])


@pytest.mark.parametrize(("v", "p"), [((3, 4), (3, 4)), ((2, 4), (2, 5)), ((2,), (2,))])
def test_waves_of_other_shapes_are_refused(v, p):
    with pytest.raises(errors.ShapeError, match=r"x must be \(N, D\), v \(D, F\) and p \(D, F\)"):
        bp.waves(bp.Input("x", (2,)), bp.Parameter("v", v), bp.Parameter("p", p))


@pytest.mark.parametrize("A", [(3, 4, 2), (2, 3, 2), (2, 4)])
def test_groups_of_other_shapes_are_refused(A):
    with pytest.raises(errors.ShapeError, match=r"h must be \(N, D, F\) and A \(D, F, H\)"):
        bp.linear_each(bp.Input("h", (2, 4)), bp.Parameter("A", A))
