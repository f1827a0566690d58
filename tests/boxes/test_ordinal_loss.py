import numpy as np
import pytest

import bprop as bp
from bprop import boxes, errors


def test_each_step_up_is_a_question_of_its_own(bare):
    a, y = np.array([[1.0, -0.5], [0.25, 2.0], [3.0, 0.0]]), np.array([0, 1, 2])
    above = 1 / (1 + np.exp(-a))
    expected = -np.log([[1 - above[0, 0], 1 - above[0, 1]], [above[1, 0], 1 - above[1, 1]], above[2]]).sum(axis=1)
    box = bare(boxes.Ordinal)
    np.testing.assert_allclose(box.fprop(a, y), expected, rtol=1e-14)
    grad, nothing = box.bprop(np.ones(3), None, a, y)
    np.testing.assert_allclose(grad, above - [[0, 0], [1, 0], [1, 1]], rtol=1e-14)
    assert nothing is None


def test_a_class_that_is_far_off_costs_more_than_the_next_one(bare):
    a = np.full((3, 2), 4.0)
    one, two, three = bare(boxes.Ordinal).fprop(a, np.array([0, 1, 2]))
    assert one > two > three


def test_the_prediction_is_the_number_of_steps_and_of_nan_no_class(bare):
    scores = np.array([[1.0, 1.0, -1.0], [-1.0, -1.0, -1.0], [1.0, np.nan, 1.0], [1.0, 0.0, 0.0]])
    np.testing.assert_array_equal(bare(boxes.Ordinal).prediction(scores), [2, 0, -1, 1])


def test_it_trains_with_thresholds_that_classes_share_and_reports_how_far_off_it_is():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 1))
    y = np.digitize(x[:, 0], [-0.5, 0.5])
    graph = bp.Graph(
        loss=bp.ordinal(
            bp.Input("x", (1,)) @ bp.Parameter("w", (1, 1)) + bp.Parameter("b", (2,)), bp.Input("y", dtype="int")
        )
    )
    fit = bp.train(graph, {"x": x, "y": y}, rule=bp.SGD(0.5), batch_size=10, epochs=15, engine="numpy", progress=False)
    assert fit.history[-1].metrics["accuracy"] > 0.9
    assert fit.history[-1].metrics["mae"] < 0.1


@pytest.mark.parametrize("a", [(), (2, 3)])
def test_other_shapes_are_refused(a):
    with pytest.raises(errors.ShapeError, match=r"C-1"):
        bp.ordinal(bp.Input("a", a), bp.Input("y", dtype="int"))


def test_labels_must_be_whole_numbers_in_0_to_the_number_of_steps():
    with pytest.raises(errors.DTypeError, match="int input"):
        bp.ordinal(bp.Input("a", (2,)), bp.Input("y"))
    loss = bp.ordinal(bp.Input("a", (2,)), bp.Input("y", dtype="int"))
    assert (loss.classes, loss.limits()) == (3, {1: (0, 2)})
