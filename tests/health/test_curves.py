"""What the curves tell: each warning where it is true, and silence where it is not."""

import numpy as np
import pytest

import bprop as bp
from bprop import Record, advice
from bprop.health.curves import growth, overfitting


def history(losses, validation=None, accuracy=None):
    """Records of these losses; validation losses and accuracies beside them."""
    found = []
    for k, loss in enumerate(losses):
        held = None if validation is None else {"loss": validation[k]}
        if held is not None and accuracy is not None:
            held["accuracy"] = accuracy[k]
        found.append(Record(k + 1, k + 1, loss, 0.0, loss, validation=held))
    return found


def falling(count):
    return [1.0 / (k + 1) for k in range(count)]


# --- overfitting ---


def rising(count, least_at, least=0.63, last=1.25):
    """Falls to `least` in epoch `least_at`, and rises to `last`."""
    down = np.linspace(0.7, least, least_at)
    return [*down, *np.linspace(least, last, count - least_at + 1)[1:]]


def test_a_validation_loss_that_doubles_after_its_least_is_told_with_both_epochs():
    (said,) = advice(history(falling(2000), rising(2000, 45)))
    for part in ("overfits", "after epoch 45 (0.63)", "risen to 1.25", "early stopping", "dropout", "more data"):
        assert part in said


@pytest.mark.parametrize(
    ("losses", "validation"),
    [
        (falling(100), rising(100, 100, last=0.63)),  # least in the last epoch
        (falling(100), rising(100, 45, last=0.68)),  # a rise by less than a tenth
        (falling(100), [*rising(100, 45)[:-2], 0.64, 1.25]),  # nearly as good a moment ago
        ([1.0] * 100, rising(100, 45)),  # the training loss does not fall: that is something else
        (falling(3), [0.5, 0.9, 1.0]),  # too few to tell
        (falling(100), None),  # nothing was watched
        (falling(4), [float("nan")] * 4),
        ([], None),
    ],
)
def test_overfitting_is_not_told_where_it_is_not_true(losses, validation):
    assert list(overfitting(history(losses, validation))) == []


def test_losses_below_0_are_compared_by_what_they_fell():
    """A density's negative log-likelihood may be negative."""
    down = [0.0, -1.0, -2.0, -3.0, -2.9, -2.85, -2.9]
    assert list(overfitting(history(falling(7), down))) == []
    (said,) = overfitting(history(falling(7), [0.0, -1.0, -2.0, -3.0, -1.0, -0.5, 0.0]))
    assert "after epoch 4 (-3)" in said


def test_a_network_that_is_right_more_often_and_too_sure_is_not_said_to_overfit():
    accuracy = np.linspace(0.6, 0.9, 100).tolist()
    (said,) = overfitting(history(falling(100), rising(100, 45), accuracy))
    assert "overfits" not in said
    assert "accuracy from 0.733" in said and "too sure" in said
    (said,) = overfitting(history(falling(100), rising(100, 45), accuracy[::-1]))
    assert "the network overfits" in said


def test_a_network_that_learns_noise_overfits_and_early_stopping_takes_it_back(rng):
    data = {"x": rng.normal(size=(60, 20)), "y": rng.integers(2, size=60)}
    settings = {"validation": 0.5, "rule": bp.SGD(0.5), "engine": "numpy", "progress": False, "epochs": 200}
    fit = bp.train(bp.mlp([20, 40, 2]), data, keep_best=False, **settings)
    assert any("early stopping" in said or "too sure" in said for said in advice(fit))
    kept = bp.train(bp.mlp([20, 40, 2]), data, **settings, patience=10)
    assert kept.kept_epoch is not None
    assert advice(kept) == []
    assert advice(kept.history) != []  # the records alone do not say that the best weights were put back


# --- a loss that grows ---


def test_a_loss_that_grows_is_said_to_diverge():
    (said,) = growth(history([1.0, 1.5, 2.5]))
    assert "from 1 in epoch 1 to 2.5 in epoch 3" in said and "smaller learning rate" in said


@pytest.mark.parametrize("losses", [[], [1.0], [1.0, 1.9], [0.0, 5.0], [-3.0, 1.0], falling(9), [1.0, 9.0, 0.5]])
def test_other_losses_are_not(losses):
    assert list(growth(history(losses))) == []
