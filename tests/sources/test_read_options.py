"""How files are read, where it is not inferred, and what a model keeps of it."""

from dataclasses import replace

import pytest

from bprop.errors import DataError, SettingError
from bprop.sources.read_options import INFERRED, ReadOptions


def test_the_defaults_are_not_noted():
    assert INFERRED.to_notes() == {}
    assert ReadOptions(delimiter=";", comment="#", sheet="2").to_notes() == {}


def test_what_changes_the_meaning_of_cells_is_noted_and_read_again():
    options = ReadOptions(header=False, missing=("-", "?x"))
    assert ReadOptions.from_notes(options.to_notes()) == options


def test_options_of_now_go_before_those_of_a_model_and_marks_add_up():
    kept = ReadOptions(header=False, missing=("-",))
    assert INFERRED.over(kept) == replace(kept, by_position=True)
    mixed = ReadOptions(header=True, encoding="latin-1", missing=("x", "-")).over(kept)
    assert mixed == ReadOptions(header=True, encoding="latin-1", missing=("-", "x"))


@pytest.mark.parametrize("notes", [3, {"missing": "x"}, {"missing": [1]}, {"header": "yes"}])
def test_damaged_notes_are_refused(notes):
    with pytest.raises(DataError, match="damaged"):
        ReadOptions.from_notes(notes)


@pytest.mark.parametrize(
    ("settings", "message"), [({"skip_rows": -1}, "--skip-rows -1"), ({"bad_cells": "ignore"}, "--bad-cells ignore")]
)
def test_options_that_do_not_exist_are_refused(settings, message):
    with pytest.raises(SettingError, match=message):
        ReadOptions(**settings)


def test_a_model_keeps_how_its_files_are_read():
    asked = ReadOptions(encoding="cp1252", skip_rows=2, bad_cells="missing", missing=("x",), delimiter=";")
    kept = ReadOptions.from_notes(asked.to_notes())
    assert asked.to_notes() == {"missing": ("x",), "bad_cells": "missing", "encoding": "cp1252", "skip_rows": 2}
    later = ReadOptions().over(kept)
    assert (later.encoding, later.skip_rows, later.bad_cells) == (None, 0, "missing")
    assert (later.trained_encoding, later.trained_skip) == ("cp1252", 2)
    assert ReadOptions(encoding="utf-8", skip_rows=1).over(kept).skip_rows == 1


@pytest.mark.parametrize(
    "notes", [{"encoding": 3}, {"skip_rows": -1}, {"skip_rows": True}, {"skip_rows": "2"}, {"bad_cells": "keep"}]
)
def test_damaged_notes_on_reading_are_refused(notes):
    with pytest.raises(DataError, match=next(iter(notes))):
        ReadOptions.from_notes(notes)
