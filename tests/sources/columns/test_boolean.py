"""Yes or no."""

import numpy as np
import pytest

from bprop import errors
from bprop.sources.columns import Boolean
from bprop.sources.frame import Frame


def frame(values, name="a"):
    column = values
    if not isinstance(values, np.ndarray):
        column = np.empty(len(values), object)
        column[:] = values
    return Frame("t", {name: column}, lambda row: f"t.csv, line {row + 2}", source="t.csv")


def test_yes_no_and_missing():
    assert Boolean.fit("a", frame(["yes", "no"])).encode(frame(["no", "TRUE", ""])).tolist() == [[0], [1], [0.5]]
    assert Boolean.fit("a", frame(["yes", ""])).encode(frame(["no", ""])).tolist() == [[0, 0], [0.5, 1]]


def test_a_stray_cell_is_named_by_its_place():
    with pytest.raises(errors.DataError, match="line 2, column 'a': 'maybe' is not true or false"):
        Boolean.fit("a", frame(["maybe"]))
