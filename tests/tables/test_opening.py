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
