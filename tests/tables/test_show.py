"""A table as text and as HTML."""

import numpy as np

import bprop as bp


def test_a_table_shows_its_target_and_each_column_with_cells(rows):
    shown = repr(bp.table(rows, name="pets", kinds={"legs": "categorical"}))
    lines = shown.splitlines()
    assert lines[0] == "pets: 60 rows, 4 input columns"
    assert lines[1].startswith("target pet: classification, 3 classes: ")
    assert [line.split()[0] for line in lines[3:]] == ["column", "weight", "town", "old", "legs"]
    town, legs = lines[5], lines[7]
    assert "categorical (3, one-hot)" in town
    assert " 5 " in town  # cells that are missing
    assert "categorical (5, one-hot) (chosen)" in legs
    assert legs.rstrip().split("  ")[-1].strip() == ", ".join(map(str, list(dict.fromkeys(rows["legs"]))[:3]))


def test_days_and_times_are_short():
    days = np.array(["2024-02-29", "2024-03-01T12:30", "NaT"], "datetime64[us]")
    shown = repr(bp.table({"day": days, "y": [1.5, 2.5, 3.5]}))
    assert shown.splitlines()[-1].endswith("2024-02-29, 2024-03-01T12:30:00")


def test_values_show_their_mean_and_ignored_columns_their_reason(rows):
    shown = repr(bp.table({**rows, "same": "x", "id": list(range(60)), "w": 1.0}, "weight", weights="w"))
    assert "target weight: regression, mean " in shown
    assert "ignored (constant)" in shown
    assert "ignored (id)" in shown
    assert shown.splitlines()[-1] == "examples are weighted by w"


def test_names_and_cells_cannot_steer_a_terminal_or_a_page(rows):
    table = bp.table({"<b>\x1b[31m": rows["town"], **rows})
    assert "\x1b" not in repr(table)
    assert "<b>" not in table._repr_html_()
    assert "&lt;b&gt;" in table._repr_html_()


def test_a_part_shows_which_it_is(rows):
    assert repr(bp.table(rows).split().test).startswith("table (test): 12 rows")


def test_the_rows_of_many_columns_are_cut():
    columns = {f"c{k}": [k, 1.5, 2.5] for k in range(150)}
    shown = repr(bp.table({**columns, "y": [1.5, 2.5, 3.5]}))
    assert "and 50 more columns" in shown
    assert len(shown.splitlines()) < 110
