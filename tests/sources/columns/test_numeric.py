"""A number."""

import numpy as np
import pytest

from bprop import errors
from bprop.sources.columns import Boolean, Numeric, from_notes
from bprop.sources.frame import Frame


def frame(values, name="a"):
    column = values
    if not isinstance(values, np.ndarray):
        column = np.empty(len(values), object)
        column[:] = values
    return Frame("t", {name: column}, lambda row: f"t.csv, line {row + 2}", source="t.csv")


def test_a_number_is_itself():
    kind = Numeric.fit("a", frame(["1", "3", "8"]))
    assert kind == Numeric("a", 4.0, False)
    assert kind.encode(frame(["2.5", "-1"])).tolist() == [[2.5], [-1]]
    assert kind.scaled == (True,)


def test_a_missing_number_is_the_mean_of_training_and_a_column_says_so():
    kind = Numeric.fit("a", frame(["1", "?", "8"]))
    assert kind.encode(frame(["", "2"])).tolist() == [[4.5, 1], [2, 0]]
    assert kind.scaled == (True, False)


def test_a_number_that_was_never_missing_in_training_is_filled_in_without_a_column():
    assert Numeric.fit("a", frame(["1", "3"])).encode(frame([None])).tolist() == [[2]]


def test_a_stray_cell_is_named_by_its_place_with_a_way_out():
    with pytest.raises(errors.DataError, match=r"t.csv, line 3, column 'a': 'x' is not a finite number, and 1 of 3"):
        Numeric("a", 0.0, False).encode(frame(["1", "x", "2"]))
    with pytest.raises(errors.DataError, match=r"all values are missing; .* --kind a=ignored"):
        Numeric.fit("a", frame(["", "?"]))


@pytest.mark.parametrize("bound", ["<0.5", "85+", "90 and over"])
def test_a_bound_is_told_as_one(bound):
    with pytest.raises(errors.DataError, match=r"is not a finite number.*a bound is no value"):
        Numeric.fit("a", frame(["1", "2", bound]))


def test_a_model_of_before_reads_plain_numbers():
    old = {"kind": "numeric", "name": "a", "fill": 2.0, "indicator": False}
    kind = from_notes(old)
    assert kind == Numeric("a", 2.0, False)
    assert kind.encode(frame(["1.234"])).tolist() == [[1.234]]
    with pytest.raises(errors.DataError, match=r"'1,5' is not a finite number.*looks like a number in another format"):
        kind.encode(frame(["1,5"]))
    with pytest.raises(errors.DataError, match="written of the column 'a'"):
        from_notes({**old, "written": "1.234"})


def test_a_format_is_asked_for_by_an_example_or_a_country():
    column = frame(["1,234", "2,500"])
    assert Numeric.fit_as("a", column, "1234,5").encode(column).tolist() == [[1.234], [2.5]]
    assert Numeric.fit_as("a", column, "us").encode(column).tolist() == [[1234], [2500]]
    assert Numeric.fit_as("a", frame(["1.234 €", "5 €"]), "de").written == "1.234,5 €"
    with pytest.raises(errors.SettingError, match=r"--kind a=numeric:1.234: '1.234' does not say how"):
        Numeric.fit_as("a", column, "1.234")
    with pytest.raises(errors.SettingError, match="--kind a=boolean:x: a column that is boolean is read in one way"):
        Boolean.fit_as("a", column, "x")
