"""The base classes of losses."""

import inspect

import numpy as np
import pytest

import bprop as bp
from bprop import boxes, errors
from bprop.boxes.loss import at_label, one_hot, per_example, per_output

LOSSES = [cls for cls in boxes.catalogue() if issubclass(cls, boxes.Loss)]
CLASS_LOSSES = [cls for cls in LOSSES if issubclass(cls, boxes.ClassLoss)]
OTHERS = [cls for cls in LOSSES if cls not in CLASS_LOSSES]
ALIKE = [cls for cls in OTHERS if cls is not boxes.Ordinal and (not cls.head or not cls.head.each)]
"""The losses whose output has the shape of y. The quantile loss has one for each level, the ordinal for each step."""
name = {"ids": lambda cls: cls.__name__}


def example(cls, index=0):
    arrays = list(list(cls.examples(np.random.default_rng(0)))[index])
    hyper = arrays.pop() if isinstance(arrays[-1], dict) else {}
    box = object.__new__(cls)
    box.__dict__.update({**cls.hyper_defaults, **hyper})
    return box, *arrays


@pytest.mark.parametrize("cls", LOSSES, **name)
def test_a_loss_is_one_number_an_example_and_of_that_example_alone(cls):
    for index in range(len(list(cls.examples(np.random.default_rng(0))))):
        box, said, y = example(cls, index)
        whole = box.fprop(said, y)
        assert whole.shape == (len(y),)
        alone = [box.fprop(said[t : t + 1], y[t : t + 1])[0] for t in range(len(y))]
        np.testing.assert_allclose(whole, alone, rtol=1e-14)


@pytest.mark.parametrize("cls", LOSSES, **name)
def test_a_loss_has_metrics_and_two_children(cls):
    assert cls.metrics and all(isinstance(metric, str) for metric in cls.metrics)
    assert len(cls.child_names()) == 2
    assert not inspect.isabstract(cls)


@pytest.mark.parametrize("cls", ALIKE, **name)
@pytest.mark.parametrize(("said", "y"), [((1,), ()), ((), (1,)), ((3,), (2,)), ((3,), ())])
def test_shapes_that_would_broadcast_are_refused(cls, said, y):
    with pytest.raises(errors.ShapeError, match="same shape"):
        cls(bp.Input("f", said), bp.Input("y", y))


@pytest.mark.parametrize("cls", ALIKE, **name)
def test_a_graph_refuses_a_loss_without_a_batch(cls):
    loss = cls(bp.Parameter("f", (3, 2)), bp.Parameter("y", (3, 2)))
    with pytest.raises(errors.GraphError, match="one number an example"):
        bp.Graph(loss=loss)


@pytest.mark.parametrize("cls", CLASS_LOSSES, **name)
def test_labels_must_be_whole_numbers_one_for_each_row_of_scores(cls):
    with pytest.raises(errors.DTypeError, match="int"):
        cls(bp.Input("f", (3,)), bp.Input("y", ()))
    for said, y in (((3,), (1,)), ((3,), (3,)), ((), ()), ((2, 3), ())):
        with pytest.raises(errors.ShapeError, match="labels"):
            cls(bp.Input("f", said), bp.Input("y", y, "int"))
    with pytest.raises(errors.ShapeError):
        cls(bp.Parameter("f", (4, 3)), bp.Input("y", (), "int"))


@pytest.mark.parametrize("cls", CLASS_LOSSES, **name)
def test_labels_from_0_to_C_minus_1_are_legal_and_no_others(cls):
    graph = bp.Graph(loss=cls(bp.softmax(bp.Input("a", (3,))), bp.Input("y", (), "int")))
    a = np.zeros((3, 3))
    assert np.isfinite(graph.fprop({}, a=a, y=[0, 1, 2]).loss)
    for wrong in (-1, 3):
        with pytest.raises(errors.DataError, match=f"input 'y': {wrong} at row 1 is outside 0..2"):
            graph.fprop({}, a=a, y=[0, wrong, 2])


@pytest.mark.parametrize("cls", CLASS_LOSSES, **name)
def test_one_class_is_legal(cls):
    graph = bp.Graph(loss=cls(bp.softmax(bp.Input("a", (1,))), bp.Input("y", (), "int")))
    values = graph.fprop({}, a=[[0.3], [4.0]], y=[0, 0])
    np.testing.assert_array_equal(values[graph.loss], [0, 0])
    np.testing.assert_array_equal(graph.bprop(values, "a")["a"], [[0], [0]])


def test_helpers_of_losses():
    scores = np.arange(6.0).reshape(2, 3)
    y = np.array([2, 0])
    np.testing.assert_array_equal(at_label(scores, y), [2, 3])
    np.testing.assert_array_equal(one_hot(y, scores), [[0, 0, 1], [1, 0, 0]])
    np.testing.assert_array_equal(per_example(scores), [3, 12])
    np.testing.assert_array_equal(per_example(y), y)
    assert per_output(y, np.ones((2, 3, 4))).shape == (2, 1, 1)


@pytest.mark.parametrize("cls", LOSSES, **name)
def test_settings_in_the_unit_of_y_are_those_of_huber_alone(cls):
    assert cls.settings_for(0.5) == ({"delta": 0.5} if cls is boxes.Huber else {})


class BrierForTests(boxes.ClassLoss):
    """sum_c (f_c - e(y)_c)^2, written as CONTRIBUTING says. Shapes: f (N, C), y (N,) -> (N,)."""

    head = boxes.Head(output="Softmax", reads_output=True, labels=True, kind="int")

    def error(self, f, y):
        return f - (y[:, None] == bp.namespace(f, y).arange(f.shape[-1]))

    def fprop(self, f, y):
        return (self.error(f, y) ** 2).sum(axis=-1)

    def bprop(self, grad, value, f, y):
        return 2 * grad[:, None] * self.error(f, y), None

    @classmethod
    def examples(cls, rng):
        yield rng.dirichlet(np.ones(5), size=4), rng.integers(5, size=4)


@pytest.mark.parametrize("engine", ["numpy", "native"])
def test_a_loss_of_classes_of_ones_own_trains_the_first_time(engine, rng):
    assert bp.check_box(BrierForTests).ok
    X = rng.normal(size=(40, 2))
    data = X, (X[:, 0] > 0).astype(int)
    settings = {"epochs": 20, "rule": bp.Adam(0.1), "engine": engine, "progress": False}
    fit = bp.train(bp.mlp([2, 2], loss=BrierForTests), data, **settings)
    assert fit.engine == engine and fit.evaluate(data)["accuracy"] > 0.9
    assert type(bp.mlp([2, 2], loss="brier_for_tests").need_loss()) is BrierForTests


def test_a_loss_of_classes_that_is_written_as_one_of_numbers_says_what_to_derive_from():
    class Wrong(boxes.Loss):
        def fprop(self, f, y):
            return f[:, 0] * y

        def bprop(self, grad, value, f, y):
            return f, None

    with pytest.raises(bp.errors.ShapeError, match=r"derives from bp\.ClassLoss"):
        Wrong(bp.Input("f", (3,)), bp.Input("y", dtype="int"))
    with pytest.raises(bp.errors.BoxError, match="labels=True, kind='int'"):

        class NoLabels(boxes.ClassLoss):
            head = boxes.Head(output="Softmax", reads_output=True)
