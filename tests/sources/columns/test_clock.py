"""Columns of times of day, and of durations."""

from dataclasses import replace

import numpy as np
import pytest

from bprop import errors
from bprop.sources.column import objects
from bprop.sources.columns import Duration, Time
from bprop.sources.columns.infer import fit_column
from bprop.sources.frame import Frame
from bprop.sources.read_options import ReadOptions


def frame(cells):
    return Frame("t", {"a": objects(cells)}, lambda row: f"t.csv, line {row + 2}", source="t.csv")


def test_a_time_of_day_is_a_point_on_a_circle():
    kind = Time.fit("a", frame(["06:00", "18:30"]))
    np.testing.assert_allclose(
        kind.encode(frame(["00:00", "6:00 AM", "18:00:00"])), [[0, 1], [1, 0], [-1, 0]], atol=1e-12
    )
    assert kind.scaled == (False, False)


def test_a_missing_time_has_a_column_of_its_own():
    kind = Time.fit("a", frame(["06:00", "?"]))
    np.testing.assert_allclose(kind.encode(frame(["", "06:00"])), [[0, 0, 1], [1, 0, 0]], atol=1e-12)
    assert kind.feature_names == ("a: time of day, sin", "a: time of day, cos", "a missing")


def test_a_duration_is_its_seconds():
    kind = Duration.fit("a", frame(["26:30:00", "1:00", None]))
    assert kind.fill == (95400 + 3600) / 2
    assert kind.encode(frame(["2 days 00:00:01", ""])).tolist() == [[172801, 0], [49500, 1]]
    assert Duration.fit("a", frame(["1:00", "30:00"])).scaled == (True,)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["06:06", "12:44", "13:40"], "time"), (["3:15 PM", "11:00 AM"], "time"), (["06:06", "26:10"], "duration"),
        (["1 days 02:00:00", "0 days 03:00:00"], "duration"), (["PT1H", "PT2H"], "duration"),
        (["06:06", "soon"] * 3, "categorical"),
        (["6", "7", "8"], "numeric"),
    ],
)  # fmt: skip
def test_times_and_durations_are_inferred(cells, kind):
    assert fit_column("a", frame(cells)).kind == kind


@pytest.mark.parametrize(
    ("kind", "what"), [(Time, "a time of day such as 14:30"), (Duration, "a duration such as 1:30:00")]
)
def test_a_stray_cell_is_named_by_its_place(kind, what):
    with pytest.raises(errors.DataError, match=f"line 3, column 'a': 'soon' is not {what}"):
        kind.fit("a", frame(["10:00", "soon"]))


def test_a_stray_cell_among_times_and_durations_is_named():
    for cells in (["06:06", "12:44", "late"], ["26:06:00", "12:44:00", "late"]):
        with pytest.raises(errors.DataError, match="line 4, column 'a': 'late' is not a"):
            fit_column("a", frame(cells))


def test_a_cell_beyond_a_day_makes_durations_of_all():
    assert fit_column("a", frame(["06:06", "12:44", "26:30"])).kind == "duration"
    assert fit_column("a", frame(["06:06", "12:44", "24:00"])).kind == "time"


def test_numbers_with_one_letter_are_no_durations():
    assert not Duration.suits(frame(["5m", "7m"]).column("a"))
    assert Duration.suits(frame(["5m", "1h 7m"]).column("a"))


@pytest.mark.parametrize(("kind", "cells"), [(Time, ["14:30", "soon", "6:00"]), (Duration, ["26:30", "soon", "1h 5m"])])
def test_bad_cells_are_missing_where_that_is_asked_for(kind, cells):
    with pytest.raises(errors.DataError, match=r"line 3, column 'a': 'soon' is not a .*--bad-cells missing"):
        kind.fit("a", frame(cells))
    table = replace(frame(cells), read=ReadOptions(bad_cells="missing"))
    fitted = kind.fit("a", table)
    assert fitted.encode(table)[:, -1].tolist() == [0, 1, 0]
    assert fitted.misfits(table).tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("kind", "cells"), [("time", ["14:30", "6:00", "23:10"]), ("duration", ["26:30", "1:00", "2:00"])]
)
@pytest.mark.parametrize("word", ["-", "unknown", "n.a."])
def test_words_for_a_missing_value_among_measures_count_here(kind, cells, word):
    fitted = fit_column("a", frame([*cells, word]))
    assert fitted.kind == kind and fitted.encode(frame([word]))[0, -1] == 1


def test_one_unit_is_a_number_with_a_unit_and_several_are_a_duration():
    assert fit_column("a", frame(["45 min", "60 min", "5 min"])).written == "1234.5 min"
    assert fit_column("a", frame(["1h 45min", "2h", "1h 5min"])).kind == "duration"


def test_a_typed_column_of_seconds_is_read_as_it_is():
    table = Frame("t", {"a": np.array([3600.0, np.nan])}, str)
    assert Time.fit("a", table).misfits(table).tolist() == [False, False]
    assert Duration.fit("a", table).encode(table).tolist() == [[3600, 0], [3600, 1]]
