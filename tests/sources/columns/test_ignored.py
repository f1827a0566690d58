"""A column that is left out."""

import numpy as np

from bprop.sources.columns import Ignored
from bprop.sources.frame import Frame


def frame(values, name="a"):
    column = values
    if not isinstance(values, np.ndarray):
        column = np.empty(len(values), object)
        column[:] = values
    return Frame("t", {name: column}, lambda row: f"t.csv, line {row + 2}", source="t.csv")


def test_what_is_ignored_gives_nothing():
    assert Ignored.fit("a", frame(["x"])).encode(frame(["x", "y"])).shape == (2, 0)
    assert str(Ignored("a", "id")) == "a (id)"
