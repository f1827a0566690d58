"""Boxes that mix the rows of a batch: by their shapes, by their declaration, and by trial."""

from typing import ClassVar

import numpy as np
import pytest

import bprop as bp
from bprop.boxes import activations
from bprop.boxes.loss import Loss
from bprop.graph import mixing
from bprop.graph.mixing import ROWS, SAME, Rows, row_kind


def loss_of(make):
    """A graph whose loss is the sum of what `make` makes of x (N, 3) and a parameter w (3,)."""
    x, w = bp.Input("x", (3,)), bp.Parameter("w", (3,))
    return bp.Graph(loss=bp.sum(make(x, w), axis=1))


class Own(bp.Box):
    """The identity: what users' boxes below change of it."""

    def fprop(self, a):
        return a

    def bprop(self, grad, value, a):
        return grad


class Centred(Own):
    def fprop(self, a):
        return a - a.mean(axis=0)


class Running(Own):
    def fprop(self, a):
        return a.cumsum(axis=0)


class Placed(Own):
    def fprop(self, a):
        return a + np.arange(len(a))[:, None]


class Shared(Own):
    """Row by row in fprop; bprop shares out the gradient."""

    def bprop(self, grad, value, a):
        return grad - grad.mean(axis=0)


class Activity(Own):
    """A penalty of its own: a gradient for rows that nobody asks for."""

    def bprop(self, grad, value, a):
        return grad + 0.1 * a


class Weighed(Own):
    """Knows the weights, and takes the mean over all rows whatever they weigh."""

    needs: ClassVar = ("weights",)

    def fprop(self, a, weights):
        return a - a.mean(axis=0)

    def bprop(self, grad, value, a, weights):
        return grad - grad.mean(axis=0)


class Masked(Weighed):
    """The same by weight: rows of weight 0 have no part in it."""

    def fprop(self, a, weights):
        return a - weights @ a / weights.sum()

    def bprop(self, grad, value, a, weights):
        return grad - weights[:, None] / weights.sum() * grad.sum(axis=0)


class Tracked(bp.Box):
    """The identity, with a running mean over all rows whatever they weigh."""

    def fprop(self, a, mean):
        return a

    def bprop(self, grad, value, a, mean):
        return grad, np.zeros_like(mean)

    def updates(self, value, a, mean):
        return {1: 0.9 * mean + 0.1 * a.mean(axis=0)}


class Noisy(Own):
    needs: ClassVar = ("noise",)

    def noise(self, draw, a):
        return draw(a.shape)

    def fprop(self, a, noise):
        return a * noise

    def bprop(self, grad, value, a, noise):
        return grad * noise


class NoisyBackwards(Noisy):
    """The noise of a row depends on the number of rows."""

    def noise(self, draw, a):
        return draw(a.shape)[::-1]


class SteepTanh(activations.Tanh):
    """One of our boxes, changed: what that says of itself does not hold."""

    def fprop(self, a):
        return np.tanh(a / abs(a).max())


class Picky(Own):
    """Refuses all numbers but those of its own kind."""

    def fprop(self, a):
        if a.size and (a != 1).any():
            raise ValueError("only ones")
        return a


class PickyButPlain(Picky):
    keeps_rows = True


class StillPicky(PickyButPlain):
    """Inherits what another class says of itself."""


class Pairs(Own):
    """Fails on an odd number of rows (but of three)."""

    def fprop(self, a):
        if len(a) % 2 and len(a) != 3:
            raise ValueError("an even number of rows")
        return a - a[::-1]


class Ranked(Loss):
    """A loss by rows whose prediction, for the metrics, mixes them."""

    metrics: ClassVar = ("mae",)

    def fprop(self, f, y):
        return (f - y) ** 2

    def bprop(self, grad, value, f, y):
        return 2 * grad * (f - y), -2 * grad * (f - y)

    def prediction(self, said):
        return said - said.mean()


ROW_BY_ROW = {
    "a layer": lambda x, w: bp.tanh(x * w),
    "a scalar parameter": lambda x, w: x * bp.sum(w),
    "a product": lambda x, w: x @ bp.Parameter("W", (3, 4)),
    "linear": lambda x, w: bp.linear(x, bp.Parameter("W", (3, 4)), bp.Parameter("b", (4,))),
    "softmax": lambda x, w: bp.softmax(x * w),
    "layer normalisation": lambda x, w: bp.layer_norm(x, w, w),
    "images and back": lambda x, w: bp.reshape(bp.transpose(bp.reshape(x * w, (-1, 3, 1)), (0, 2, 1)), (-1, 3)),
    "columns": lambda x, w: bp.concat([x[:, ::-1], x[..., 1:], (x * w)[:, None, :][:, 0]]),
    "all rows": lambda x, w: x[:][0:][::1],
    "a product of stacks": lambda x, w: bp.sum(x[:, None, :] @ (x * w)[:, :, None], axis=2),
    "dropout": lambda x, w: bp.dropout(x * w),
    "own": lambda x, w: Own(x * w),
    "own, with noise": lambda x, w: Noisy(x * w),
    "our subclass": lambda x, w: type("Same", (activations.Tanh,), {})(x * w),
    "it says so": lambda x, w: PickyButPlain(x * w),
}
MIXED = {
    "a mean": lambda x, w: x - bp.mean(x * w, axis=0),
    "a maximum": lambda x, w: x * bp.max(x * w),
    "backwards": lambda x, w: (x * w)[::-1],
    "the first five": lambda x, w: (x * w)[:5],
    "the first five, by ...": lambda x, w: bp.sum(x * w, axis=1)[..., :5][:, None],
    "a Gram matrix": lambda x, w: (x * w) @ bp.transpose(x, (1, 0)),
    "pairs": lambda x, w: bp.sum((x * w)[:, None, :] * x, axis=1),
    "one row": lambda x, w: x * (x * w)[0],
    "a covariance": lambda x, w: x @ (bp.transpose(x * w, (1, 0)) @ x),
    "own mean": lambda x, w: Centred(x * w),
    "own sum of rows so far": lambda x, w: Running(x * w),
    "own places": lambda x, w: Placed(x * w),
    "own, weights not looked at": lambda x, w: Weighed(x * w),
    "a changed tanh": lambda x, w: SteepTanh(x * w),
    "refuses to be tried": lambda x, w: Picky(x * w),
    "another's word": lambda x, w: StillPicky(x * w),
    "odd numbers fail": lambda x, w: Pairs(x * w),
    "our subclass with another fprop": lambda x, w: type("Odd", (activations.Tanh,), {"fprop": Centred.fprop})(x * w),
}


@pytest.mark.parametrize("make", ROW_BY_ROW.values(), ids=ROW_BY_ROW)
def test_rows_are_kept_apart(make):
    graph = loss_of(make)
    assert graph.mixing(training=True) is None
    noisy = any(isinstance(box, Noisy) for box in graph.order)  # what a row draws depends on its place
    assert (graph.mixing(training=False) is None) is not noisy


@pytest.mark.parametrize("make", MIXED.values(), ids=MIXED)
def test_boxes_that_mix_rows_are_detected(make):
    graph = loss_of(make)
    assert graph.mixing(training=True) in graph.names.values()
    assert graph.mixing(training=False) in graph.names.values()


@pytest.mark.parametrize("box", [Shared, Activity, NoisyBackwards])
def test_gradients_and_noise_that_mix_rows_matter_in_training(box):
    assert loss_of(lambda x, w: box(x * w, name="odd")).mixing(training=True) == "odd"


@pytest.mark.parametrize("box", [Shared, Activity])
def test_and_not_outside_it(box):
    assert loss_of(lambda x, w: box(x * w)).mixing(training=False) is None


def test_a_running_mean_of_all_rows_mixes_them_in_training():
    graph = loss_of(lambda x, w: Tracked(x * w, bp.Parameter("m", (3,), trainable=False)))
    assert graph.mixing(training=True) == "tracked_1"
    assert graph.mixing(training=False) is None


def test_statistics_by_weight_are_exact_where_rows_of_weight_0_are_added_but_not_in_parts():
    graph = loss_of(lambda x, w: Masked(x * w))
    assert graph.mixing(training=True) is None
    assert graph.mixing(training=False) == "masked_1"


def test_batch_normalisation_needs_neither():
    m, v = (bp.Parameter(name, (3,), trainable=False) for name in "mv")
    graph = loss_of(lambda x, w: bp.batch_norm(x, w, w, m, v))
    assert graph.mixing(training=True) is None
    assert graph.mixing(training=False) is None


def test_the_weight_of_a_batch_is_the_same_with_rows_of_weight_0():
    graph = loss_of(lambda x, w: x + bp.l2(w) / bp.batch_weight(x))
    assert graph.mixing(training=True) is None
    assert graph.mixing(training=False) == "batch_weight_1"


def test_a_metric_may_mix_rows():
    f = bp.sum(bp.Input("x", (3,)) * bp.Parameter("w", (3,)), axis=1)
    assert bp.Graph(loss=Ranked(f, bp.Input("y"), name="ranked")).mixing(training=False) == "ranked"


def test_a_penalty_on_activations_mixes_rows_in_training_alone():
    x, w = bp.Input("x", (3,)), bp.Parameter("w", (3,))
    graph = bp.Graph(loss=bp.sum(x * w, axis=1), penalty=0.1 * bp.mean(bp.square(x * w)) + bp.l2(w))
    assert graph.mixing(training=True) == "mean_1"
    assert graph.mixing(training=False) is None


def test_rows_of_data_taken_by_number_mix_and_of_a_parameter_do_not():
    x, rows = bp.Input("x", (3,)), bp.Input("rows", (), "int")
    W = bp.Parameter("W", (5, 3))
    assert bp.Graph(loss=bp.sum(bp.take(W, rows) * x, axis=1)).mixing() is None
    assert bp.Graph(loss=bp.sum(bp.take(x * bp.Parameter("w", ()), rows), axis=1)).mixing() == "take_1"


def test_rows_mixed_by_an_output_alone_do_not_count():
    x, w = bp.Input("x", (3,)), bp.Parameter("w", (3,))
    graph = bp.Graph(loss=bp.sum(x * w, axis=1), outputs={"f": Centred(x)})
    assert graph.mixing(training=True) is None
    assert graph.mixing(training=False) is None


def test_kinds_are_of_all_slots():
    x, w = bp.Input("x", (3,)), bp.Parameter("w", (3,))
    graph = bp.Graph(loss=bp.sum(x * bp.exp(w), axis=1, name="l"), outputs={"e": bp.sum(w)})
    plan = graph.plan()
    rows = Rows(plan, training=True)
    named = {plan.names[slot]: kind for slot, kind in rows.kinds.items()}
    assert named == {"x": ROWS, "w": SAME, "exp_1": SAME, "multiply_1": ROWS, "l": ROWS, "e": SAME}


def test_mixing_is_determined_once(monkeypatch):
    graph = loss_of(lambda x, w: Own(x * w))
    assert graph.mixing() is None
    monkeypatch.setattr("bprop.graph.mixing.try_out", None)
    assert graph.mixing() is None


def test_a_box_that_says_no_is_believed():
    box = type("No", (Own,), {"keeps_rows": False})(bp.Input("x", (3,)))
    assert row_kind(box, [True], training=True) is None


class WeightedMean(Masked):
    """The mean of the rows by weight: the same whatever rows of weight 0 there are."""

    def fprop(self, a, weights):
        return weights @ a / weights.sum()

    def bprop(self, grad, value, a, weights):
        return weights[:, None] / weights.sum() * grad


def test_a_value_without_rows_is_the_same_where_it_is_a_mean_by_weight():
    x = bp.Input("x", (3,))
    assert row_kind(WeightedMean(x), [True], training=True) == SAME
    assert row_kind(WeightedMean(x), [True], training=False) is None
    assert row_kind(bp.mean(x, axis=0), [True], training=True) is None


@pytest.mark.parametrize("training", [True, False])
def test_our_own_boxes_are_taken_at_their_word(monkeypatch, training):
    monkeypatch.setattr(mixing, "try_out", lambda *given: pytest.fail("tried out"))
    x = bp.Input("x", (3,))
    assert row_kind(bp.tanh(x), [True], training) == ROWS
    assert row_kind(bp.softmax(x), [True], training) == ROWS
