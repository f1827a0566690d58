"""Another threshold between two classes than a model was trained with."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.tables.threshold import with_threshold

ROWS = {"size": [1.0, 3.0, 2.0, 4.0] * 5}


def fitted(y, **options):
    return bp.table(ROWS, np.array(y), **options).fit(epochs=1, hidden=2, engine="numpy", progress=False, test=0)


def test_it_replaces_that_of_the_model():
    fit = fitted(["yes", "no"] * 10)
    assert with_threshold(fit.graph, fit.preparation, None) is fit.preparation
    assert with_threshold(fit.graph, fit.preparation, "0.25").decision.threshold == 0.25


@pytest.mark.parametrize("word", ["0", "1.5", "often"])
def test_it_is_a_probability(word):
    fit = fitted(["yes", "no"] * 10)
    with pytest.raises(errors.SettingError, match="threshold"):
        with_threshold(fit.graph, fit.preparation, word)


def test_there_must_be_two_classes_to_choose_between():
    fit = fitted(["a", "b", "c", "d"] * 5)
    with pytest.raises(errors.SettingError, match="there are 4 classes: leave it out"):
        with_threshold(fit.graph, fit.preparation, "0.3")
    fit = fitted(np.arange(20) * 0.7)
    with pytest.raises(errors.SettingError, match="the task is regression: leave it out"):
        with_threshold(fit.graph, fit.preparation, "0.3")
