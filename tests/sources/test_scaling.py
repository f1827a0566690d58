"""How the data of a network is scaled: learned from rows, done for others, and told by place where it cannot be."""

import numpy as np
import pytest

from bprop import errors
from bprop.sources.answers import Answer
from bprop.sources.encoding import Encoding
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation
from bprop.sources.scaling import need_digits, network_arrays, places, settings_of, units_of, x_of
from bprop.sources.table import Table


@pytest.mark.parametrize("task", ["regression", "classification"])
def test_inputs_and_numbers_are_scaled(task):
    x, y = np.array([[1.0, 5.0], [3.0, 5.0]]), np.array([0.0, 4.0])
    table = Table("t", x, y, ("a", "b"))
    encoding = Encoding.of(table, task)
    assert settings_of(x, encoding) == {"task": task, "input_scaling": None}
    units = units_of(x, table, encoding)
    assert units.scalings.keys() == ({"x", "y", "f"} if task == "regression" else {"x"})
    arrays = network_arrays(table, encoding, units, np.float32)
    np.testing.assert_array_equal(arrays["x"], [[-1, 0], [1, 0]])
    assert arrays["x"].dtype == np.float32
    np.testing.assert_array_equal(arrays["y"], [-1, 1] if task == "regression" else [0, 1])
    assert "x" not in units_of(x, table, encoding, "none").scalings


def test_counts_are_not_scaled():
    table = Table("t", np.eye(3), np.array([0, 3, 5]), ("a", "b", "c"))
    assert units_of(table.x, table, Encoding.of(table, "counts")).scalings.keys() == {"x"}


def prepared(**columns):
    cells = {name: np.array(column, object) for name, column in columns.items()}
    frame = Frame("t", cells, lambda row: f"t.csv, line {row + 2}", target=("y",))
    return frame, Preparation.fit(frame, Answer.of(frame, ("y",)))


def test_measures_are_scaled_and_categories_are_not():
    frame, coding = prepared(size=["1", "3", "?", "8"], kind=["a", "b", "a", "b"], y=["p", "q", "p", "q"])
    found = units_of(x_of(frame, coding), frame, coding).scalings["x"]
    assert found.mean.tolist() == [4, 0, 0, 0]
    assert found.deviation[1:].tolist() == [1, 1, 1]


def test_a_cell_too_large_for_the_network_is_named_by_line_column_and_value():
    frame, coding = prepared(kind=["a", "b"] * 3, size=list("123456"), y=["0.5", "1.5"] * 3)
    units = units_of(x_of(frame, coding), frame, coding)
    other, _ = prepared(kind=["a", "b"] * 3, size=["1", "1e39", "3", "4", "5", "6"], y=["0.5", "1e300"] * 3)
    with pytest.raises(errors.DataError, match=r"t\.csv, line 3, column 'size': 1e39 is too large"):
        network_arrays(other, coding, units, np.float32)
    assert np.isfinite(network_arrays(other, coding, units, np.float64)["x"]).all()
    other.columns["size"][1] = "2"
    with pytest.raises(errors.DataError, match=r"t\.csv, line 3, column 'y': 1e300 is too large"):
        network_arrays(other, coding, units, np.float32)


def test_a_row_of_arrays_is_named_by_its_number():
    table = Table("t.npz", np.array([[1.0, 2], [3, 5], [4, 4]]), np.array([0.5, 1.5, 2.5]), ("x1", "x2"))
    coding = Encoding.of(table)
    units = units_of(table.x, table, coding)
    far = Table("u.npz", np.array([[1.0, 2], [3, 1e200]]), np.array([0.5, 1.5]), ("x1", "x2"))
    with pytest.raises(errors.DataError, match=r"u\.npz, row 2, column 'x2': 1e\+200 is too large"):
        network_arrays(far, coding, units, np.float32)


def test_what_is_not_scaled_needs_the_digits_of_the_precision():
    frame, coding = prepared(ms=[f"{17e11 + 1e4 * k:.0f}.5" for k in range(30)], y=["p", "q", "r"] * 10)
    units = units_of(x_of(frame, coding), frame, coding, "none")
    need_digits(frame, coding, units, np.float64)
    with pytest.raises(errors.DataError, match=r"float32 cannot tell numbers near 1.7e\+12 apart"):
        need_digits(frame, coding, units, np.float32)
    need_digits(frame, coding, units_of(x_of(frame, coding), frame, coding), np.float32)


def test_other_errors_pass():
    with pytest.raises(ZeroDivisionError), places(Table("t", np.eye(2), None, ("a", "b")), None):
        1 / 0  # noqa: B018
