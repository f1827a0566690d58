"""The kinds of column."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bprop import errors
from bprop.sources.frame import Frame
from bprop.sources.kinds import KINDS, ONE_HOT, Boolean, Categorical, Date, Ignored, Numeric, from_notes


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
    with pytest.raises(errors.DataError, match="line 2, column 'a': 'maybe' is not true or false"):
        Boolean.fit("a", frame(["maybe"]))
    with pytest.raises(errors.DataError, match="line 3, column 'a': 'soon' is not a date"):
        Date.fit("a", frame(["2024-01-01", "soon"]))


def test_yes_no_and_missing():
    assert Boolean.fit("a", frame(["yes", "no"])).encode(frame(["no", "TRUE", ""])).tolist() == [[0], [1], [0.5]]
    assert Boolean.fit("a", frame(["yes", ""])).encode(frame(["no", ""])).tolist() == [[0, 0], [0.5, 1]]


def test_few_categories_have_a_column_each_and_an_unseen_one_none():
    kind = Categorical.fit("a", frame(["red", "blue", "red"]))
    assert kind.categories == ("blue", "red")
    assert kind.encode(frame(["blue", "red", "green", ""])).tolist() == [[1, 0], [0, 1], [0, 0], [0, 0]]


def test_missing_is_a_category_where_training_has_it():
    kind = Categorical.fit("a", frame(["red", "", "blue"]))
    assert kind.encode(frame(["?", "red", "green"])).tolist() == [[1, 0, 0], [0, 0, 1], [0, 0, 0]]


def test_many_categories_are_embedded_and_unseen_and_missing_have_codes_of_their_own():
    names = [f"n{k:02}" for k in range(30)]
    kind = Categorical.fit("a", frame([*names, *names, "once"]))
    assert kind.rows == 32
    assert 0 < kind.width < 32
    assert kind.encode(frame(["n00", "n29", "once", "new", None])).tolist() == [2, 31, 0, 0, 1]
    assert kind.scaled == ()
    assert "embedding" in str(kind)


def test_how_many_categories_are_one_hot():
    names = [f"n{k}" for k in range(ONE_HOT)]
    assert Categorical.fit("a", frame(names)).width == 0
    assert Categorical.fit("a", frame([*names, "more"] * 2)).width > 0


def test_numbers_told_to_be_categories_are_the_same_in_every_format():
    kind = Categorical.fit("a", frame(["7", "8", "7"]))
    assert kind.encode(frame(np.array([7.0, 8.0, np.nan]))).tolist() == [[1, 0], [0, 1], [0, 0]]
    assert kind.encode(frame(np.array([8]))).tolist() == [[0, 1]]


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1), st.lists(st.text(max_size=3)))
def test_every_code_is_in_range_whatever_comes(seen, new):
    kind = Categorical.fit("a", frame(seen))
    found = kind.encode(frame(new))
    assert found.shape == (len(new), len(kind.codes))
    assert set(np.unique(found.sum(axis=1))) <= {0, 1}
    known = np.array([cell in kind.categories for cell in new], bool)
    np.testing.assert_array_equal(found.sum(axis=1), known)


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


def test_what_is_ignored_gives_nothing():
    assert Ignored.fit("a", frame(["x"])).encode(frame(["x", "y"])).shape == (2, 0)
    assert str(Ignored("a", "id")) == "a (id)"


EXAMPLES = [
    Numeric("a", 1.5, True), Boolean("a", False), Categorical("a", ("x", "y"), (1, 2, 3), 0),
    Date("a", "2024-01-01", 0.0, True, False), Ignored("a", "constant"),
]  # fmt: skip


@pytest.mark.parametrize("kind", EXAMPLES, ids=lambda kind: kind.kind)
def test_notes_are_plain_data_and_come_back(kind):
    assert from_notes(json.loads(json.dumps(kind.to_notes()))) == kind
    assert {type(k) for k in EXAMPLES} == set(KINDS.values())


@pytest.mark.parametrize(
    "notes",
    [{}, [], {"kind": "magic"}, {"kind": ["numeric"]}, {"kind": "numeric", "name": "a"},
     {"kind": "numeric", "name": 3, "fill": 0.0, "indicator": True},
     {"kind": "numeric", "name": "a", "fill": "0", "indicator": True},
     {"kind": "categorical", "name": "a", "categories": [1], "codes": [], "width": 0},
     {"kind": "categorical", "name": "a", "categories": "xy", "codes": [True], "width": 0},
     {"kind": "date", "name": "a", "origin": "soon", "fill": 0.0, "hours": True, "indicator": True}],
)  # fmt: skip
def test_notes_that_none_has_written(notes):
    with pytest.raises(errors.DataError, match="damaged"):
        from_notes(notes)


@pytest.mark.parametrize(
    ("kind", "entry", "value"),
    [
        (Numeric("a", 1.5, True), "fill", float("nan")), (Numeric("a", 1.5, True), "fill", 10**400),
        (Numeric("a", 1.5, True), "fill", True), (Date("a", "2024-01-01", 0.0, True, False), "fill", float("inf")),
        (Date("a", "2024-01-01", 0.0, True, False), "origin", "NaT"),
        (Date("a", "2024-01-01", 0.0, True, False), "origin", ""),
        (Date("a", "2024-01-01", 0.0, True, False), "origin", "9" * 30),
        (Date("a", "2024-01-01", 0.0, True, False), "origin", "999999999-01-01"),
        (Categorical("a", ("x", "y"), (1, 2, 3), 0), "codes", [1, 1]),
        (Categorical("a", ("x", "y"), (1, 2, 3), 0), "codes", [4]),
        (Categorical("a", ("x", "y"), (1, 2, 3), 0), "codes", [-1]),
        (Categorical("a", ("x", "y"), (1, 2, 3), 0), "categories", ["x", "x"]),
        (Categorical("a", ("x", "y"), (1, 2, 3), 0), "width", -1),
        (Categorical("a", ("x", "y"), (1, 2, 3), 0), "width", 10**9),
    ],
    ids=repr,
)  # fmt: skip
def test_an_entry_that_no_column_has_is_refused_and_named(kind, entry, value):
    with pytest.raises(errors.DataError, match=f"{entry} of the column 'a'"):
        from_notes({**kind.to_notes(), entry: value})
