"""A file whose name is like that of one that is not there."""

import pytest

from bprop.disk.near import near_file


@pytest.mark.parametrize(
    ("typed", "meant"), [("adul.csv", "adult.csv"), ("Adult.CSV", "adult.csv"), ("adult", "adult.csv"), ("zzz", None)]
)
def test_a_near_name_in_the_same_folder_is_offered(tmp_path, typed, meant):
    (tmp_path / "adult.csv").touch()
    (tmp_path / ".hidden.csv").touch()
    expected = "" if meant is None else f"; did you mean {str(tmp_path / meant)!r}?"
    assert near_file(tmp_path / typed) == expected


def test_the_working_folder_and_further_names_are_looked_into(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pets.csv").touch()
    assert near_file("pet.csv") == "; did you mean 'pets.csv'?"
    assert near_file("digit", ("digits", "iris")) == "; did you mean 'digits'?"


@pytest.mark.parametrize("path", ["no/such/folder/x.csv", "a\0b", "", "/"])
def test_where_nothing_can_be_listed_no_name_is_offered(path):
    assert near_file(path) == ""


def test_a_file_that_is_alike_in_its_suffix_alone_is_not_offered(tmp_path):
    (tmp_path / "e.bprop").touch()
    assert near_file(tmp_path / "nope.bprop") == ""
    assert near_file(tmp_path / "f.bprop") == ""
    (tmp_path / "house.bprop").touch()
    assert near_file(tmp_path / "hose.bprop") == f"; did you mean {str(tmp_path / 'house.bprop')!r}?"


def test_a_file_of_another_suffix_is_offered_before_one_that_has_only_the_suffix_in_common(tmp_path):
    for name in ("a.csv", "adult.parquet"):
        (tmp_path / name).touch()
    assert near_file(tmp_path / "adult.csv") == f"; did you mean {str(tmp_path / 'adult.parquet')!r}?"
