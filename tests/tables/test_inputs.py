"""The ways in which a network takes the columns of a table."""

import numpy as np
import pytest

import bprop as bp
from bprop.errors import SettingError, UnknownNameError
from bprop.tables.inputs import MOST_COLUMNS, Inputs

ALL = Inputs(("bins", "waves"), category_dropout=0.3)


def table(columns=2, pets=True, task="regression"):
    rng = np.random.default_rng(0)
    rows = {f"x{k}": rng.normal(size=60) for k in range(columns)}
    pet = {"pet": ["cat", "dog", "cow"] * 20} if pets else {}
    y = np.arange(60.0) if task == "regression" else ["a", "b", "c"] * 20
    return bp.table({**rows, **pet, "y": y}, "y", task=task)


def test_a_table_has_those_that_its_columns_allow():
    assert ALL.fitting(table().preparation) == ALL
    assert ALL.fitting(table(pets=False).preparation) == Inputs(("bins", "waves"))
    assert ALL.fitting(table(columns=0).preparation) == Inputs((), 0.3)
    wide = table(columns=MOST_COLUMNS["waves"] + 1).preparation
    assert ALL.fitting(wide) == Inputs(("bins",), 0.3)


def test_arrays_and_images_have_none():
    arrays = bp.table(np.random.default_rng(0).normal(size=(50, 3)), np.arange(50.0))
    assert ALL.fitting(arrays.preparation) in (Inputs(), Inputs(("bins", "waves")))


@pytest.mark.parametrize("task", ["regression", "classification"])
def test_a_function_is_learned_from_rows_as_the_network_sees_them(task):
    rows = table(task=task)
    function = Inputs(("bins", "waves")).learned(rows.frame, rows.preparation, rows.units)
    box = function(bp.Input("x", (5,)))
    assert box.dims[0] == "N" and box.dims[1] >= 5 + 6
    assert Inputs().learned(rows.frame, rows.preparation, rows.units) is None


def test_bad_ones_are_refused():
    with pytest.raises(UnknownNameError, match="no features are called 'bin'; there are: bins, waves"):
        Inputs(("bin",))
    with pytest.raises(SettingError, match="category_dropout must be in"):
        Inputs(category_dropout=1.0)


def test_they_are_described():
    assert str(Inputs()) == "numbers as they are"
    assert str(ALL) == "bins and waves of numbers, dropout 0.3 of categories"
