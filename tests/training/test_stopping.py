"""Early stopping, apart from training."""

import json

import numpy as np
import pytest

from bprop import errors
from bprop.training import EarlyStopping


def follow(stopping, values, monitor="loss"):
    """The epochs that improved, up to the one at which patience ran out."""
    improved = []
    for epoch, value in enumerate(values, start=1):
        if stopping.improved(epoch, {monitor: value}):
            improved.append(epoch)
        if stopping.exhausted:
            return improved, epoch
    return improved, None


def test_a_lower_loss_is_better():
    stopping = EarlyStopping(2)
    assert follow(stopping, [1.0, 0.5, 0.6, 0.4, 0.5, 0.6, 0.1]) == ([1, 2, 4], 6)
    assert (stopping.best_epoch, stopping.best_value) == (4, 0.4)


def test_a_higher_accuracy_is_better():
    assert follow(EarlyStopping(1, "accuracy"), [0.5, 0.7, 0.6], "accuracy") == ([1, 2], 3)


def test_an_equal_value_is_no_improvement():
    assert follow(EarlyStopping(2), [1.0, 1.0, 1.0]) == ([1], 3)


def test_patience_is_not_exhausted_while_there_are_improvements():
    assert follow(EarlyStopping(1), [5, 4, 3, 2, 1]) == ([1, 2, 3, 4, 5], None)


def test_nan_is_never_the_best():
    nan = float("nan")
    assert follow(EarlyStopping(2), [nan, 1.0, nan, nan]) == ([2], 4)
    assert follow(EarlyStopping(3, "accuracy"), [nan, 0.1, nan], "accuracy") == ([2], None)


@pytest.mark.parametrize("patience", [0, -1, 1.5, True, "2"])
def test_patience_out_of_range_is_refused(patience):
    with pytest.raises(errors.SettingError, match="patience is a number of epochs"):
        EarlyStopping(patience)


def test_what_is_not_measured_cannot_be_monitored():
    with pytest.raises(errors.UnknownNameError, match="there is loss, accuracy"):
        EarlyStopping(1, "rmse").improved(1, {"loss": 1.0, "accuracy": 0.5})


def test_the_state_is_plain_data_and_goes_on():
    one, two = EarlyStopping(3), EarlyStopping(3)
    follow(one, [1.0, 0.5, 0.7])
    best = {"W": np.ones(2)}
    two.restore(one.to_dict(), best)
    assert (two.best_epoch, two.best_value, two.waited, two.best_params) == (2, 0.5, 1, best)
    assert json.loads(json.dumps(one.to_dict())) == one.to_dict()


def test_without_patience_the_best_epoch_is_noted_and_nothing_is_exhausted():
    stopping = EarlyStopping(None)
    assert follow(stopping, [1.0, 0.5, 0.9, 0.9, 0.9]) == ([1, 2], None)
    assert stopping.best_epoch == 2
