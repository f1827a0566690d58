"""Metrics against their definitions."""

from math import sqrt

import numpy as np
import pytest

import bprop as bp
from bprop.boxes import catalogue
from bprop.boxes.loss import Loss
from bprop.metrics import METRICS, absolute, higher_is_better, right, squared


def test_right_of_scores_compares_the_largest_with_the_label():
    scores = np.array([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7]])
    np.testing.assert_array_equal(right(scores, np.array([1, 1, 1])), [1.0, 0.0, 1.0])


def test_right_of_predictions_compares_them_with_y():
    np.testing.assert_array_equal(right(np.array([True, False]), np.array([1, 1])), [1.0, 0.0])


def test_right_is_the_share_of_an_examples_outputs():
    prediction = np.array([[True, False, True, True], [False, False, False, False]])
    y = np.array([[1, 1, 1, 1], [1, 1, 0, 0]])
    np.testing.assert_array_equal(right(prediction, y), [0.75, 0.5])


def test_right_of_scores_for_each_place_is_the_share_of_places():
    scores = np.eye(3)[np.array([[0, 1], [2, 2]])]
    np.testing.assert_array_equal(right(scores, np.array([[0, 0], [2, 2]])), [0.5, 1.0])


@pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
@pytest.mark.parametrize(
    ("loss", "said", "labels"),
    [
        (bp.CrossEntropy, [[np.nan] * 3, [1.0, np.nan, 3.0], [1.0, 2.0, 3.0]], ([0, 1, 2], [2, 2, 2])),
        (bp.BinaryCrossEntropy, [np.nan, np.nan, 1.0], ([0.0, 0.0, 1.0], [1.0, 1.0, 1.0])),
        (bp.Hinge, [np.nan, np.nan, 1.0], ([-1.0, -1.0, 1.0], [1.0, 1.0, 1.0])),
    ],
)
def test_a_score_that_is_not_a_number_is_right_for_no_class(loss, said, labels, engine, bare):
    box = bare(loss)

    def judge(said, y):
        return [right(box.prediction(said), y)]

    for y in labels:
        if engine == "native":
            evaluate = pytest.importorskip("bprop.engines.native.run.evaluate", exc_type=ImportError).evaluate
            found = evaluate(judge, np.array(said), np.array(y))
        else:
            found = (pytest.importorskip("jax").jit(judge) if engine == "xla" else judge)(np.array(said), np.array(y))
        np.testing.assert_array_equal(found[0], [0.0, 0.0, 1.0])


def test_squared_and_absolute_are_means_over_the_outputs():
    prediction, y = np.array([[1.0, 5.0], [2.0, 2.0]]), np.array([[0.0, 2.0], [2.0, 3.0]])
    np.testing.assert_array_equal(squared(prediction, y), [5.0, 0.5])
    np.testing.assert_array_equal(absolute(prediction, y), [2.0, 0.5])
    np.testing.assert_array_equal(absolute(prediction[:, 0], y[:, 0]), [1.0, 0.0])


def test_rmse_is_the_root_of_the_mean_not_the_mean_of_roots():
    each = squared(np.array([3.0, 4.0]), np.zeros(2))
    assert METRICS["rmse"].finish(float(each.mean())) == sqrt(12.5)


def test_the_root_of_a_sum_that_rounding_made_negative_does_not_fail():
    assert METRICS["rmse"].finish(-1e-20) == -1e-20


@pytest.mark.parametrize(
    ("name", "expected"), [("accuracy", True), ("accuracy[loss_2]", True), ("rmse", False), ("mae", False)]
)
def test_which_way_a_metric_is_better(name, expected):
    assert higher_is_better(name) is expected


@pytest.mark.parametrize("name", ["loss", "penalty", "nonsense"])
def test_an_unknown_metric_is_better_when_lower(name):
    assert higher_is_better(name) is False


def test_every_loss_names_metrics_that_exist_and_each_is_named_by_one():
    named = {metric for cls in catalogue() if issubclass(cls, Loss) for metric in cls.metrics}
    assert named == set(METRICS)


@pytest.mark.parametrize("name", METRICS)
def test_metrics_are_the_same_on_xla(name, rng, jax):
    prediction, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 3)).round()
    with jax.enable_x64(True):
        found = jax.jit(METRICS[name].per_example)(prediction, y)
    np.testing.assert_allclose(found, METRICS[name].per_example(prediction, y), rtol=1e-12)


def test_regression_metrics_are_in_the_targets_units():
    x, y = bp.Input("x"), bp.Input("y")
    model = bp.Model(bp.Graph(loss=bp.squared_error(x, y), outputs={"f": x}), {})
    found = model.evaluate(x=np.array([1.0, 2.0, 3.0]), y=np.array([1.0, 2.0, 6.0]))
    assert found["rmse"] == pytest.approx(sqrt(3.0))
    assert found["mae"] == pytest.approx(1.0)


@pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("loss", "large", "infinite"),
    [
        (bp.squared_error, 1e200, {"loss", "rmse"}),
        (bp.huber, 1e200, {"rmse"}),
        (bp.absolute_error, 1e200, {"rmse"}),
        (bp.poisson, 800.0, {"loss", "rmse", "mae"}),
    ],
)
def test_a_measure_that_overflows_is_infinite_on_every_engine(loss, large, infinite, dtype, engine):
    pytest.importorskip({"native": "llvmlite", "xla": "jax"}.get(engine, "numpy"))
    large = min(large, 1e30) if dtype == "float32" else large
    f, y, w = bp.Input("f"), bp.Input("y"), bp.Parameter("w", ())
    data = {"f": np.linspace(-1.0, 1.0, 6), "y": np.ones(6)}
    spread = {"f": np.array([1.0, large, 2.0, 1.0, large]), "y": np.ones(5)}
    record = bp.train(
        bp.Graph(loss=loss(f * w, y)), data, params={"w": 1.0}, rule=bp.SGD(0.0), batch_size=2, epochs=1,
        validation=spread, dtype=dtype, engine=engine, progress=False,
    ).history[0]  # fmt: skip
    assert {name for name, value in record.validation.items() if value == np.inf} == infinite
    assert not any(np.isnan(value) for value in record.validation.values())
