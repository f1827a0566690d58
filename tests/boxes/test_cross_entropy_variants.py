import numpy as np
import pytest

import bprop as bp
from bprop import boxes, errors

A, Y = np.array([[2.0, -1.0, 0.5], [0.0, 0.0, 3.0]]), np.array([0, 1])


def softmax(a):
    e = np.exp(a - a.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def test_smoothed_labels_share_a_part_of_the_probability_evenly(bare):
    t = 0.7 * np.eye(3)[Y] + 0.1
    box = bare(boxes.LabelSmoothing, smoothing=0.3)
    np.testing.assert_allclose(box.fprop(A, Y), -(t * np.log(softmax(A))).sum(axis=1), rtol=1e-14)
    np.testing.assert_allclose(box.bprop(np.ones(2), None, A, Y)[0], softmax(A) - t, atol=1e-15)


def test_without_smoothing_it_is_the_cross_entropy(bare):
    box, same = bare(boxes.LabelSmoothing, smoothing=0.0), bare(boxes.CrossEntropy)
    np.testing.assert_allclose(box.fprop(A, Y), same.fprop(A, Y), rtol=1e-14)


def test_scores_of_minus_infinity_are_no_matter_without_smoothing(bare):
    a = np.array([[0.0, -np.inf]])
    assert bare(boxes.LabelSmoothing, smoothing=0.0).fprop(a, np.array([0])) == 0
    assert bare(boxes.LabelSmoothing, smoothing=0.1).fprop(a, np.array([0])) == np.inf


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
def test_focal_loss_weighs_the_cross_entropy_by_what_is_missing_to_certainty(bare, gamma):
    p = softmax(A)[[0, 1], Y]
    np.testing.assert_allclose(bare(boxes.Focal, gamma=gamma).fprop(A, Y), -((1 - p) ** gamma) * np.log(p), rtol=1e-13)


def test_focal_loss_of_what_is_certain_is_0_with_a_gradient_of_0(bare):
    a = np.array([[1000.0, 0.0]])
    for gamma in (0.0, 0.5, 2.0):
        box = bare(boxes.Focal, gamma=gamma)
        assert box.fprop(a, np.array([0])) == 0
        np.testing.assert_array_equal(box.bprop(np.ones(1), None, a, np.array([0]))[0], 0)
        assert box.fprop(a, np.array([1])) == pytest.approx(1000)


@pytest.mark.parametrize(("make", "wrong"), [(bp.label_smoothing, 1.0), (bp.label_smoothing, -0.1), (bp.focal, -1.0)])
def test_illegal_settings_are_refused(make, wrong):
    with pytest.raises(errors.SettingError, match=str(wrong)):
        make(bp.Input("a", (3,)), bp.Input("y", dtype="int"), wrong)


@pytest.mark.parametrize("loss", ["focal", "label_smoothing"])
def test_a_perceptron_ends_in_probabilities(loss):
    graph = bp.mlp([2, 3], loss=loss)
    assert isinstance(graph.outputs["f"], bp.Softmax)
