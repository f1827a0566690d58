"""`bp.table`: what it takes, and how the target is named."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors


def test_the_target_is_the_last_column_or_one_by_name(rows):
    assert bp.table(rows).target == "pet"
    assert bp.table(rows, "legs").target == "legs"
    with pytest.raises(errors.DataError, match="no column is called 'leg'"):
        bp.table(rows, "leg")


def test_several_targets_are_a_list(rows):
    table = bp.table(rows, ["weight", "legs"])
    assert (table.target, table.task, table.outputs) == ("weight, legs", "regression", 2)
    assert bp.table({**rows, "a,b": rows["legs"]}, ["a,b", "weight"]).outputs == 2
    with pytest.raises(errors.SettingError, match="a column is named twice"):
        bp.table(rows, ["legs", "legs"])


def test_the_targets_may_be_no_part_of_the_table(rows):
    y = rows.pop("pet")
    table = bp.table(rows, np.array(y))
    assert (table.target, table.classes, list(table.kinds)) == ("target", ("cat", "dog", "eel"), list(rows))
    pandas = pytest.importorskip("pandas")
    assert bp.table(pandas.DataFrame(rows), pandas.Series(y, name="pet")).target == "pet"
    with pytest.raises(errors.DataError, match="2 targets for 60 rows"):
        bp.table(rows, np.array([1, 2]))


def test_a_path_a_pattern_and_built_in_data(file, monkeypatch):
    monkeypatch.chdir(file.parent)
    assert bp.table(file).name == bp.table("pets.csv").name == "pets"
    assert len(bp.table("*.csv")) == 60
    pytest.importorskip("sklearn")
    digits = bp.table("digits")
    assert (digits.inputs, len(digits.classes)) == (64, 10)
    assert "64 numbers" in repr(digits)


def test_how_a_file_is_read(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,y\n-,1.5\n2,2.5\n4,3.5\n")
    assert bp.table(path, missing="-").kinds == {"a": "numeric"}
    with pytest.raises(errors.SettingError, match="encoding says how a file is read, and this table is no file"):
        bp.table({"a": [1, 2], "y": [1, 2]}, encoding="cp1252")


def test_a_column_of_weights_must_be_there(rows):
    with pytest.raises(errors.DataError, match="no column is called 'w'"):
        bp.table(rows, weights="w")


def test_the_name_of_a_table_is_that_of_its_model(rows):
    assert bp.table(rows, name="pets").notes["source"] == "pets"


def test_columns_may_be_called_by_numbers():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(np.arange(120).reshape(40, 3) % 11)
    table = bp.table(frame, 2, kinds={0: "categorical"}, task="regression")
    assert table.kinds == {"0": "categorical", "1": "numeric"}
    assert table.with_kinds({1: "ignored"}).kinds == {"0": "categorical", "1": "ignored"}
    assert bp.table(frame, [0, 2]).target == "0, 2"
    assert bp.table(frame, 2, weights=1).kinds == {"0": "numeric"}
    assert [len(part) for part in table.split(by=1, validation=0)[::2]] == [33, 7]  # equal cells in one part
    with pytest.raises(errors.SettingError, match="give a dict of columns and the names of kinds"):
        bp.table(frame, 2, kinds={"a": float})


def test_blanks_around_the_names_of_columns_do_not_matter():
    table = bp.table({" size ": [1.0, 2.0, 3.0], "y": [1.5, 2.5, 3.5]}, " y ", kinds={" size ": "categorical"})
    assert table.kinds == {"size": "categorical"}


def test_weights_are_the_name_of_a_column(rows):
    with pytest.raises(errors.SettingError, match="weights=ndarray: give the name of a column"):
        bp.table(rows, "pet", weights=np.ones(60))


def test_targets_with_the_labels_of_the_rows_in_another_order_are_refused():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": np.arange(40) % 7 / 7})
    y = pandas.Series([0.5 * k for k in range(40)], name="y")
    with pytest.raises(errors.DataError, match="the labels of the rows of the table in another order"):
        bp.table(frame, y[::-1])
    assert bp.table(frame, y[::-1].loc[frame.index]).target == "y"
    assert bp.table(frame, y[::-1].to_numpy()).target == "target"
    assert bp.table(frame.set_index(frame.index + 100), y).target == "y"  # other labels: the rows as they stand
