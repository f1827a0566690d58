import numpy as np
import pytest

import bprop as bp
from bprop import boxes

A, B = np.array([1.0, 5.0, 2.0, np.nan, -np.inf]), np.array([3.0, -1.0, 2.0, 1.0, np.inf])


@pytest.mark.parametrize(("cls", "reference"), [(boxes.Maximum, np.maximum), (boxes.Minimum, np.minimum)])
def test_the_one_that_wins_receives_the_gradient_and_a_tie_gives_half_to_each(bare, cls, reference):
    box, grad = bare(cls), np.array([1.0, 10.0, 100.0, 1000.0, 1e4])
    np.testing.assert_array_equal(box.fprop(A, B), reference(A, B))
    to_a, to_b = box.bprop(grad, None, A, B)
    wins = {boxes.Maximum: A > B, boxes.Minimum: A < B}[cls]
    expected = np.where(wins, grad, np.where(A == B, grad / 2, 0))
    np.testing.assert_array_equal(to_a, expected)
    np.testing.assert_array_equal(to_b[:3], (grad - expected)[:3])


def test_gradients_of_what_was_broadcast_are_summed(bare):
    a, b = np.array([[1.0, 5.0], [4.0, 2.0]]), np.array([3.0, 3.0])
    to_a, to_b = bare(boxes.Maximum).bprop(np.ones((2, 2)), None, a, b)
    np.testing.assert_array_equal(to_a, [[0, 1], [1, 0]])
    np.testing.assert_array_equal(to_b, [1, 1])


@pytest.mark.parametrize("condition", [np.array([True, False]), np.array([2, 0]), np.array([np.nan, 0.0])])
def test_where_takes_a_where_the_condition_is_not_0(bare, condition):
    box = bare(boxes.Where)
    np.testing.assert_array_equal(box.fprop(condition, np.array([1.0, np.nan]), np.array([np.inf, 2.0])), [1, 2])
    nothing, to_a, to_b = box.bprop(np.array([3.0, 4.0]), None, condition, np.ones(2), np.ones(2))
    assert nothing is None
    np.testing.assert_array_equal((to_a, to_b), [[3, 0], [0, 4]])


def test_what_is_not_chosen_stops_no_training():
    """A missing number may be NaN in the data: neither the value nor the gradient takes it up."""
    known, x, w = bp.Input("known", (), dtype="bool"), bp.Input("x"), bp.Parameter("w", ())
    graph = bp.Graph(loss=bp.square(bp.where(known, w * x, 1.0)))
    theta = {"w": np.array(2.0)}
    values = graph.fprop(theta, {"known": np.array([True, False]), "x": np.array([3.0, 0.0])})
    assert graph.bprop(values)["w"] == pytest.approx(2 * 6 * 3 / 2)
