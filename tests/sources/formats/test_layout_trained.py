"""A model reads later files as those that it was trained on, where they are so written, and others as they are."""

from pathlib import Path

import pytest

from bprop.errors import DataError
from bprop.sources.formats.layout import layout_of
from bprop.sources.read_options import ReadOptions

ROWS = "".join(f"{k},{k / 7:.2f},a\n" for k in range(9))
TABLE = "id,größe,kind\n" + ROWS


def layout(text, encoding="utf-8", whole=True, **settings):
    content = text.encode(encoding)
    return layout_of(Path("f.csv"), content, whole, ReadOptions(**settings))


def test_the_encoding_of_training_is_that_of_a_file_that_is_not_utf_8():
    read = layout(TABLE, "cp1252", trained_encoding="cp1252")
    assert (read.encoding, read.names[1]) == ("cp1252", "größe")
    assert "its encoding is cp1252, as in training" in read.facts
    with pytest.raises(DataError, match="--encoding"):
        layout(TABLE, "cp1252")


def test_a_file_that_is_utf_8_stays_so():
    read = layout(TABLE, trained_encoding="cp1252")
    assert (read.encoding, read.names[1], read.facts) == ("utf-8", "größe", ())
    cut = (TABLE + "9,1.3,ä").encode()[:-1]
    assert layout_of(Path("f.csv"), cut, False, ReadOptions(trained_encoding="cp1252")).encoding == "utf-8"
    asked = ReadOptions(encoding="latin-1", trained_encoding="cp1250")
    assert layout_of(Path("f.csv"), TABLE.encode("latin-1"), True, asked).names[1] == "größe"


@pytest.mark.parametrize("above", ["Report of May\n", "Report of May\nall stations\n"])
def test_lines_that_training_skipped_are_skipped_where_they_are(above):
    count = above.count("\n")
    read = layout(above + TABLE, trained_skip=count, trained_columns=("größe",))
    assert (read.names, read.lines) == (("id", "größe", "kind"), count + 1)
    assert "skipped, as in training" in read.facts[0]
    same = layout(TABLE, trained_skip=count, trained_columns=("größe",))
    assert (same.names, same.lines, same.facts) == (("id", "größe", "kind"), 1, ())


def test_without_a_header_they_are_always_skipped_and_that_is_said():
    read = layout("Report\n" + ROWS, trained_skip=1, header=False, by_position=True)
    assert (read.names, read.lines) == (("x1", "x2", "x3"), 1)
    assert "its first line is skipped, as in training" in read.facts


def test_a_title_above_two_columns_is_seen_by_the_columns_of_the_model():
    text = "Report\nsize,kind\n" + "".join(f"{k},a\n" for k in range(9))
    assert layout(text, trained_skip=1, trained_columns=("size",)).names == ("size", "kind")
    other = layout(text, trained_skip=1, trained_columns=("weight",))
    assert other.names == layout(text).names


def test_a_fault_that_skipping_does_not_mend_is_told_as_it_is():
    with pytest.raises(DataError, match="--skip-rows 1"):
        layout("Report\n" + TABLE, trained_skip=30, trained_columns=("id",))
