"""A day, perhaps with a time."""

from dataclasses import replace

import numpy as np
import pytest

from bprop import errors
from bprop.sources.column import Column, objects
from bprop.sources.columns import Date, from_notes
from bprop.sources.columns.infer import fit_column
from bprop.sources.frame import Frame
from bprop.sources.read_options import ReadOptions


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
    assert kind.feature_names == (
        "a: days since 2024-01-01", "a: time of year, sin", "a: time of year, cos", "a: weekday, sin",
        "a: weekday, cos", "a: time of day, sin", "a: time of day, cos", "a missing",
    )  # fmt: skip


def test_a_stray_cell_is_named_by_its_place():
    with pytest.raises(errors.DataError, match="line 3, column 'a': 'soon' is not a date"):
        Date.fit("a", frame(["2024-01-01", "soon"]))


def test_all_training_cells_decide_the_order_of_day_and_month_and_the_model_keeps_it():
    kind = Date.fit("a", frame(["01/02/2024", "12/31/2023"]))
    assert kind.form == "mdy"
    assert str(kind) == "a (month first)"
    later = kind.encode(frame(["03/04/2024", "2024-03-04", "4 March 2024"]))
    assert len({tuple(row) for row in later.tolist()}) == 1
    assert later[0, 0] == 64  # from 2023-12-31 to 2024-03-04


def test_a_cell_in_another_order_than_the_models_is_refused_with_an_example_of_it():
    kind = Date.fit("a", frame(["01/02/2024", "31/12/2023"]))
    with pytest.raises(errors.DataError, match=r"line 3, column 'a': '12/31/2023' is not a date such as 31/05/2024"):
        kind.encode(frame(["01/02/2024", "12/31/2023"]))


def test_an_open_order_is_that_of_the_other_dates_of_the_table():
    columns = {"a": ["01/02/2024", "03/04/2024"], "b": ["31/12/2023", "01/01/2024"], "c": ["x", "y"]}
    table = Frame("t", {name: objects(cells) for name, cells in columns.items()}, lambda row: "t.csv")
    assert Date.fit("a", table).form == "dmy"


def test_two_orders_in_a_column_are_shown():
    with pytest.raises(errors.DataError, match=r"month first \(02/14/2024\).*day first \(13/02/2024\)"):
        Date.fit("a", frame(["13/02/2024", "02/14/2024", "01/01/2024"]))


@pytest.mark.parametrize(
    ("form", "cells"),
    [
        ("%m/%d/%Y", ["01/02/2024", "12/31/2023"]), ("s", ["1704153600", "1703980800"]),
        ("ms", ["1704153600000", "1703980800000"]), ("excel", ["45293", "45291"]),
        ("mdy", ["01/02/2024", "12/31/2023"]),
        ("%Y%m%d", ["20240102", "20231231"]),
    ],
)  # fmt: skip
def test_a_form_that_is_asked_for(form, cells):
    kind = Date.fit_as("a", frame(cells), form)
    assert (kind.origin, kind.form) == ("2023-12-31", form)
    assert kind.encode(frame(cells))[:, 0].tolist() == [2, 0]


def test_numbers_of_a_typed_file_since_1970():
    kind = Date.fit_as("a", frame(np.array([1704153600, 1703980800])), "s")
    assert kind.origin == "2023-12-31"


def test_a_form_that_does_not_exist_is_refused():
    with pytest.raises(errors.SettingError, match="perhaps %m/%d/%Y"):
        Date.fit_as("a", frame(["01/02/2024"]), "MM/DD/YYYY")


@pytest.mark.parametrize(
    ("cells", "suits"),
    [
        (["2024-05-31", "2024-06-01"], True), (["20240531", "20240601"], True), (["20240531", "12345678"], False),
        (["1990", "1991"], False), (["1.5", "2.5"], False), (["red", "blue"], False), (["01/02/2024"], True),
        (["2024-05-31", "2024-06-01", "soon"], True), (["2024-05-31", "soon", "late"], False), ([None, "?"], False),
    ],
)  # fmt: skip
def test_columns_that_look_like_dates(cells, suits):
    assert Date.suits(Column(objects(cells))) is suits


def test_a_model_of_before_has_no_form():
    notes = Date("a", "2024-01-01", 0.0, True, False).to_notes()
    del notes["form"]
    assert from_notes(notes) == Date("a", "2024-01-01", 0.0, True, False)


@pytest.mark.parametrize("form", ["05/{:02}/2024", "{:02}/05/2024", "99-05-{:02}"])
def test_days_after_the_12th_do_not_hide_dates_of_any_order(form):
    assert Date.suits(Column(objects([form.format(day) for day in range(10, 31)])))


def test_half_of_the_cells_in_each_order_are_an_error_rather_than_categories():
    table = frame(["31/05/2024", "05/31/2024"] * 15)
    assert Date.suits(table.column("a"))
    with pytest.raises(errors.DataError, match="column 'a': dates that have the month first"):
        fit_column("a", table)


@pytest.mark.parametrize("later", [["05/31/2024"], ["05/04/2024", "05/31/2024"], ["31/05/2024"]])
def test_a_model_of_plain_dates_does_not_infer_an_order_from_later_cells(later):
    kind = Date.fit("a", frame(["2024-05-01", "2024-06-01"]))
    with pytest.raises(errors.DataError, match=f"line 2, column 'a': '{later[0]}' is not a date such as 2024-05-31"):
        kind.encode(frame(later))


def test_compact_dates_and_iso_dates_stand_side_by_side_in_prediction():
    kind = Date.fit("a", frame(["20240501", "20240601"]))
    assert kind.encode(frame(["2024-05-31", "20240601"]))[:, 0].tolist() == [30, 31]


def test_versions_are_no_dates_though_most_could_be():
    versions = [f"1.{k % 9 + 1}.{k + 10}" for k in range(20)] + [f"2.{k}.{k}" for k in range(9)]
    assert fit_column("a", frame(versions * 2)).kind == "categorical"
    mistyped = [f"{k % 28 + 1}.5.2024" for k in range(60)] + ["31.05.20244"]
    with pytest.raises(errors.DataError, match=r"line 62, column 'a': '31\.05\.20244' is not a date"):
        fit_column("a", frame(mistyped))


def test_bad_cells_are_missing_where_that_is_asked_for():
    table = replace(frame(["2024-01-01", "soon", "2024-01-03"]), read=ReadOptions(bad_cells="missing"))
    kind = Date.fit("a", table)
    assert kind.indicator and kind.encode(table)[:, [0, -1]].tolist() == [[0, 0], [1, 1], [2, 0]]
    assert kind.misfits(table).tolist() == [False, True, False]
    both = replace(frame(["31/05/2024", "05/31/2024"] * 9), read=ReadOptions(bad_cells="missing"))
    assert Date.fit_as("a", both, "dmy").misfits(both).tolist() == [False, True] * 9


@pytest.mark.parametrize("word", ["-", "unknown", "n.a.", "keine Angabe"])
def test_words_for_a_missing_value_among_measures_count_among_dates(word):
    kind = fit_column("a", frame(["2024-01-01", word, "2024-01-03", "2024-01-08"]))
    assert isinstance(kind, Date) and kind.indicator
    assert kind.encode(frame([word]))[0, -1] == 1


def test_the_rows_that_are_held_out_decide_the_order_of_day_and_month_too():
    whole = frame(["05/06/2024", "07/08/2024", "31/05/2024"])
    assert Date.fit("a", whole.rows(np.arange(2))).form == "dmy"
