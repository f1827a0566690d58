"""How the data of a network is scaled: learned from rows, done for others, and told by place where it cannot be."""

import numpy as np
import pytest

from bprop import errors
from bprop.sources.answer import Answer
from bprop.sources.formats.arrays import frame_of_arrays
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation
from bprop.sources.scaling import (
    SCALINGS,
    need_digits,
    network_arrays,
    places,
    scaling_of,
    settings_of,
    target_scaling_of,
    unit_scale,
    units_of,
)  # fmt: skip


def of_arrays(x, y, task=None, name="t"):
    rows = frame_of_arrays(name, np.asarray(x), np.asarray(y), [f"x{k + 1}" for k in range(np.shape(x)[1])], "y")
    return rows, Preparation.fit(rows, Answer.of(rows, ("y",), task))


@pytest.mark.parametrize("task", ["regression", "classification"])
def test_inputs_and_numbers_are_scaled(task):
    rows, coding = of_arrays([[1.0, 5.0], [3.0, 5.0]], [0.0, 4.0], task)
    whole = coding.arrays(rows)
    assert settings_of(whole["x"], coding) == {"task": task, "input_scaling": None}
    units = units_of(whole, coding)
    assert units.scalings.keys() == ({"x", "y", "f"} if task == "regression" else {"x"})
    arrays = network_arrays(rows, coding, units, np.float32)
    np.testing.assert_array_equal(arrays["x"], [[-1, 0], [1, 0]])
    assert arrays["x"].dtype == np.float32
    np.testing.assert_array_equal(arrays["y"], [-1, 1] if task == "regression" else [0, 1])
    assert "x" not in units_of(whole, coding, "none").scalings


def test_counts_are_not_scaled():
    rows, coding = of_arrays(np.eye(3), [0, 3, 5], "counts")
    assert units_of(coding.arrays(rows), coding).scalings.keys() == {"x"}


def prepared(**columns):
    cells = {name: np.array(column, object) for name, column in columns.items()}
    frame = Frame("t", cells, lambda row: f"t.csv, line {row + 2}", target=("y",))
    return frame, Preparation.fit(frame, Answer.of(frame, ("y",)))


def test_measures_are_scaled_and_categories_are_not():
    frame, coding = prepared(size=["1", "3", "?", "8"], kind=["a", "b", "a", "b"], y=["p", "q", "p", "q"])
    found = units_of(coding.arrays(frame), coding).scalings["x"]
    assert found.mean.tolist() == [4, 0, 0, 0]
    assert found.deviation[1:].tolist() == [1, 1, 1]


def test_a_cell_too_large_for_the_network_is_named_by_line_column_and_value():
    frame, coding = prepared(kind=["a", "b"] * 3, size=list("123456"), y=["0.5", "1.5"] * 3)
    units = units_of(coding.arrays(frame), coding)
    other, _ = prepared(kind=["a", "b"] * 3, size=["1", "1e39", "3", "4", "5", "6"], y=["0.5", "1e300"] * 3)
    with pytest.raises(errors.DataError, match=r"t\.csv, line 3, column 'size': 1e39 is too large"):
        network_arrays(other, coding, units, np.float32)
    assert np.isfinite(network_arrays(other, coding, units, np.float64)["x"]).all()
    other, _ = prepared(kind=["a", "b"] * 3, size=list("123456"), y=["0.5", "1e300"] * 3)
    with pytest.raises(errors.DataError, match=r"t\.csv, line 3, column 'y': 1e300 is too large"):
        network_arrays(other, coding, units, np.float32)


def test_a_row_of_arrays_is_named_by_its_number():
    rows, coding = of_arrays([[1.0, 2], [3, 5], [4, 4]], [0.5, 1.5, 2.5])
    units = units_of(coding.arrays(rows), coding)
    far, _ = of_arrays([[1.0, 2], [3, 1e200]], [0.5, 1.5], name="u.npz")
    with pytest.raises(errors.DataError, match=r"u\.npz, row 2, column 'x2': 1e\+200 is too large"):
        network_arrays(far, coding, units, np.float32)


def test_what_is_not_scaled_needs_the_digits_of_the_precision():
    frame, coding = prepared(ms=[f"{17e11 + 1e4 * k:.0f}.5" for k in range(30)], y=["p", "q", "r"] * 10)
    units = units_of(coding.arrays(frame), coding, "none")
    need_digits("t", coding.arrays(frame), coding, units, np.float64)
    with pytest.raises(errors.DataError, match=r"float32 cannot tell numbers near 1.7e\+12 apart"):
        need_digits("t", coding.arrays(frame), coding, units, np.float32)
    need_digits("t", coding.arrays(frame), coding, units_of(coding.arrays(frame), coding), np.float32)


def test_other_errors_pass():
    with pytest.raises(ZeroDivisionError), places(*of_arrays(np.eye(2), [0, 1])):
        1 / 0  # noqa: B018


# --- scaling ---


def test_standard_scaling_gives_mean_0_and_deviation_1():
    x = np.random.default_rng(0).normal(size=(200, 3)) * [1, 10, 100] + [5, -5, 0]
    z = scaling_of(x, "standard").scaled(x)
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(z.std(axis=0), 1, rtol=1e-12)


def test_a_constant_column_is_left_out():
    found = scaling_of(np.array([[1.0, 7.0], [3.0, 7.0]]), "standard")
    assert (found.mean.tolist(), found.deviation.tolist()) == ([2, 7], [1, 0])
    assert found.scaled(np.array([[4.0, 8.0]])).tolist() == [[2, 0]]


def test_standard_scaling_of_bytes_does_not_overflow():
    found = scaling_of(np.full((1000, 1), 250, np.uint8), "standard")
    assert (found.mean.tolist(), found.deviation.tolist()) == ([250], [0])


def test_unit_scaling_divides_by_255_in_the_graph():
    assert scaling_of(np.zeros((2, 2)), "unit") is None
    assert list(map(float, unit_scale(np.zeros((2, 2)), "unit"))) == [0, 255]


def test_auto_is_unit_for_bytes_and_standard_for_the_rest():
    x = np.array([[0, 100], [200, 255]], np.uint8)
    assert unit_scale(x) is not None
    assert scaling_of(x) is None
    assert unit_scale(x.astype(float)) is None
    np.testing.assert_array_equal(scaling_of(x.astype(float)).mean, scaling_of(x.astype(float), "standard").mean)


def test_none_is_no_scaling():
    assert scaling_of(np.zeros((2, 2)), "none") is None
    assert unit_scale(np.zeros((2, 2)), "none") is None


def test_targets_that_are_all_the_same_have_the_deviation_1():
    found = target_scaling_of(np.full(3, 2.5))
    assert (found.mean, found.deviation) == (2.5, 1)


def test_an_unknown_scaling_lists_the_known():
    with pytest.raises(errors.UnknownNameError, match=f"'minmax'.*{', '.join(SCALINGS)}"):
        scaling_of(np.zeros((2, 2)), "minmax")
