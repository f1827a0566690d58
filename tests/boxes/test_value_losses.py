from math import exp

import numpy as np
import pytest

import bprop as bp
from bprop import boxes, errors


@pytest.mark.parametrize(
    ("cls", "hyper", "value", "gradient"),
    [
        (boxes.SquaredError, {}, [0.25 + 9, 0], [[-1, 6], [0, 0]]),
        (boxes.AbsoluteError, {}, [0.5 + 3, 0], [[-1, 1], [0, 0]]),
        (boxes.Huber, {}, [0.125 + 2.5, 0], [[-0.5, 1], [0, 0]]),
        (boxes.Huber, {"delta": 0.25}, [0.25 * (0.5 - 0.125) + 0.25 * (3 - 0.125), 0], [[-0.25, 0.25], [0, 0]]),
        (boxes.Huber, {"delta": 10.0}, [0.125 + 4.5, 0], [[-0.5, 3], [0, 0]]),
    ],
)
def test_losses_of_residuals_summed_over_the_outputs(cls, hyper, value, gradient, bare):
    f, y = np.array([[1.0, 5.0], [7.0, -7.0]]), np.array([[1.5, 2.0], [7.0, -7.0]])
    box = bare(cls, **hyper)
    np.testing.assert_allclose(box.fprop(f, y), value, rtol=1e-15)
    grad_f, grad_y = box.bprop(np.array([2.0, 3.0]), None, f, y)
    np.testing.assert_allclose(grad_f, 2 * np.array(gradient), rtol=1e-15)
    np.testing.assert_array_equal(grad_y, -grad_f)


def test_huber_is_continuous_where_it_turns_linear(bare):
    box = bare(boxes.Huber, delta=1.5)
    below, above = (box.fprop(np.array([1.5 + e]), np.zeros(1))[0] for e in (-1e-9, 1e-9))
    assert above - below == pytest.approx(1.5 * 2e-9, rel=1e-5)


def test_huber_refuses_a_delta_that_is_not_above_zero():
    f, y = bp.Input("f", ()), bp.Input("y", ())
    for delta in (0.0, -1.0, float("nan")):
        with pytest.raises(errors.SettingError, match="delta"):
            bp.huber(f, y, delta)
    with pytest.raises(errors.ShapeError):
        bp.huber(f, bp.Input("y", (1,)))


def test_poisson_is_exp_a_minus_y_a_with_gradient_exp_a_minus_y(bare):
    box, a, y = bare(boxes.Poisson), np.array([[0.5, -1.0]]), np.array([[2, 0]])
    np.testing.assert_allclose(box.fprop(a, y), [exp(0.5) - 1 + exp(-1)], rtol=1e-15)
    grad_a, grad_y = box.bprop(np.ones(1), None, a, y)
    np.testing.assert_allclose(grad_a, np.exp(a) - y, rtol=1e-15)
    np.testing.assert_array_equal(grad_y, -a)
    np.testing.assert_array_equal(box.prediction(a), np.exp(a))


def test_poisson_is_smallest_at_the_counts_own_rate(bare):
    y = np.full(3, 4)
    low, best, high = bare(boxes.Poisson).fprop(np.log(4.0) + np.array([-0.1, 0.0, 0.1]), y)
    assert best < low and best < high


def test_a_negative_count_is_refused():
    graph = bp.Graph(loss=bp.poisson(bp.Input("a", ()), bp.Input("y", (), "int")))
    with pytest.raises(errors.DataError, match=r"row 1 is outside 0\.\.inf"):
        graph.fprop({}, a=[0.0, 0.0], y=[3, -1])


def test_the_prediction_is_the_output_of_the_network(bare):
    f = np.array([1.0, 2.0])
    for cls in (boxes.SquaredError, boxes.AbsoluteError, boxes.Huber):
        assert bare(cls).prediction(f) is f


@pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
@pytest.mark.parametrize(("a", "y"), [(100.0, 3), (3e38, 100), (np.inf, 0), (np.inf, 7)])
def test_a_rate_that_overflows_costs_infinity_on_every_engine(a, y, engine, bare):
    box, given = bare(boxes.Poisson), (np.array([a], "float32"), np.array([y]))
    if engine == "native":
        evaluate = pytest.importorskip("bprop.engines.native.run.evaluate", exc_type=ImportError).evaluate
        found = evaluate(lambda *args: [box.fprop(*args)], *given, dtype="float32")[0]
    else:
        with np.errstate(over="ignore"):
            found = (pytest.importorskip("jax").jit(box.fprop) if engine == "xla" else box.fprop)(*given)
    np.testing.assert_array_equal(found, [np.inf])


def test_each_says_how_a_network_ends_and_in_which_unit_it_is():
    Head = boxes.Head
    heads = {
        boxes.SquaredError: (Head("", "", True, False, "float", 2), ""),
        boxes.AbsoluteError: (Head("", "", True, False, "float", 1), ""),
        boxes.Huber: (Head("", "", True, False, "float", 2), ""),
        boxes.Poisson: (Head("", "Exp", False, False, "float", None), "nats"),
    }
    assert {cls: (cls.head, cls.unit) for cls in heads} == heads
    assert boxes.Huber.settings_for(2.5) == {"delta": 2.5} and boxes.SquaredError.settings_for(2.5) == {}
    assert boxes.Quantile.head == Head("", "", True, False, "float", 1, each="levels")


def test_quantiles_cost_the_level_below_y_and_the_rest_above(bare):
    box = bare(boxes.Quantile, levels=(0.1, 0.5, 0.9))
    f, y = np.array([[1.0, 2.0, 5.0], [3.0, 3.0, 3.0]]), np.array([3.0, 3.0])
    np.testing.assert_allclose(box.fprop(f, y), [0.1 * 2 + 0.5 * 1 + 0.1 * 2, 0], rtol=1e-14)
    grad_f, grad_y = box.bprop(np.array([2.0, 3.0]), None, f, y)
    np.testing.assert_allclose(grad_f, [[-0.2, -1.0, 0.2], [0, 0, 0]], rtol=1e-14)
    np.testing.assert_allclose(grad_y, [1.0, 0], rtol=1e-14)
    np.testing.assert_array_equal(box.prediction(f), [2.0, 3.0])


@pytest.mark.parametrize("tau", [0.05, 0.3, 0.9])
def test_the_quantile_of_y_is_where_the_loss_is_smallest(tau, bare, rng):
    box, y = bare(boxes.Quantile, levels=(tau,)), rng.exponential(size=4001)
    best = np.quantile(y, tau)
    below, least, above = (box.fprop(np.full((4001, 1), f), y).mean() for f in (best - 0.05, best, best + 0.05))
    assert least < below and least < above


def test_the_prediction_is_the_quantile_nearest_to_the_median(bare):
    assert bare(boxes.Quantile, levels=(0.1, 0.45, 0.9)).middle == 1
    assert bare(boxes.Quantile, levels=(0.7, 0.9)).middle == 0


@pytest.mark.parametrize(
    "levels", [(), (0.5, 0.5), (0.9, 0.1), (0.0, 0.5), (0.5, 1.0), (float("nan"),), ("0.5",), (True,)]
)
def test_levels_are_increasing_numbers_between_0_and_1(levels):
    with pytest.raises(errors.SettingError, match="increasing numbers between 0 and 1"):
        bp.quantile(bp.Input("f", (max(1, len(levels)),)), bp.Input("y"), levels)


def test_each_level_needs_a_number_of_the_network():
    with pytest.raises(errors.ShapeError, match="a number for each level"):
        bp.quantile(bp.Input("f", (2,)), bp.Input("y"))
    with pytest.raises(errors.ShapeError, match="a number for each level"):
        bp.quantile(bp.Input("f", (3,)), bp.Input("y", (3,)))
