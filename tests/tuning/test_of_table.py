"""Tables as the data of a search."""

import numpy as np
import pytest

from bprop.errors import SettingError
from bprop.sources.splits import Split
from bprop.tuning import of_table


def test_each_row_that_is_not_in_the_test_is_measured_in_one_fold(table):
    split = Split(0.2, 0.2, 3)
    test = split.parts(table.frame, np.unique(table.answer.y(table.frame), return_inverse=True)[1]).test
    measured = np.concatenate([one.test.frame.numbers for one in of_table.folds(table, split, 4)])
    assert sorted([*measured, *test]) == list(range(60))
    for train, watched, fold in of_table.folds(table, split, 4):
        numbers = [set(part.frame.numbers.tolist()) for part in (train, watched, fold)]
        assert not numbers[0] & numbers[1] and not (numbers[0] | numbers[1]) & numbers[2]
        assert watched.preparation is train.preparation


def test_the_network_is_that_of_the_table(table):
    train, watched, _ = table.split()
    stage = of_table.stage(train, watched, None, "float32", None)
    graph = stage.make({"layers": 2, "units": 7, "dropout": 0.2})
    assert graph.describe() == train.graph((7, 7), dropout=0.2, recipe="lecture").describe()
    wide = stage.make({"layers": 2, "units": 7, "inputs": "bins+waves"})
    assert "bin_columns" in wide.boxes and "bin_columns" not in graph.boxes
    with pytest.raises(SettingError, match="hold some out"):
        of_table.stage(train, None, None, "float32", None)
