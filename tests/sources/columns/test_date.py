"""A day, perhaps with a time."""

import numpy as np
import pytest

from bprop import errors
from bprop.sources.columns import Date
from bprop.sources.frame import Frame


def frame(values, name="a"):
    column = values
    if not isinstance(values, np.ndarray):
        column = np.empty(len(values), object)
        column[:] = values
    return Frame("t", {name: column}, lambda row: f"t.csv, line {row + 2}", source="t.csv")


def test_dates_are_days_and_points_on_circles():
    kind = Date.fit("a", frame(["2024-01-01", "2024-01-03"]))
    found = kind.encode(frame(["2024-01-01", "2024-01-08"]))
    assert found.shape == (2, 5)
    assert found[:, 0].tolist() == [0, 7]
    np.testing.assert_allclose(found[0, 1:], [0, 1, 0, 1], atol=1e-12)  # the first day of the year, a Monday
    np.testing.assert_allclose(found[0, 3:], found[1, 3:], atol=1e-12)
    np.testing.assert_allclose((found[:, 1:] ** 2).sum(axis=1), 2)


def test_times_of_day_and_missing_dates():
    kind = Date.fit("a", frame(["2024-01-01 06:00", "", "2024-01-03 18:00"]))
    assert kind.hours
    found = kind.encode(frame(["2024-01-01 12:00", None]))
    assert found.shape == (2, 8)
    np.testing.assert_allclose(found[0, [0, 5, 6, 7]], [0.5, 0, -1, 0], atol=1e-12)
    np.testing.assert_allclose(found[1], [1.5, 0, 0, 0, 0, 0, 0, 1])
    assert len(kind.scaled) == 8


def test_a_stray_cell_is_named_by_its_place():
    with pytest.raises(errors.DataError, match="line 3, column 'a': 'soon' is not a date"):
        Date.fit("a", frame(["2024-01-01", "soon"]))
