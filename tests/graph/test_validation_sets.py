"""The checks of whole data sets: those in memory, and those that are checked part by part."""

from dataclasses import dataclass

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.data import DataSet
from bprop.graph import validation


@dataclass(frozen=True)
class InParts(DataSet):
    """A data set that is checked three rows at a time."""

    def cuts(self):
        for start in range(0, len(self), 3):
            yield slice(start, min(start + 3, len(self)))


GRAPH = bp.Graph(loss=bp.nll(bp.softmax(bp.Input("x", (2,))), bp.Input("y", (), dtype="int")))


def arrays(rows=8):
    return {"x": np.ones((rows, 2)), "y": np.arange(rows) % 2}


@pytest.mark.parametrize("kind", [DataSet, InParts])
def test_a_data_set_stays_itself(kind):
    data = kind(arrays(), np.ones(8))
    assert GRAPH.read_set(data) is data


@pytest.mark.parametrize("kind", [dict, DataSet, InParts])
@pytest.mark.parametrize("row", [0, 4, 7])
def test_every_part_of_a_set_is_checked(kind, row):
    for name, value, said in (("x", np.nan, "input 'x': nan"), ("y", 2, "input 'y': 2")):
        spoilt = arrays()
        spoilt[name][row] = value
        with pytest.raises(errors.DataError, match=said):
            GRAPH.read_set(kind(spoilt))


@pytest.mark.parametrize("kind", [dict, DataSet, InParts])
def test_names_and_shapes_of_a_set_are_checked(kind):
    with pytest.raises(errors.UnknownNameError, match="missing inputs: 'y'"):
        GRAPH.read_set(kind({"x": np.ones((4, 2))}))
    with pytest.raises(errors.ShapeError, match="input 'x'"):
        GRAPH.read_set(kind({**arrays(), "x": np.ones((8, 3))}))


def test_weights_beside_a_data_set_are_refused_for_it_has_its_own():
    with pytest.raises(errors.SettingError, match="validation_weights: this data set has weights of its own"):
        GRAPH.read_set(DataSet(arrays()), np.ones(8), "validation_weights")


def test_weights_of_arrays_are_read_and_called_by_their_name_in_errors():
    weights = [0, 1, 0, 2, 0, 0.5, 0, 0]
    found = GRAPH.read_set(arrays(), weights)
    np.testing.assert_array_equal(found.weights, weights)
    assert found.weights.dtype == np.float64
    assert GRAPH.read_set(arrays()).weights is None
    for wrong, said in (([0] * 8, "all are 0"), ([1] * 7, "one weight an example"), ([-1] * 8, "not negative")):
        with pytest.raises(errors.BpropError, match=f"validation_weights: .*{said}"):
            GRAPH.read_set(arrays(), wrong, "validation_weights")


@pytest.mark.parametrize("limits", [(0, 1), (-1, 0), (5, 5)])
def test_values_at_the_limits_are_legal_and_those_beyond_are_not(limits):
    low, high = limits
    within = {"k": (low, high, "box")}
    validation.check_values("k", np.array([low, high]), within)
    for value in (low - 1, high + 1):
        with pytest.raises(
            errors.DataError, match=rf"'k': {value} at row 1 is outside {low}\.\.{high}, which 'box' needs"
        ):
            validation.check_values("k", np.array([low, value]), within)
    validation.check_values("other", np.array([low - 1]), within)
