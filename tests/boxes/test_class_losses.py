from math import exp, log

import numpy as np
import pytest

import bprop as bp
from bprop import boxes, errors

ONE = np.ones(1)


def test_nll_is_minus_log_f_y_with_the_lectures_partial_derivative(bare):
    f, y = np.array([[0.2, 0.5, 0.3], [0.1, 0.1, 0.8]]), np.array([1, 2])
    value = bare(boxes.Nll).fprop(f, y)
    np.testing.assert_allclose(value, [-log(0.5), -log(0.8)], rtol=1e-15)
    grad, of_y = bare(boxes.Nll).bprop(np.array([1.0, 10.0]), value, f, y)
    np.testing.assert_allclose(grad, [[0, -1 / 0.5, 0], [0, 0, -10 / 0.8]], rtol=1e-15)
    assert of_y is None


def test_cross_entropys_gradient_is_f_minus_e_y(bare, rng):
    a, y = rng.normal(size=(4, 3)), np.array([0, 2, 1, 1])
    f = np.exp(a) / np.exp(a).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(bare(boxes.CrossEntropy).fprop(a, y), -np.log(f[np.arange(4), y]), rtol=1e-13)
    grad, _ = bare(boxes.CrossEntropy).bprop(np.ones(4), None, a, y)
    np.testing.assert_allclose(grad, f - np.eye(3)[y], atol=1e-15)


def test_cross_entropy_of_huge_pre_activations_is_exact(bare):
    a, y = np.array([[1000.0, 0.0], [1000.0, 0.0]]), np.array([0, 1])
    np.testing.assert_array_equal(bare(boxes.CrossEntropy).fprop(a, y), [0, 1000])
    np.testing.assert_array_equal(bare(boxes.CrossEntropy).bprop(np.ones(2), None, a, y)[0], [[0, 0], [1, -1]])


def test_losses_of_several_labels_an_example_add_up(bare, rng):
    a, y = rng.normal(size=(2, 3, 4)), rng.integers(4, size=(2, 3))
    for cls in (boxes.CrossEntropy, boxes.MulticlassHinge):
        each = bare(cls).fprop(a.reshape(6, 4), y.reshape(6)).reshape(2, 3)
        np.testing.assert_allclose(bare(cls).fprop(a, y), each.sum(axis=1), rtol=1e-14)


def test_binary_cross_entropy_is_the_definition_and_its_gradient_p_minus_y(bare):
    box = bare(boxes.BinaryCrossEntropy)
    a, y = np.array([[0.5, -1.0]]), np.array([[1.0, 0.25]])
    p = 1 / (1 + np.exp(-a))
    value = box.fprop(a, y)
    np.testing.assert_allclose(value, (-y * np.log(p) - (1 - y) * np.log(1 - p)).sum(axis=1), rtol=1e-14)
    grad_a, grad_y = box.bprop(ONE, value, a, y)
    np.testing.assert_allclose(grad_a, p - y, rtol=1e-14)
    np.testing.assert_allclose(grad_y, -a, rtol=1e-14)


def test_binary_cross_entropy_of_huge_pre_activations_neither_overflows_nor_warns(bare):
    box, a = bare(boxes.BinaryCrossEntropy), np.array([1000.0, 1000.0, -1000.0, -1000.0])
    y = np.array([1, 0, 1, 0])
    np.testing.assert_array_equal(box.fprop(a, y), [0, 1000, 1000, 0])
    np.testing.assert_array_equal(box.bprop(np.ones(4), None, a, y)[0], [0, 1, -1, 0])


def test_binary_cross_entropy_is_cross_entropy_of_two_classes(bare, rng):
    a, y = rng.normal(size=6), rng.integers(2, size=6)
    two = bare(boxes.CrossEntropy).fprop(np.stack([np.zeros(6), a], axis=1), y)
    np.testing.assert_allclose(bare(boxes.BinaryCrossEntropy).fprop(a, y), two, rtol=1e-13)


def test_hinge_is_zero_beyond_the_margin_and_linear_before_it(bare):
    box, a, y = bare(boxes.Hinge), np.array([2.0, 0.25, -3.0, -2.0]), np.array([1.0, 1, 1, -1])
    np.testing.assert_array_equal(box.fprop(a, y), [0, 0.75, 4, 0])
    np.testing.assert_array_equal(box.bprop(np.full(4, 2.0), None, a, y)[0], [0, -2, -2, 0])


def test_multiclass_hinge_compares_the_label_with_its_best_rival(bare):
    box = bare(boxes.MulticlassHinge)
    a, y = np.array([[3.0, 1.0, 0.0], [1.0, 1.5, 0.0], [0.0, 2.0, 5.0]]), np.array([0, 0, 1])
    np.testing.assert_array_equal(box.fprop(a, y), [0, 1.5, 4])
    grad, _ = box.bprop(np.ones(3), None, a, y)
    np.testing.assert_array_equal(grad, [[0, 0, 0], [-1, 1, 0], [0, -1, 1]])


def test_rivals_that_tie_share_the_gradient(bare):
    grad, _ = bare(boxes.MulticlassHinge).bprop(ONE, None, np.array([[1.0, 2.0, 2.0]]), np.array([0]))
    np.testing.assert_array_equal(grad, [[-1, 0.5, 0.5]])


def test_the_hinge_function_chooses_by_the_shapes():
    assert type(bp.hinge(bp.Input("a", (3,)), bp.Input("y", (), "int"))) is boxes.MulticlassHinge
    assert type(bp.hinge(bp.Input("a", ()), bp.Input("y", ()))) is boxes.Hinge
    assert type(bp.hinge(bp.Input("a", (3,)), bp.Input("y", (3,)))) is boxes.Hinge
    with pytest.raises(errors.ShapeError):
        bp.hinge(bp.Input("a", (3,)), bp.Input("y", (2,)))


def test_predictions_are_in_the_targets_units(bare):
    said = np.array([-0.5, 0.5])
    np.testing.assert_array_equal(bare(boxes.BinaryCrossEntropy).prediction(said), [False, True])
    np.testing.assert_array_equal(bare(boxes.Hinge).prediction(said), [-1, 1])


@pytest.mark.parametrize(
    ("make", "wrong", "limits"),
    [(bp.binary_cross_entropy, 1.5, "0..1"), (bp.binary_cross_entropy, -1, "0..1"), (bp.hinge, 2, "-1..1")],
)
def test_targets_out_of_range_are_refused(make, wrong, limits):
    graph = bp.Graph(loss=make(bp.Input("a", ()), bp.Input("y", ())))
    with pytest.raises(errors.DataError, match=f"row 1 is outside {limits}"):
        graph.fprop({}, a=[0.0, 0.0], y=[1, wrong])


def test_a_probability_of_one_costs_nothing_and_of_exp_minus_7_costs_7_nats(bare):
    assert bare(boxes.Nll).fprop(np.array([[1.0, 0.0]]), np.array([0]))[0] == 0
    assert bare(boxes.Nll).fprop(np.array([[exp(-7), 1 - exp(-7)]]), np.array([0]))[0] == pytest.approx(7)


@pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
def test_nll_trains_where_the_probability_of_another_class_is_0(engine):
    pytest.importorskip({"native": "llvmlite", "xla": "jax"}.get(engine, "numpy"))
    x, y, w = bp.Input("x", (2,)), bp.Input("y", (), dtype="int"), bp.Parameter("w", (2,))
    graph = bp.Graph(loss=bp.nll(bp.softmax(x * w), y), stable=False)
    data, params = {"x": np.array([[800.0, 0.0]]), "y": [0]}, {"w": np.ones(2)}
    run = bp.train(graph, data, params=params, epochs=1, engine=engine, progress=False)
    np.testing.assert_array_equal(run.params["w"], [1.0, 1.0])


def test_scores_far_from_0_keep_the_margin_of_1(bare):
    a, y = np.array([[1e9, 1e9, 5.0]], "float32"), np.array([0])
    box = bare(boxes.MulticlassHinge)
    np.testing.assert_array_equal(box.fprop(a, y), [1.0])
    np.testing.assert_array_equal(box.bprop(np.ones(1, "float32"), None, a, y)[0], [[-1.0, 1.0, 0.0]])


def test_each_says_how_a_network_ends_and_in_which_unit_it_is():
    Head = boxes.Head
    heads = {
        boxes.Nll: (Head("", "Softmax", True, True, "int", None, ("cross_entropy",)), "nats"),
        boxes.CrossEntropy: (None, "nats"),
        boxes.BinaryCrossEntropy: (Head("", "Sigmoid", False, False, "int", None), "nats"),
        boxes.MulticlassHinge: (Head("hinge", "", False, True, "int", None), ""),
        boxes.Hinge: (None, ""),
    }
    assert {cls: (cls.head, cls.unit) for cls in heads} == heads
