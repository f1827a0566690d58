"""What stands for a box outside training, and running averages."""

import numpy as np
import pytest

import bprop as bp

A = np.random.default_rng(0).normal(size=(8, 4))
NORM = (A, np.ones(4), np.zeros(4), np.zeros(4), np.ones(4))


class RandomPredictions(bp.Dropout):
    def evaluation(self):
        return self


def test_noise_in_predictions_is_found_in_a_box_and_in_a_graph():
    said = "evaluation() needs noise as well"
    assert said in str(bp.check_box(RandomPredictions, [(A, {"rate": 0.4})]))
    x, w = bp.Input("x", (4,)), bp.Parameter("w", (4,))
    graph = bp.Graph(loss=bp.sum(RandomPredictions(x * w), axis=1))
    assert said in str(bp.check_gradients(graph, {"w": np.ones(4)}, x=A))


class OtherShape(bp.Dropout):
    def evaluation(self):
        return bp.sum(self.children[0], axis=0)


def test_another_shape_outside_training_is_found():
    assert "outside training its value has the shape (4,), in training (8, 4)" in str(bp.check_box(OtherShape, [(A,)]))


class WrongTanh(bp.Tanh):
    def bprop(self, grad, value, a):
        return 2 * grad * (1 - value * value)


class WrongOutside(bp.Dropout):
    def evaluation(self):
        return WrongTanh(self.children[0])


def test_a_wrong_gradient_outside_training_is_found():
    report = bp.check_box(WrongOutside, [(A,)])
    assert not report.ok
    assert "outside training" in str(report)
    assert "(WrongTanh)" in str(report)


def moved(rule):
    """Batch normalisation whose averages are moved by rule(old, the batch's)."""

    class Moved(bp.BatchNorm):
        def updates(self, value, a, gain, shift, mean, variance, weights):
            *_, batch_mean, batch_variance = self.statistics(a, weights)
            return {3: rule(mean, batch_mean), 4: rule(variance, batch_variance)}

    return Moved


@pytest.mark.parametrize("decay", [0.0, 0.5, 0.99, 0.9999])
def test_averages_that_move_towards_the_batchs_are_right(decay):
    report = bp.check_box(moved(lambda old, new: decay * old + (1 - decay) * new), [NORM])
    assert report.ok, str(report)


def test_an_unbiased_variance_is_right():
    class Unbiased(bp.BatchNorm):
        def updates(self, value, a, gain, shift, mean, variance, weights):
            *_, batch_mean, batch_variance = self.statistics(a, weights)
            return {3: 0.9 * mean + 0.1 * batch_mean, 4: 0.9 * variance + 0.1 * batch_variance * 8 / 7}

    assert bp.check_box(Unbiased, [NORM]).ok


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (lambda old, new: old + 0.1 * (old - new), "move away from those of the batch"),
        (lambda old, new: 0.9 * old - 0.1 * new, "settle at wrong values"),
        (lambda old, new: 0.9 * old + new, "settle at wrong values"),
        (lambda old, new: 0 * old + 9, "settle at wrong values"),
        (lambda old, new: old * np.nan, "that is not finite"),
        (lambda old, new: (old + new)[:2], "a value of shape (2,)"),
    ],
)
def test_averages_that_move_elsewhere_are_wrong(rule, said):
    assert said in str(bp.check_box(moved(rule), [NORM]))


def test_updates_that_write_or_do_not_repeat_are_found():
    class Writes(bp.BatchNorm):
        def updates(self, value, a, gain, shift, mean, variance, weights):
            mean += 1
            return {3: mean}

    class Forgets(bp.BatchNorm):
        def updates(self, value, a, gain, shift, mean, variance, weights):
            return {3: mean + np.random.default_rng().normal()}

    class Elsewhere(bp.BatchNorm):
        def updates(self, value, a, gain, shift, mean, variance, weights):
            return {7: mean}

    assert "updates writes into its arguments" in str(bp.check_box(Writes, [NORM]))
    assert "updates does not return the same" in str(bp.check_box(Forgets, [NORM]))
    assert "updates gives a new value for child 7" in str(bp.check_box(Elsewhere, [NORM]))


def normalised(kind):
    """(a graph with a box of batch normalisation, its parameters)."""
    x, gain, shift = bp.Input("x", (4,)), bp.Parameter("gain", (4,)), bp.Parameter("shift", (4,))
    mean, variance = (bp.Parameter(name, (4,), trainable=False) for name in ("mean", "variance"))
    theta = {"gain": np.ones(4), "shift": np.zeros(4), "mean": np.zeros(4), "variance": np.ones(4)}
    return bp.Graph(loss=bp.sum(bp.tanh(kind(x, gain, shift, mean, variance)), axis=1)), theta


def test_averages_are_checked_in_a_graph_as_well():
    for kind, ok in ((bp.BatchNorm, True), (moved(lambda old, new: old + 0.1 * (old - new)), False)):
        graph, theta = normalised(kind)
        assert bp.check_gradients(graph, theta, x=A, weights=np.linspace(0.5, 2, 8)).ok == ok


@pytest.mark.parametrize("weights", [[1, 1, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0], [9, 1, 1, 1, 1, 1, 1, 1]])
def test_few_rows_that_count_raise_no_false_alarm(weights):
    graph, theta = normalised(bp.BatchNorm)
    report = bp.check_gradients(graph, theta, x=A, weights=weights, only="gain")
    assert not any("averages" in text for text in report.failures), str(report)
